"""The key of a planned message: the same for the same message however often it is planned, so that it goes once.

What it is about stands in it, so that whoever looks at a message that waits sees which plan or change made it."""

from __future__ import annotations

from datetime import date

# The ends of keys beside those of `Before.name`, such as `1d`.
OF_THE_WEEK, OF_CHANGE, OFF, CLOSED = "w", "change", "off", "closed"


def of_visit(visit_id: int, starts_at: int, end: str) -> str:
    """The key of a message about a visit. `starts_at` (seconds since 1970) stands in it: a moved visit is told of
    anew, and the old message is known to be wrong."""
    return f"v{visit_id}@{starts_at}:{end}"


def of_follow_up(patient_id: int, due: date, months: int) -> str:
    """The key of a follow-up: one patient, one period."""
    return f"f{patient_id}@{due.isoformat()}:{months}m"
