"""Prompts: every piece of speech that the phone can say, with the id of its recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.content.library import Library
from service.content.phrase import fill
from service.languages import Language


@dataclass(frozen=True)
class Prompt:
    """One recording: its clip id (such as `topic.chemo.1`, `menu.44`, `phrase.silence_first`) and its words.

    `local` marks words that hold a clinic's name or number: they are rendered at set-up, never committed."""

    clip: str
    words: str
    local: bool = False


def every_prompt(library: Library, language: Language, clinic: Mapping[str, str]) -> Iterator[Prompt]:
    """Every prompt of one language; `clinic` fills the fields of local prompts (an empty one leaves them out)."""
    for topic in library.topics.values():
        for number, page in enumerate(topic[language].speech, 1):
            yield Prompt(f"topic.{topic.id}.{number}", page.words)
    for phrase in library.phrases.values():
        words = phrase.speech.get(language)
        if words is None:
            continue
        if not phrase.fields:
            yield Prompt(f"phrase.{phrase.id}", words)
        elif all(clinic.get(field) for field in phrase.fields):
            yield Prompt(f"phrase.{phrase.id}", fill(words, clinic), local=True)
