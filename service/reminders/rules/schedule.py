"""When a reminder is due: so long before the visit, and moved out of quiet hours."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.reminders.rules.grouping import About, Told
from service.reminders.rules.quiet_hours import Hours, allowed, last_allowed, next_allowed
from service.reminders.rules.reason import Reason, because
from service.reminders.rules.zones import Whereabouts

# No reminder comes later than this before its visit: the person may already be on the way.
LATEST = timedelta(hours=2)
# A moved reminder joins another one of the same visit that is nearer than this.
MERGE = timedelta(hours=18)
EVENING = time(17)
# A follow-up is late by this much at the most; after that the next one of its series is waited for.
MISSED = timedelta(days=14)


@dataclass(frozen=True, order=True)
class Before:
    """How long before a visit: days on the site's calendar, or hours."""

    days: int = 0
    hours: int = 0

    @property
    def name(self) -> str:
        """Short and fixed, for a database column: `7d`, `2h`."""
        return f"{self.days}d" if self.days else f"{self.hours}h"


WEEK_BEFORE, DAY_BEFORE, HOURS_BEFORE = Before(days=7), Before(days=1), Before(hours=2)
USUAL = (WEEK_BEFORE, DAY_BEFORE, HOURS_BEFORE)


class Wish(StrEnum):
    """What a person asked for by LESS."""

    ALL = "all"
    DAY_BEFORE = "day before"
    CHANGES = "changes"


class Outcome(StrEnum):
    """What becomes of one reminder of a plan."""

    DUE = "due"
    MERGED = "merged"
    PAST = "past"
    HELD = "held"


@dataclass(frozen=True)
class Due:
    """One reminder: when it was meant (`planned`) and when it goes (`at`, only where it is due), all in UTC.

    `asks` is False for the note after a confirmation, which asks nothing. `reason` says why it does not go."""

    before: Before
    planned: datetime
    outcome: Outcome
    at: datetime | None = None
    asks: bool = True
    reason: Reason | None = None

    @property
    def moved(self) -> timedelta:
        """How far it was moved from when it was meant."""
        return abs(self.at - self.planned) if self.at else timedelta(0)


def wished(plan: Sequence[Before], wish: Wish) -> tuple[Before, ...]:
    """What is left of a plan for a person who asked for fewer: who wants only the day before gets that, whatever the
    clinic planned, for so they were promised."""
    if wish is Wish.CHANGES or not plan:
        return ()
    return tuple(plan) if wish is Wish.ALL else (DAY_BEFORE,)


def wished_of(messages: Sequence[Told], wish: Wish) -> tuple[Told, ...]:
    """What is left of the messages about one patient's visits. Who wants only the day before hears of a run of daily
    visits once a week, the evening before, and not of its first day besides."""
    if wish is not Wish.DAY_BEFORE:
        return tuple(messages)
    weeks = {told.first.id for told in messages if told.about is About.WEEK}
    return tuple(told for told in messages if told.about is not About.FIRST_DAY or told.first.id not in weeks)


def reminders(
    told: Told,
    where: Whereabouts,
    now: datetime,
    *,
    plan: Sequence[Before] = USUAL,
    wish: Wish = Wish.ALL,
    confirmed: bool = False,
    sent: Iterable[datetime] = (),
    hours: Hours | None = None,
) -> tuple[Due, ...]:
    """The reminders that tell of `told`, by when they were meant.

    A time in quiet hours moves to the nearest allowed minute at least two hours before the visit, on the same day if
    there is one, else earlier, and joins a reminder of the same visit (of this plan, or `sent` already) within 18
    hours. Where nobody would hear of the visit at all, the last one is held: phone them. One whose time has passed
    goes out late if no more than half of its lead is over (that of a week as long as it helps). After a confirmation
    only the day before is left, and always that, for so the person was told. `wish`: what they asked for by LESS."""
    visit, already = told.first.start, tuple(sent)
    grace = 1.0 if told.about is About.WEEK else 0.5
    left = wished(plan, wish)
    befores = _planned(told, (DAY_BEFORE,) if confirmed and left else left, wish)
    dues = [_due(before, planned, told, grace, where, now, hours) for before, planned in befores]
    settled = list(_merged(dues, already))
    reached = confirmed or bool(already) or any(due.outcome is Outcome.DUE for due in settled)
    if settled and not reached and visit > now:
        settled[-1] = replace(settled[-1], outcome=Outcome.HELD, reason=_why_not(settled[-1], visit, now))
    return tuple(replace(due, asks=not confirmed) for due in settled)


