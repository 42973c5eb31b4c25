"""What cannot be done as asked, in a sentence for the person who asked, in the language they read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from service.content.phrase import fill
from service.languages import Language
from service.reminders.rules.tables import table

WORDS = "refusals"


@runtime_checkable
class Sayable(Protocol):
    """Something with words of its own in each language, such as a reason of the linter."""

    def say(self, language: Language = Language.ENGLISH) -> str: ...


@dataclass(frozen=True)
class Word:
    """A word of `refusals.yaml` that fills a gap of a sentence, such as the state of a run."""

    name: str

    def say(self, language: Language = Language.ENGLISH) -> str:
        """The word. Raises KeyError for a name that the file lacks."""
        return str(table(WORDS)[self.name][language.value])


class Refused(Exception):
    """A clinic's wish that we cannot follow: why, and what to do.

    `name` is that of the sentence in `service/content/reminders/refusals.yaml`, `fields` fill its gaps: as they
    print, in the reader's language where they are sayable, and several sayable ones on lines of their own."""

    def __init__(self, name: str, /, **fields: object) -> None:
        super().__init__(name)
        self.name, self.fields = name, fields

    def said(self, language: Language) -> str:
        """The sentence in the language of the reader. Raises KeyError for a name that the file lacks."""
        words = table(WORDS)[self.name][language.value]
        return fill(words, {gap: _written(value, language) for gap, value in self.fields.items()})

    def __str__(self) -> str:
        return self.said(Language.ENGLISH)


def _written(value: object, language: Language) -> str:
    if isinstance(value, tuple):
        return "\n".join(_written(one, language) for one in value)
    return value.say(language) if isinstance(value, Sayable) else str(value)
