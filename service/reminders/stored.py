"""The state of a delivery as its column keeps it."""

from __future__ import annotations

from service.reminders.rules.states import FOLLOWS, State

STORED: dict[State, str] = {
    State.PLANNED: "queued",
    State.CLAIMED: "claimed",
    State.UNKNOWN: "unknown",
    State.ACCEPTED: "accepted",
    State.DELIVERED: "delivered",
    State.NOT_DELIVERED: "undelivered",
    State.NO_RECEIPT: "no_receipt",
    State.HELD: "held",
    State.EXPIRED: "expired",
    State.CANCELLED: "cancelled",
}
STATES = {word: state for state, word in STORED.items()}

QUEUED = STORED[State.PLANNED]
CLAIMED = STORED[State.CLAIMED]
UNKNOWN = STORED[State.UNKNOWN]
ACCEPTED = STORED[State.ACCEPTED]
DELIVERED = STORED[State.DELIVERED]
UNDELIVERED = STORED[State.NOT_DELIVERED]
NO_RECEIPT = STORED[State.NO_RECEIPT]
HELD = STORED[State.HELD]
EXPIRED = STORED[State.EXPIRED]
CANCELLED = STORED[State.CANCELLED]


def may_become(new: str) -> tuple[str, ...]:
    """The stored states that may be followed by `new`: what an UPDATE asks for in its WHERE."""
    return tuple(STORED[old] for old, following in FOLLOWS.items() if STATES[new] in following)
