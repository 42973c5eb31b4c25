"""What may happen to a request at the phone company, and to the message that came of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

# Codes that Twilio answers at once, and codes that come later with a receipt.
REFUSALS = (21211, 21408, 21606, 21608, 21610, 21611, 21612, 21614, 21635, 20003)
FAILURES = (30003, 30004, 30005, 30006, 30007, 30008, 30023, 30034, 30036, 30450, 30610, 30640)
DELIVERED = (("sending", 0), ("sent", 0), ("delivered", 0))
ANSWERED = (("initiated", 0), ("ringing", 0), ("in-progress", 0), ("completed", 0))


class Answer(StrEnum):
    """How the request is answered. Where `made` is true the message exists all the same."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    TOO_MANY = "too many"
    FAIL = "fail"
    FAIL_MADE = "fail, made"
    RESET = "reset"
    RESET_MADE = "reset, made"
    HANG_MADE = "hang, made"
    HALF_MADE = "half a 201, made"
    PAGE_MADE = "an HTML page, made"

    @property
    def made(self) -> bool:
        """Did a message come of it?"""
        return self is Answer.ACCEPT or self.value.endswith("made")

    @property
    def unsure(self) -> bool:
        """Does the sender not learn whether one did?"""
        return self not in (Answer.ACCEPT, Answer.REFUSE, Answer.TOO_MANY)


@dataclass(frozen=True)
class Fate:
    """`receipts`: (status, error code or 0) in the order in which they happen. `lag`: seconds until the message is
    listed. `repeated`, `dropped`: how often a receipt comes twice or never; `shuffled`: they come in any order."""

    answer: Answer = Answer.ACCEPT
    code: int = 0
    retry_after: int | None = None
    receipts: tuple[tuple[str, int], ...] = DELIVERED
    lag: float = 0.0
    repeated: float = 0.0
    dropped: float = 0.0
    shuffled: bool = False


Choose = Callable[[Mapping[str, str]], Fate]


def calm(form: Mapping[str, str]) -> Fate:
    """Everything is taken and delivered."""
    return Fate(receipts=DELIVERED if "Body" in form else ANSWERED)


def rough(chance: random.Random, share: float = 0.3, lag: float = 1200.0) -> Choose:
    """`share` of the requests go wrong in some way; lists lag up to `lag` seconds; receipts are shuffled, one in
    ten comes twice and three in ten never."""

    def choose(form: Mapping[str, str]) -> Fate:
        fate = replace(calm(form), lag=chance.uniform(0, lag), repeated=0.1, dropped=0.3, shuffled=True)
        if chance.random() > share:
            return fate
        answer = chance.choice([a for a in Answer if a is not Answer.HANG_MADE])
        code = chance.choice(REFUSALS[4:9]) if answer is Answer.REFUSE else 0
        receipts = fate.receipts
        if chance.random() < 0.3:
            receipts = (("sent", 0), ("undelivered", chance.choice(FAILURES[:6])))
        return replace(
            fate,
            answer=answer,
            code=code,
            receipts=receipts,
            retry_after=chance.choice((None, 1)) if not code else None,
        )

    return choose
