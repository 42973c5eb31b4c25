"""Twilio's errors: what a code or an HTTP status means for the delivery, for the phone, and for staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from service.reminders.rules.reason import Reason, because
from service.reminders.rules.states import State
from service.reminders.rules.tables import table


class Kind(StrEnum):
    """What to do about an error. OURS: our own web address or our own words failed; the delivery is untouched."""

    RETRY = "retry"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    OPT_OUT = "opt-out"
    HALT_SENDER = "halt sender"
    HALT_BROADCAST = "halt broadcast"
    SLOW_DOWN = "slow down"
    EXPIRED = "expired"
    HELD = "held"
    OURS = "ours"


class Phone(StrEnum):
    """What an error says about the phone that was meant."""

    NOTHING = "nothing"
    BAD = "bad"
    NO_TEXTS = "no texts"
    OUT_OF_REACH = "out of reach"
    OPTED_OUT = "opted out"
    ASK = "ask"


@dataclass(frozen=True)
class Verdict:
    """What to do. `times`: how often the same delivery may be tried again (None: no limit of this code's own).

    `wait`: at least how long before. `share`: halt the broadcast only above this share of it. `everywhere`: halt
    every sender. `alert`: tell whoever runs the installation, once per code and hour. `reason` is for staff."""

    kind: Kind
    reason: Reason
    phone: Phone = Phone.NOTHING
    times: int | None = 0
    wait: timedelta = timedelta(0)
    share: float = 0.0
    everywhere: bool = False
    alert: bool = False

    @property
    def delivery(self) -> State | None:
        """Where it takes the delivery once no try is left; None leaves it where it is."""
        return AFTER[self.kind]


# Twilio's codes have five digits.
STATUSES = range(400, 600)
# What halts or slows a sender was not sent: the delivery waits, held with the reason or back in the queue.
AFTER: dict[Kind, State | None] = {
    Kind.RETRY: State.NOT_DELIVERED,
    Kind.UNKNOWN: State.UNKNOWN,
    Kind.REJECTED: State.NOT_DELIVERED,
    Kind.OPT_OUT: State.NOT_DELIVERED,
    Kind.HALT_SENDER: State.HELD,
    Kind.HALT_BROADCAST: State.NOT_DELIVERED,
    Kind.SLOW_DOWN: State.PLANNED,
    Kind.EXPIRED: State.EXPIRED,
    Kind.HELD: State.HELD,
    Kind.OURS: None,
}


def classify(code: int | None, http: int | None = None) -> Verdict:
    """What Twilio's error `code` means (from its answer or from a receipt); without one, what the HTTP status means.

    Any integers and None are answered: what no table knows is rejected and raises one alert. A `code` that is no code
    of Twilio's but an HTTP status is read as that. Twilio's error message is never read: its wording changes."""
    if code in STATUSES:
        code, http = None, code
    if code is not None:
        return _by_code().get(code) or _range(code) or _verdict(table("twilio_errors")["other"], code)
    if http is not None and (found := _within(table("twilio_errors")["http"], http)):
        return _verdict(found, http)
    return _verdict(table("twilio_errors")["other"], http or 0)


@cache
def _by_code() -> Mapping[int, Verdict]:
    return {code: _verdict(row, code) for row in table("twilio_errors")["codes"] for code in row["codes"]}


def _range(code: int) -> Verdict | None:
    found = _within(table("twilio_errors")["ranges"], code)
    return _verdict(found, code) if found else None


def _within(rows: list[dict[str, Any]], number: int) -> dict[str, Any] | None:
    return next((row for row in rows if row["first"] <= number <= row["last"]), None)


def _verdict(row: Mapping[str, Any], code: int) -> Verdict:
    kind = Kind(row["class"])
    again = row.get("again")
    unlimited = kind in (Kind.RETRY, Kind.SLOW_DOWN) and again is None
    return Verdict(
        kind=kind,
        reason=because(row["say"], code=code),
        phone=Phone(row.get("number", "nothing")),
        times=None if unlimited else (again or {}).get("times", 0),
        wait=timedelta(hours=(again or {}).get("hours", 0)),
        share=row.get("share", 0.0),
        everywhere=row.get("everywhere", False),
        alert=row.get("alert", False),
    )
