"""How far a broadcast is: every message in exactly one group, so that the sum is always what was planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.reminders import stored

# `sending` and `rejected` are states that older messages may have.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "to_go": (stored.QUEUED, stored.CLAIMED, "sending"),
    "on_way": (stored.ACCEPTED,),
    "arrived": (stored.DELIVERED,),
    "failed": (stored.UNDELIVERED, "rejected", stored.NO_RECEIPT, stored.UNKNOWN),
    "left_out": (stored.HELD, stored.EXPIRED, stored.CANCELLED),
}


@dataclass(frozen=True)
class Progress:
    """`groups` counts messages by group and `total` all of them; `done` of `most` have left us, `most` being those
    that go at all."""

    groups: Mapping[str, int]
    total: int
    done: int
    most: int

    @property
    def percent(self) -> int:
        """How much is done; 100 where nothing goes."""
        return 100 * self.done // self.most if self.most else 100


def progress(counts: Mapping[str, int]) -> Progress:
    """The progress of a run whose messages stand in these states. A state that nobody knows counts as failed, so that
    a person looks at it."""
    known = {state: group for group, states in GROUPS.items() for state in states}
    groups = dict.fromkeys(GROUPS, 0)
    for state, count in counts.items():
        groups[known.get(state, "failed")] += count
    total = sum(groups.values())
    most = total - groups["left_out"]
    return Progress(groups, total, most - groups["to_go"], most)
