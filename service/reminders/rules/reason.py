"""A reason: why something is held back, refused or odd, in words that a clerk understands."""

from __future__ import annotations

from dataclasses import dataclass

from service.content.phrase import fill
from service.languages import Language
from service.reminders.rules.tables import table


@dataclass(frozen=True, order=True)
class Reason:
    """`code` names the words in `staff_words.yaml` (such as `phone.premium`) and is what a database keeps; `fields`
    fill their gaps."""

    code: str
    fields: tuple[tuple[str, str], ...] = ()

    def say(self, language: Language = Language.ENGLISH) -> str:
        """The whole reason as a sentence. Raises KeyError for a code that `staff_words.yaml` lacks."""
        return fill(table("staff_words")[self.code][language.value], dict(self.fields))

    def __str__(self) -> str:
        return self.say()


def because(code: str, /, **fields: object) -> Reason:
    """The reason `code`, its gaps filled with `fields` as they print."""
    return Reason(code, tuple((name, str(value)) for name, value in fields.items()))
