"""The figures behind the pictures: who was not reached and why, what is unconfirmed, and what went out by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, func, select

from service.reminders import stored, why
from service.reminders.rules.cost import Sender, estimate
from service.storage.reminder_tables import deliveries, visits
from service.web.console.seat import Seat

DAYS_BACK = 14
DAYS_AHEAD = 7
DAY = 86400
# A smaller number may be one person whom somebody recognises.
SMALLEST = 5
NOT_REACHED = (stored.UNDELIVERED, stored.NO_RECEIPT, stored.UNKNOWN, stored.EXPIRED, stored.HELD)


@dataclass(frozen=True)
class Bar:
    """One row of a picture. `count` is None where it is too small to be shown; `part` of the picture's width, 0 to
    100."""

    label: str
    count: int | None
    part: int


@dataclass(frozen=True)
class SentDay:
    """What went out on a day, what of it were calls, and about what it cost in dollars."""

    day: date
    texts: int
    calls: int
    dollars: Decimal


def not_reached(connection: Connection, seat: Seat) -> list[Bar]:
    """The messages of the last two weeks that reached nobody, by reason, the most frequent first; rare reasons are
    taken together."""
    since = (deliveries.c.due_at > seat.now - DAYS_BACK * DAY, deliveries.c.due_at <= seat.now)
    rows = connection.execute(
        select(deliveries.c.reason, deliveries.c.state, func.count())
        .where(deliveries.c.clinic_id == seat.clinic_id, deliveries.c.state.in_(NOT_REACHED), *since)
        .group_by(deliveries.c.reason, deliveries.c.state)
    )
    counted: Counter[str] = Counter()
    for reason, state, count in rows:
        counted[why.told(reason, seat.language) or seat.say(f"states.{state}")] += count
    return bars(counted, seat.say("insight.rare"))


def unconfirmed(connection: Connection, seat: Seat) -> list[Bar]:
    """The visits of the coming days that nobody has confirmed, by day."""
    first = seat.dates.today
    days = [first + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    rows = connection.execute(
        select(visits.c.local_day, func.count())
        .where(
            visits.c.clinic_id == seat.clinic_id,
            visits.c.state == "booked",
            visits.c.confirmed_at.is_(None),
            visits.c.starts_at > seat.now,
            visits.c.local_day.in_([day.isoformat() for day in days]),
        )
        .group_by(visits.c.local_day)
    )
    found = {str(day): int(count) for day, count in rows}
    most = max(found.values(), default=0)
    return [bar(seat.dates.day(day), found.get(day.isoformat(), 0), most) for day in days]


def sent(connection: Connection, seat: Seat) -> list[SentDay]:
    """What went out on each of the last two weeks' days, on the clinic's clock."""
    days = range(1 - DAYS_BACK, 1)
    columns = [
        func.count().filter(
            deliveries.c.channel == channel,
            deliveries.c.accepted_at >= seat.dates.midnight(day),
            deliveries.c.accepted_at < seat.dates.midnight(day + 1),
        )
        for day in days
        for channel in ("text", "call")
    ]
    mine = (deliveries.c.clinic_id == seat.clinic_id, deliveries.c.accepted_at >= seat.dates.midnight(days[0]))
    counts = connection.execute(select(*columns).where(*mine)).one()
    today = seat.dates.today
    return [
        SentDay(
            today + timedelta(days=day), counts[2 * n], counts[2 * n + 1], _dollars(counts[2 * n], counts[2 * n + 1])
        )
        for n, day in enumerate(days)
    ]


def bars(counted: Mapping[str, int], rare: str) -> list[Bar]:
    """Rows from the most frequent on; those below the smallest number that is shown stand together as `rare`."""
    shown = {label: count for label, count in counted.items() if count >= SMALLEST}
    left = sum(counted.values()) - sum(shown.values())
    most = max([*shown.values(), left], default=0)
    rows = [bar(label, count, most) for label, count in sorted(shown.items(), key=lambda one: (-one[1], one[0]))]
    return [*rows, bar(rare, left, most)] if left else rows


def bar(label: str, count: int, most: int) -> Bar:
    """A row; a number from 1 to 4 is not told, and its bar is as long as any other of these."""
    if 0 < count < SMALLEST:
        return Bar(label, None, round(100 * min(SMALLEST, most) / max(most, SMALLEST)))
    return Bar(label, count, round(100 * count / most) if most else 0)


def tallest(days: Sequence[SentDay]) -> int:
    """The most that went out on one of these days; at least 1, to divide by."""
    return max([1, *(day.texts + day.calls for day in days)])


def _dollars(texts: int, calls: int) -> Decimal:
    # Each text is one segment by the rule of templates; a reminder call lasts less than a minute.
    starts = datetime(2026, 1, 1, tzinfo=UTC)
    ends = starts + timedelta(days=365)
    return estimate([1] * texts, [60] * calls, sender=Sender.LONG_CODE, starts=starts, window_end=ends).dollars
