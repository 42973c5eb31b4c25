"""A walk through every minute of some years, comparing the quiet hours with the rule told in its plainest form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from service.reminders.rules.holidays import holiday
from service.reminders.rules.quiet_hours import allowed, parse_span
from service.reminders.rules.tables import table
from service.reminders.rules.zones import Whereabouts, known_zones


@dataclass(frozen=True)
class Walked:
    """What one walk saw. `wrong` holds the first minutes (UTC) at which the rule and the code differed."""

    where: Whereabouts
    minutes: int
    open: int
    wrong: tuple[datetime, ...]


def places() -> tuple[Whereabouts, ...]:
    """Every zone with no strict state and with each strict one, and pairs of neighbouring zones."""
    zones, states = known_zones(), tuple(table("state_hours")["states"])
    alone = [Whereabouts((zone,), (state,) if state else ()) for zone in zones for state in ("", *states)]
    pairs = [Whereabouts(tuple(sorted(pair))) for pair in pairwise(zones)]
    return (*alone, *pairs)


def walk(first: datetime, last: datetime, where: Sequence[Whereabouts] = ()) -> Iterator[Walked]:
    """Walk every minute from `first` to `last` (aware, whole minutes, the end not included), place by place.

    A year takes some seconds a place, so callers show progress between places. No place means all of them."""
    begin, end = int(first.timestamp()) // 60, int(last.timestamp()) // 60
    for place in where or places():
        count, wrong = 0, list[datetime]()
        for minute in range(begin, end):
            now = datetime.fromtimestamp(minute * 60, UTC)
            said = allowed(now, place)
            count += said
            if said != _plainly_allowed(now, place) and len(wrong) < 10:
                wrong.append(now)
        yield Walked(place, end - begin, count, tuple(wrong))


def years(first: int, count: int, where: Sequence[Whereabouts] = ()) -> Iterator[Walked]:
    """Walk every minute of `count` years from January of `first`, UTC."""
    return walk(datetime(first, 1, 1, tzinfo=UTC), datetime(first + count, 1, 1, tzinfo=UTC), where)


def _plainly_allowed(now: datetime, where: Whereabouts) -> bool:
    """The rule itself, on the clock at the wall of every zone: no windows, no arithmetic on instants."""
    for zone in where.zones:
        wall = now.astimezone(ZoneInfo(zone))
        clock = wall.hour * 60 + wall.minute
        sunday, saturday = wall.weekday() == 6, wall.weekday() == 5
        if holiday(wall.date()) or not (12 if sunday else 9) * 60 <= clock < 20 * 60:
            return False
        for state in where.states:
            words = table("state_hours")["states"][state].get(
                "sunday" if sunday else "saturday" if saturday else "weekday", "08:00-21:00"
            )
            span = parse_span(words)
            if not span or not span[0] <= clock < span[1]:
                return False
    return True
