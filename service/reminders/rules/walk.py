"""A walk through every minute of some years, comparing the quiet hours with the rule told in its plainest form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from service.reminders.rules.holidays import holiday
from service.reminders.rules.quiet_hours import Span, allowed, parse_span
from service.reminders.rules.tables import table
from service.reminders.rules.zones import Whereabouts, known_zones, zones_of_area

KINDS = ("weekday", "saturday", "sunday")
MOST_SHOWN = 10


@dataclass(frozen=True)
class Walked:
    """What one walk saw. `wrong` holds the first ten minutes (UTC) at which rule and code differed."""

    where: Whereabouts
    minutes: int
    open: int
    wrong: tuple[datetime, ...]


def places() -> tuple[Whereabouts, ...]:
    """Every zone by itself, every strict state in each of its zones, and neighbouring zones in pairs."""
    zones = known_zones()
    alone = [Whereabouts((zone,)) for zone in zones]
    pairs = [Whereabouts(tuple(sorted(pair))) for pair in pairwise(zones)]
    strict = {
        Whereabouts((zone,), (state,))
        for state, row in table("state_hours")["states"].items()
        for code in row["area_codes"]
        for zone in zones_of_area(str(code))
    }
    return (*alone, *sorted(strict, key=lambda place: place.key), *pairs)


def walk(first: datetime, last: datetime, where: Sequence[Whereabouts] = ()) -> Iterator[Walked]:
    """Walk every minute from `first` to `last` (aware, whole minutes, the end not included), place by place.

    Five years take some ten seconds a place, so callers show progress between places. No place means all."""
    begin, end = int(first.timestamp()) // 60, int(last.timestamp()) // 60
    for place in where or places():
        plain = [(ZoneInfo(zone), _spans(place.states)) for zone in place.zones]
        count, wrong = 0, list[datetime]()
        for minute in range(begin, end):
            now = datetime.fromtimestamp(minute * 60, UTC)
            said = allowed(now, place)
            count += said
            if said != all(_plainly_allowed(now.astimezone(zone), spans) for zone, spans in plain):
                wrong.append(now)
        yield Walked(place, end - begin, count, tuple(wrong[:MOST_SHOWN]))


def years(first: int, count: int, where: Sequence[Whereabouts] = ()) -> Iterator[Walked]:
    """Walk every minute of `count` years from January of `first`, UTC."""
    return walk(datetime(first, 1, 1, tzinfo=UTC), datetime(first + count, 1, 1, tzinfo=UTC), where)


def _plainly_allowed(wall: datetime, spans: Sequence[tuple[Span, Span, Span]]) -> bool:
    """The rule itself, on the clock at the wall of one zone: no windows, no arithmetic on instants."""
    weekday = wall.weekday()
    clock = wall.hour * 60 + wall.minute
    if not (12 if weekday == 6 else 9) * 60 <= clock < 20 * 60 or holiday(wall.date()):
        return False
    for on_weekdays, on_saturdays, on_sundays in spans:
        span = on_sundays if weekday == 6 else on_saturdays if weekday == 5 else on_weekdays
        if not span or not span[0] <= clock < span[1]:
            return False
    return True


def _spans(states: Sequence[str]) -> list[tuple[Span, Span, Span]]:
    """What the table says of each state on weekdays, Saturdays and Sundays."""
    rows = [table("state_hours")["states"][state] for state in states]
    weekday, saturday, sunday = ([parse_span(row.get(kind, "08:00-21:00")) for row in rows] for kind in KINDS)
    return list(zip(weekday, saturday, sunday, strict=True))
