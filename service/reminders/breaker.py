"""The circuit breaker: when too many requests fail in a minute, nothing is sent for a while, then one is."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW = 60.0
# GOV.UK Notify turns away from a provider at 50 failures in a minute; we have one provider, so we wait.
MOST_FAILURES = 50
FIRST_WAIT = 30.0
LONGEST_WAIT = 300.0


@dataclass
class Breaker:
    """Counts requests that were not sent or whose end is unknown. All times are seconds since 1970, handed in."""

    most: int = MOST_FAILURES
    _failures: deque[float] = field(default_factory=deque)
    _under_way: int = 0
    _rests_until: float = 0.0
    _wait: float = FIRST_WAIT

    def room(self, now: float, wanted: int) -> int:
        """How many of `wanted` requests may start now: none while it rests, one after that, and while some fail only
        so many that a minute's failures stay at the most."""
        if now < self._rests_until:
            return 0
        if self._rests_until:
            return min(wanted, 1) if not self._under_way else 0
        self._forget(now)
        if not self._failures:
            return wanted
        return max(0, min(wanted, self.most - len(self._failures) - self._under_way))

    def started(self) -> None:
        """A request goes out."""
        self._under_way += 1

    def failed(self, now: float) -> bool:
        """One came to nothing that we know of; True where the breaker tripped just now."""
        self._under_way -= 1
        self._forget(now)
        self._failures.append(now)
        probing = 0 < self._rests_until <= now
        if now < self._rests_until or (len(self._failures) < self.most and not probing):
            return False
        self._rests_until = now + self._wait
        self._wait = min(LONGEST_WAIT, self._wait * 2)
        self._failures.clear()
        return True

    def worked(self, now: float) -> bool:
        """One was answered; True where sending has just come back."""
        self._under_way -= 1
        if not 0 < self._rests_until <= now:
            return False
        self._rests_until = 0.0
        self._wait = FIRST_WAIT
        self._failures.clear()
        return True

    def _forget(self, now: float) -> None:
        while self._failures and self._failures[0] <= now - WINDOW:
            self._failures.popleft()
