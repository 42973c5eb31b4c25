"""The script: every line that is to be recorded, in each language and at each pace."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from service.audio.spoken_form import spoken_form
from service.channels.prompts import every_prompt
from service.content.library import Library
from service.conversation.pace import Pace
from service.languages import Language


@dataclass(frozen=True)
class Line:
    """One clip to record. `words` are as written, `spoken` as they are said; `local` ones are never committed."""

    language: Language
    pace: Pace
    clip: str
    words: str
    spoken: str
    local: bool = False

    @property
    def place(self) -> tuple[Language, Pace, str]:
        """Where the clip stands in a manifest."""
        return self.language, self.pace, self.clip


def script(
    library: Library,
    clinic: Mapping[str, str],
    languages: Collection[Language] = tuple(Language),
    paces: Collection[Pace] = tuple(Pace),
) -> Iterator[Line]:
    """Every line of the chosen languages and paces; `clinic` fills the fields of local prompts."""
    for language in languages:
        for prompt in every_prompt(library, language, clinic):
            spoken = spoken_form(prompt.words, language)
            for pace in paces:
                yield Line(language, pace, prompt.clip, prompt.words, spoken, prompt.local)
