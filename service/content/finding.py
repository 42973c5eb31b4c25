"""A finding: what is wrong with our words, and the file and line where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """A failure stops the check; a warning is said and lets it pass; a note is what people have still to do outside
    the words: dial a number, replace a source."""

    FAILURE = "failure"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, order=True)
class Finding:
    """`file` is relative to the content folder, `line` counts from 1, `topic` is empty where no topic is meant."""

    file: str
    line: int
    reason: str
    level: Level = Level.FAILURE
    topic: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"
