"""A clock that stands still until a talk moves it."""

from __future__ import annotations

from datetime import UTC, datetime


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        # A Monday, 2:10 in the morning in New York.
        self.now = datetime(2026, 11, 23, 7, 10, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
