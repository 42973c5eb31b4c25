"""Caps: how many messages one phone gets from us in a day and in a week, texts and calls together.

What answers a person's own text does not count. Visit reminders come before everything else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.reminders.rules.reason import Reason, because

A_DAY = 1
TRIES_A_DAY = 3
APART = timedelta(hours=2)
WEEK = 7


class Sort(StrEnum):
    """A message about a visit, or anything else that we start: a broadcast, a follow-up."""

    VISIT = "visit"
    OTHER = "other"


A_WEEK = {Sort.VISIT: 7, Sort.OTHER: 3}


@dataclass(frozen=True)
class Message:
    """One try to reach a phone. A reminder's retries and its fallback to the other channel share its `reminder` id,
    so that they count once."""

    reminder: str
    sort: Sort
    at: datetime


def capped(message: Message, others: Iterable[Message], zones: Iterable[str]) -> Reason | None:
    """Why `message` may not go to a phone that also gets `others` (sent or planned, in any order); None where it may.

    One a local day; in any seven local days three broadcasts and follow-ups, seven visit reminders. Days are counted
    in every zone that the person may be in. Tries of the same reminder are not counted against it."""
    rest = [other for other in others if other.reminder != message.reminder]
    limit = A_WEEK[message.sort]
    for zone in zones:
        day = _day(message.at, zone)
        if sum(_day(other.at, zone) == day for other in rest) >= A_DAY:
            return because("cap.day", day=day.isoformat())
        firsts: dict[str, date] = {}
        for other in rest:
            if other.sort is message.sort:
                firsts[other.reminder] = min(_day(other.at, zone), firsts.get(other.reminder, date.max))
        if _fullest_week(day, list(firsts.values())) >= limit:
            return because("cap.week", limit=limit)
    return None


def within_caps(
    wanted: Iterable[Message], sent: Iterable[Message], zones: Sequence[str]
) -> tuple[tuple[Message, ...], tuple[tuple[Message, Reason], ...]]:
    """Of what is `wanted` for one phone: what may go, and what is held back with its reason.

    Visits are taken first, then by time."""
    going, held = list[Message](), list[tuple[Message, Reason]]()
    taken = list(sent)
    for message in sorted(wanted, key=lambda one: (one.sort is not Sort.VISIT, one.at, one.reminder)):
        reason = capped(message, taken, zones)
        if reason:
            held.append((message, reason))
        else:
            going.append(message)
            taken.append(message)
    return tuple(sorted(going, key=lambda one: one.at)), tuple(held)


def next_try(tries: Sequence[datetime], now: datetime, zone: str) -> Reason | None:
    """Why a reminder that was tried at `tries` may not be tried again now; None where it may: at most three tries a
    local day, two hours apart."""
    if tries and now - max(tries) < APART:
        return because("cap.apart", hours=int(APART.total_seconds()) // 3600)
    if sum(_day(tried, zone) == _day(now, zone) for tried in tries) >= TRIES_A_DAY:
        return because("cap.tries", limit=TRIES_A_DAY)
    return None


def at_time(message: Message, at: datetime) -> Message:
    """The same message at another time: a retry, or one moved to another day."""
    return replace(message, at=at)


def _fullest_week(day: date, days: list[date]) -> int:
    """The most of `days` that fall into any seven days in a row that hold `day`."""
    starts = (day - timedelta(days=n) for n in range(WEEK))
    return max(sum(start <= other < start + timedelta(days=WEEK) for other in days) for start in starts)


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
