"""Why a delivery stands where it stands: kept as a short code, told to staff in words."""

from __future__ import annotations

from service.content.phrase import fill
from service.languages import Language
from service.reminders.rules.reason import Reason
from service.reminders.rules.tables import table

TABLES = ("held_words", "staff_words")


def kept(reason: Reason) -> str:
    """`reason` as one line for a column of 300 characters, such as `error.region|code=21408`."""
    return "|".join((reason.code, *(f"{name}={value}" for name, value in reason.fields)))[:300]


def told(line: str, language: Language = Language.ENGLISH) -> str:
    """What `line` says, as a sentence; empty for an empty line. An unknown code is told as it is, never lost."""
    code, *pairs = line.split("|")
    fields = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    for name in TABLES:
        if code in table(name):
            return fill(table(name)[code][language.value], fields)
    return line
