"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime


class Clock:
    """Seconds since 1970, moved by hand. It begins on a Monday, ten past two at night in New York."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 7, 10, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now

    def pass_time(self, seconds: float) -> None:
        """Let `seconds` go by."""
        self.now += seconds