def follow_ups(anchor: date, every_months: int, count: int, zone: str, at: time = time(10)) -> tuple[datetime, ...]:
    """When `count` repeating follow-ups are meant: every so many months after `anchor`, on its day of the month or
    the month's last. Raises ValueError for fewer than one month."""
    if every_months < 1:
        raise ValueError("A follow-up repeats every month at the most.")
    days = (_months_later(anchor, every_months * n) for n in range(1, count + 1))
    return tuple(datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC) for day in days)


def follow_up_due(anchor: date, every_months: int, day: date, last: date) -> date | None:
    """The follow-up that falls due from `day` to `last`, counted every so many months from `anchor`. One that was
    missed goes up to two weeks late; None where there is none. Raises ValueError for fewer than one month."""
    count = (last.year - anchor.year) * 12 + last.month - anchor.month
    dues = (at.date() for at in follow_ups(anchor, every_months, max(0, count // every_months), "UTC"))
    newest = max((due for due in dues if due <= last), default=None)
    return newest if newest and newest >= day - MISSED else None


def moved(
    planned: datetime, latest: datetime, zone: str, where: Whereabouts, now: datetime, hours: Hours | None = None
) -> datetime | None:
    """`planned` where that minute is allowed, else the nearest allowed one not after `latest` nor before `now`: on
    the same day (of `zone`) if there is one, else earlier, else later. None where there is none."""
    if planned >= now and planned <= latest and allowed(planned, where, hours):
        return planned
    earlier, later = last_allowed(planned, where, hours), next_allowed(max(planned, now), where, hours)
    fitting = [at for at in (earlier, later) if at and now <= at <= latest]
    today = planned.astimezone(ZoneInfo(zone)).date()
    same_day = [at for at in fitting if at.astimezone(ZoneInfo(zone)).date() == today]
    if same_day:
        return min(same_day, key=lambda at: (abs(at - planned), at))
    return fitting[0] if fitting else None


def _planned(told: Told, plan: Sequence[Before], wish: Wish) -> Iterator[tuple[Before, datetime]]:
    """When the reminders of `told` are meant, on the site's clock and in UTC."""
    local, zone = told.first.local, ZoneInfo(told.first.zone)
    if not plan:
        return
    if told.about is About.WEEK and wish is Wish.ALL:
        # The Saturday before the week: two days before a Monday, four before a Wednesday.
        days = local.weekday() + 2
        yield Before(days=days), datetime.combine(local.date() - timedelta(days), local.time(), zone).astimezone(UTC)
    elif told.about is not About.DAY:
        yield DAY_BEFORE, datetime.combine(local.date() - timedelta(1), EVENING, zone).astimezone(UTC)
    else:
        for before in sorted(plan, key=lambda one: (-one.days, -one.hours)):
            day = local.date() - timedelta(before.days)
            meant = datetime.combine(day, local.time(), zone).astimezone(UTC) - timedelta(hours=before.hours)
            yield before, meant


def _due(
    before: Before,
    planned: datetime,
    told: Told,
    grace: float,
    where: Whereabouts,
    now: datetime,
    hours: Hours | None,
) -> Due:
    """One reminder by itself; `grace` is the share of its lead by which it may be late."""
    visit, zone = told.first.start, told.first.zone
    if now > planned + (visit - planned) * grace:
        return Due(before, planned, Outcome.PAST, reason=because("schedule.past"))
    at = moved(max(planned, now), visit - LATEST, zone, where, now, hours)
    if at is None:
        return Due(before, planned, Outcome.PAST, reason=because("schedule.too_early"))
    return Due(before, planned, Outcome.DUE, at)


def _merged(dues: Sequence[Due], sent: Sequence[datetime]) -> Iterator[Due]:
    """`dues` with those joined to another that were moved too near to it; of two, the one moved least stays."""
    kept: list[tuple[datetime, timedelta]] = [(at, timedelta(0)) for at in sent]
    stays: set[int] = set()
    for index in sorted(range(len(dues)), key=lambda i: (dues[i].moved, i)):
        at = dues[index].at
        if at is None:
            continue
        near = any(abs(at - other) < MERGE and (shift or dues[index].moved) for other, shift in kept)
        if not near:
            kept.append((at, dues[index].moved))
            stays.add(index)
    for index, due in enumerate(dues):
        if due.at is None or index in stays:
            yield due
        else:
            yield replace(due, outcome=Outcome.MERGED, at=None, reason=because("schedule.merged"))


def _why_not(last: Due, visit: datetime, now: datetime) -> Reason:
    if last.reason and last.reason.code == "schedule.too_early":
        return last.reason
    return because("schedule.too_late" if visit - now < LATEST else "schedule.too_early")


def _months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
