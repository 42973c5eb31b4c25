"""The time, the phone and the ids that tests about people speak of."""

from __future__ import annotations

from dataclasses import dataclass

NOW = 1_795_000_000
DAY = 86400
NUMBER = "+18125550134"


@dataclass(frozen=True)
class Own:
    """The ids of one clinic's things."""

    clinic: int
    patient: int
    contact: int
    visit: int
    delivery: int
    task: int
    reply: int
