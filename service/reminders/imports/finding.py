"""A finding: what a clerk should know about one line of a file, and whether that line was left out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.content.phrase import fill
from service.languages import Language
from service.reminders.refused import Refused
from service.reminders.rules.reason import Reason
from service.reminders.rules.tables import table


class Level(StrEnum):
    """BAD: the row was left out and stands in the error file. NOTE: it was loaded, with this remark."""

    BAD = "bad"
    NOTE = "note"


@dataclass(frozen=True, order=True)
class FileReason(Reason):
    """A reason whose words stand in `file_words.yaml`; `inner` is the reason that its gap `{reason}` tells."""

    inner: Reason | None = None

    def say(self, language: Language = Language.ENGLISH) -> str:
        """The whole reason as a sentence."""
        inner = {"reason": _short(self.inner.say(language))} if self.inner else {}
        return fill(table("file_words")[self.code][language.value], {**dict(self.fields), **inner})

    def __str__(self) -> str:
        return self.say()


@dataclass(frozen=True, order=True)
class Finding:
    """What is to be said about `line` (from 1, as a text editor counts)."""

    line: int
    level: Level
    reason: Reason

    def say(self, language: Language = Language.ENGLISH) -> str:
        """`line 12: ...`"""
        word = {Language.ENGLISH: "line", Language.SPANISH: "línea"}[language]
        return f"{word} {self.line}: {self.reason.say(language)}"


def told(code: str, /, reason: Reason | None = None, **fields: object) -> FileReason:
    """The reason `code` of `file_words.yaml`, its gaps filled with `fields` as they print."""
    return FileReason(code, tuple((name, _short(str(value))) for name, value in fields.items()), reason)


def bad(line: int, reason: Reason) -> Finding:
    """This row is left out."""
    return Finding(line, Level.BAD, reason)


def note(line: int, reason: Reason) -> Finding:
    """This row is loaded, with a remark."""
    return Finding(line, Level.NOTE, reason)


class BadFile(Refused):
    """A file that cannot be loaded at all; the message says why and what to do."""

    def __init__(self, reason: Reason) -> None:
        super().__init__("file", why=reason)
        self.reason = reason

    def said(self, language: Language) -> str:
        return self.reason.say(language)


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= 300 else line[:299] + "…"
