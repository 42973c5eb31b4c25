"""What the status column of a clinic's visit report says, in the words of the common systems."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from service.reminders.rules.tables import table


class VisitStatus(StrEnum):
    """What became of a visit. Only COMING ones are reminded; DIED ends everything for the patient."""

    COMING = "coming"
    CANCELLED = "cancelled"
    MOVED = "moved"
    MISSED = "missed"
    HERE = "here"
    DONE = "done"
    DIED = "died"


def visit_status(words: str) -> VisitStatus | None:
    """The status that `words` mean; an empty cell means COMING; None for words that we do not know."""
    tidy = " ".join(words.casefold().replace("_", " ").split()).strip(" .*")
    return _words().get(tidy) if tidy else VisitStatus.COMING


@cache
def _words() -> Mapping[str, VisitStatus]:
    return {str(word): VisitStatus(status) for status, words in table("visit_status").items() for word in words}
