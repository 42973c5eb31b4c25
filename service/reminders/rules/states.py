"""The states of a delivery, and how receipts that come late, twice or in any order settle into one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# After this long without a final receipt we say so (Twilio promises none).
SILENCE = timedelta(hours=72)


class State(StrEnum):
    """Where a delivery stands; every delivery is in exactly one, so the counts always add up."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not delivered"
    NO_RECEIPT = "no receipt"
    HELD = "held back"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Is nothing more to be done? A late receipt may still turn `no receipt` into what really happened."""
        return self in FINAL

    @property
    def open(self) -> bool:
        """May this delivery still lead to a request to Twilio?"""
        return self in (State.PLANNED, State.CLAIMED)


FINAL = frozenset({State.DELIVERED, State.NOT_DELIVERED, State.NO_RECEIPT, State.EXPIRED, State.CANCELLED})

# Which state may follow which. A person may take a held one up again; what is final stays, but for a late receipt.
FOLLOWS: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.CLAIMED, State.HELD, State.EXPIRED, State.CANCELLED}),
    State.CLAIMED: frozenset(
        {State.PLANNED, State.ACCEPTED, State.UNKNOWN, State.NOT_DELIVERED, State.HELD, State.EXPIRED}
        # A receipt may come before the answer to our own request is written down.
        | {State.DELIVERED}
    ),
    State.UNKNOWN: frozenset({State.ACCEPTED, State.DELIVERED, State.NOT_DELIVERED, State.PLANNED, State.CANCELLED}),
    State.ACCEPTED: frozenset({State.DELIVERED, State.NOT_DELIVERED, State.NO_RECEIPT, State.EXPIRED, State.PLANNED}),
    State.HELD: frozenset({State.PLANNED, State.EXPIRED, State.CANCELLED}),
    State.NO_RECEIPT: frozenset({State.DELIVERED, State.NOT_DELIVERED}),
    State.DELIVERED: frozenset(),
    State.NOT_DELIVERED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
}


def may_follow(old: State, new: State) -> bool:
    """May a delivery go from `old` to `new`? Staying where it is always may."""
    return new is old or new in FOLLOWS[old]


# Twilio's statuses by rank: 13 of a message (its OpenAPI description, MessageEnumStatus), then those that only a call
# has. The higher rank wins, whatever came first. Above 100 a status is final; among final ones proof that the words
# arrived outranks a failure, because a carrier may report both.
RANKS: dict[str, int] = {
    "scheduled": 10,
    "accepted": 20,
    "queued": 30,
    "receiving": 35,
    "received": 36,
    "sending": 40,
    "sent": 50,
    "canceled": 110,
    "failed": 120,
    "undelivered": 130,
    "partially_delivered": 140,
    "delivered": 150,
    "read": 160,
    "initiated": 41,
    "ringing": 42,
    "in-progress": 45,
    "no-answer": 131,
    "busy": 132,
    "completed": 151,
}

MESSAGE_STATUSES = frozenset(list(RANKS)[:13])
CALL_STATUSES = frozenset(
    {"queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"}
)

ARRIVED = 140
FINISHED = 110


@dataclass(frozen=True)
class Receipt:
    """One callback about a message or call: Twilio's status word and its error code, where there was one."""

    status: str
    error: int | None = None


@dataclass(frozen=True)
class Standing:
    """What all receipts together say. `status` is Twilio's word that decided (empty without a known one), `errors`
    every code heard, `error` the one that belongs to the outcome. `conflict`: both arrived and failed were reported.
    `strange`: statuses that we do not know, kept and shown but never counted."""

    state: State = State.ACCEPTED
    status: str = ""
    error: int | None = None
    errors: tuple[int, ...] = ()
    conflict: bool = False
    strange: tuple[str, ...] = ()


def fold(receipts: Iterable[Receipt]) -> Standing:
    """What `receipts` say together: the same for any order and any repetition, and no status ever raises.

    An error once heard is kept, even where a later receipt of the same outcome comes without it."""
    heard = set(receipts)
    known = {receipt for receipt in heard if receipt.status in RANKS}
    status = max((receipt.status for receipt in known), key=RANKS.__getitem__, default="")
    rank = RANKS.get(status, 0)
    finals = {RANKS[receipt.status] for receipt in known if RANKS[receipt.status] >= FINISHED}
    return Standing(
        state=_state(rank),
        status=status,
        error=_error(known, rank),
        errors=tuple(sorted({receipt.error for receipt in heard if receipt.error is not None})),
        conflict=any(r >= ARRIVED for r in finals) and any(r < ARRIVED for r in finals),
        strange=tuple(sorted({receipt.status for receipt in heard if receipt.status not in RANKS})),
    )


def silent(standing: Standing, accepted_at: datetime, now: datetime) -> bool:
    """Has no final receipt come within 72 hours of Twilio taking the message?"""
    return standing.state is State.ACCEPTED and now - accepted_at > SILENCE


def _state(rank: int) -> State:
    if rank >= ARRIVED:
        return State.DELIVERED
    return State.NOT_DELIVERED if rank >= FINISHED else State.ACCEPTED


def _error(known: set[Receipt], rank: int) -> int | None:
    """The code that belongs to the outcome: none for what arrived, else the one heard with the highest status."""
    if rank >= ARRIVED:
        return None
    told = [(RANKS[receipt.status], -receipt.error) for receipt in known if receipt.error is not None]
    return -max(told)[1] if told else None
