"""Where callers leave the menu: by place, with a wrong key, silence and hanging up kept apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from service.reminders import call_log
from service.reminders.call_log import HUNG_UP, SILENCE, WRONG_KEY, Left
from service.web.console.call_words import place_name
from service.web.console.insight_figures import SMALLEST
from service.web.console.seat import Seat

DAYS_BACK = 28
DAY = 86400
MOST_PLACES = 10
WAYS = (WRONG_KEY, SILENCE, HUNG_UP)


@dataclass(frozen=True)
class Part:
    """One way of leaving at a place. `count` is None where it is too small to be shown; `start` and `width` are
    parts of the picture's width, 0 to 100."""

    way: str
    count: int | None
    start: float
    width: float


@dataclass(frozen=True)
class Row:
    """A place with its three parts, in the order of WAYS."""

    label: str
    parts: tuple[Part, ...]


def leaving(connection: Connection, seat: Seat) -> list[Row]:
    """The places at which most callers left in the last four weeks. Places with few callers stand together."""
    since = seat.now - DAYS_BACK * DAY
    found = call_log.where_left(connection, seat.clinic_id, since)
    shown, rest = apart(found)
    rows = [(place_name(seat, one.place), one.counts) for one in shown]
    if rest:
        rows.append((seat.say("insight.other_places"), rest))
    return drawn(rows)


def apart(found: Sequence[Left]) -> tuple[list[Left], dict[str, int]]:
    """The places that may be shown by name, and the sum of all others: a place with few callers may tell who."""
    named = [one for one in found if one.total >= SMALLEST][:MOST_PLACES]
    rest: Counter[str] = Counter()
    for one in found:
        if one not in named:
            rest.update(one.counts)
    return named, dict(rest)


def drawn(rows: Sequence[tuple[str, dict[str, int]]]) -> list[Row]:
    """Rows for the picture; numbers from 1 to 4 are all drawn alike."""
    sums = [sum(max(count, SMALLEST) for count in counts.values() if count) for _, counts in rows]
    most = max([SMALLEST, *sums])
    return [Row(label, tuple(_parts(counts, most))) for label, counts in rows]


def _parts(counts: dict[str, int], most: int) -> list[Part]:
    parts, start = [], 0.0
    for way in WAYS:
        count = counts.get(way, 0)
        width = round(100 * (max(count, SMALLEST) if count else 0) / most, 1)
        parts.append(Part(way, None if 0 < count < SMALLEST else count, start, width))
        start = round(start + width, 1)
    return parts
