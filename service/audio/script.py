"""The script: every line that is to be recorded, in each language and at each pace."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from service.audio.manifest import Place
from service.audio.spoken_form import spoken_form
from service.channels.pieces import Piece
from service.channels.prompts import Prompt, every_prompt
from service.content.library import Library
from service.conversation.pace import Pace
from service.languages import Language

# What everybody hears first is committed at the normal pace: menus, phrases, first pages. All would take 93 MB, so
# later pages, and what is said after a mistake, are made at set-up, as the slow pace is.
COMMITTED = re.compile(r"menu\..+|phrase\..+|piece\..+|topic\..+\.1")
# A part of a sentence. The comma at its end is no sign to be said, but a tone that stays up because more follows.
PART = re.compile(r"piece\..+|own\..+|phrase\..+\.\d+")
GOES_ON = re.compile(r"[^.?!]$")


def is_committed(place: Place) -> bool:
    """Does the file of this clip stand in the repository? Else it is made at set-up, and the manifest lists it."""
    _, pace, clip = place
    return pace is Pace.NORMAL and COMMITTED.fullmatch(clip) is not None


@dataclass(frozen=True)
class Line:
    """One clip to record. `words` are as written, `spoken` as they are said.

    `local` ones hold a clinic's own words: they are neither committed nor listed."""

    language: Language
    pace: Pace
    clip: str
    words: str
    spoken: str
    local: bool = False

    @property
    def place(self) -> Place:
        """Where the clip stands in a manifest."""
        return self.language, self.pace, self.clip

    @property
    def committed(self) -> bool:
        """Does its file stand in the repository? Else it is made at set-up."""
        return not self.local and is_committed(self.place)


def script(
    library: Library,
    clinic: Mapping[str, str],
    languages: Collection[Language] = tuple(Language),
    paces: Collection[Pace] = tuple(Pace),
) -> Iterator[Line]:
    """Every line of the chosen languages and paces; `clinic` fills the fields of local prompts."""
    for language in languages:
        # A prompt that several places share is recorded once.
        prompts = {prompt.clip: prompt for prompt in every_prompt(library, language, clinic)}
        for prompt in prompts.values():
            spoken = _spoken(prompt)
            for pace in paces:
                yield Line(language, pace, prompt.clip, prompt.words, spoken, prompt.local)


def own_lines(own: Mapping[Language, Collection[Piece]], paces: Collection[Pace] = tuple(Pace)) -> Iterator[Line]:
    """The lines of clinics' own names and towns, in each language."""
    for language, pieces in own.items():
        for piece in pieces:
            prompt = Prompt(piece.clip, piece.words, language, local=True)
            for pace in paces:
                yield Line(language, pace, prompt.clip, prompt.words, _spoken(prompt), local=True)


def _spoken(prompt: Prompt) -> str:
    said = spoken_form(prompt.words, prompt.language)
    return f"{said}," if PART.fullmatch(prompt.clip) and GOES_ON.search(prompt.words) else said
