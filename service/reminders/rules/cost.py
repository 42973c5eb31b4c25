"""What a send will cost, how long it takes, and whether it can end inside the hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from math import ceil

from service.reminders.rules.reason import Reason, because
from service.reminders.rules.tables import table


class Sender(StrEnum):
    """The kinds of sending number, which differ in price and pace."""

    LONG_CODE = "long code"
    TOLL_FREE = "toll-free"
    SHORT_CODE = "short code"


@dataclass(frozen=True)
class Estimate:
    """What a send needs. `dollars` is an estimate from the price table as of `checked`; `ends` is when its last part
    starts; `refused` says why it may not begin now."""

    texts: int
    segments: int
    calls: int
    minutes: int
    dollars: Decimal
    seconds: int
    ends: datetime
    checked: str
    refused: Reason | None = None


def estimate(
    segments: Iterable[int],
    call_seconds: Iterable[int] = (),
    *,
    sender: Sender,
    starts: datetime,
    window_end: datetime | None,
    senders: int = 1,
) -> Estimate:
    """The estimate for texts of so many `segments` each and calls of so many seconds each, from `senders` numbers of
    one kind, starting at `starts`. `window_end`: when the earliest recipient's hours end; None where they are closed.

    Texts and calls go side by side, so the slower of the two decides when it ends."""
    prices = table("prices")
    each = list(segments)
    minutes = [ceil(seconds / 60) for seconds in call_seconds]
    total = sum(each)
    dollars = total * (_price(prices["text"][sender]) + _price(prices["carrier_fee"][sender]))
    dollars += sum(minutes) * _price(prices["call_minute"])
    seconds = ceil(max(total / (prices["pace"][sender] * senders), len(minutes) / prices["pace"]["call"]))
    ends = starts + timedelta(seconds=seconds)
    return Estimate(
        texts=len(each),
        segments=total,
        calls=len(minutes),
        minutes=sum(minutes),
        dollars=dollars.quantize(Decimal("0.01"), ROUND_HALF_UP),
        seconds=seconds,
        ends=ends,
        checked=str(prices["checked"]),
        refused=_refused(total, sender, senders, ends, window_end),
    )


def _refused(
    segments: int, sender: Sender, senders: int, ends: datetime, window_end: datetime | None
) -> Reason | None:
    if window_end is None:
        return because("cost.closed")
    if ends > window_end:
        return because("cost.too_slow", end=f"{ends.astimezone(window_end.tzinfo):%H:%M}")
    limit = table("prices")["a_day"].get(sender, 0) * senders
    if limit and segments > limit:
        return because("cost.daily", segments=segments, limit=limit)
    return None


def _price(value: float) -> Decimal:
    return Decimal(str(value))
