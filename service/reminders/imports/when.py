"""A day as a moment: files give dates without a time, and we keep seconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time


def noon(day: date) -> int:
    """Noon of `day` in UTC, in seconds since 1970: the same date in every zone of the United States but Guam's."""
    return int(datetime.combine(day, time(12), UTC).timestamp())
