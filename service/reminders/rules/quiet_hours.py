"""Quiet hours: the minutes in which we may start a text or a call, wherever the person may be.

A minute is allowed when it is allowed in every zone and every state that the person may be in: by the clinic's hours,
by the hard bound of 8:00 to 21:00 for everybody, and by the stricter states. Only what we start waits for them; an
answer to a person's own text does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from math import ceil
from zoneinfo import ZoneInfo

from service.reminders.rules.holidays import holiday
from service.reminders.rules.tables import table
from service.reminders.rules.zones import Whereabouts

# From one minute of the local day to another, the end not included; None is a closed day.
Span = tuple[int, int] | None
MINUTE = 60
# How far we look for an allowed minute. The longest closed stretch is a long weekend.
HORIZON = timedelta(days=21)


class HoursTooWide(ValueError):
    """Hours that go beyond 8:00 to 21:00, which nobody may set."""


@dataclass(frozen=True)
class Hours:
    """The hours of a clinic (or of a person who asked for fewer), by the kind of day, in minutes of the local day.

    Raises HoursTooWide for hours outside 8:00 to 21:00."""

    weekday: Span
    saturday: Span
    sunday: Span
    holiday: Span = None

    def __post_init__(self) -> None:
        first, last = bound()
        for span in (self.weekday, self.saturday, self.sunday, self.holiday):
            if span and not first <= span[0] < span[1] <= last:
                raise HoursTooWide("Hours for texts and calls lie between 8:00 and 21:00.")

    def on(self, day: date) -> Span:
        """The span of one day."""
        if holiday(day):
            return self.holiday
        return {5: self.saturday, 6: self.sunday}.get(day.weekday(), self.weekday)

    def not_before(self, earliest: time) -> Hours:
        """The same hours for a person who wants nothing before a time of day."""
        least = (earliest.hour * 60 + earliest.minute, 24 * 60)
        return Hours(*(both(span, least) for span in (self.weekday, self.saturday, self.sunday, self.holiday)))


def allowed(when: datetime, where: Whereabouts, hours: Hours | None = None) -> bool:
    """May we start a text or a call at `when` (aware) to somebody at `where`? `hours` defaults to 9:00 to 20:00,
    Sunday 12:00 to 20:00, no federal holidays."""
    return _open_in_all(_minute(when), where, hours or default_hours())


def open_keys(keys: Iterable[str], when: datetime, hours: Hours | None = None) -> list[str]:
    """Those of `keys` (of Whereabouts) that are open at `when`: what a claim puts into its one statement."""
    return [key for key in keys if allowed(when, Whereabouts.from_key(key), hours)]


def next_allowed(when: datetime, where: Whereabouts, hours: Hours | None = None) -> datetime | None:
    """The first allowed minute at or after `when`, in UTC; None where there is none within three weeks."""
    hours = hours or default_hours()
    minute = ceil(when.timestamp() / MINUTE)
    last = minute + int(HORIZON.total_seconds()) // MINUTE
    while minute <= last:
        later = max(_opens(minute, zone, where.states, hours) for zone in where.zones)
        if later == minute:
            return _moment(minute)
        minute = later
    return None


def last_allowed(when: datetime, where: Whereabouts, hours: Hours | None = None) -> datetime | None:
    """The last allowed minute at or before `when`, in UTC; None where there is none within three weeks."""
    hours = hours or default_hours()
    minute = _minute(when)
    first = minute - int(HORIZON.total_seconds()) // MINUTE
    while minute >= first:
        earlier = min(_was_open(minute, zone, where.states, hours) for zone in where.zones)
        if earlier == minute:
            return _moment(minute)
        minute = earlier
    return None


def window_end(when: datetime, where: Whereabouts, hours: Hours | None = None) -> datetime | None:
    """When the window that is open at `when` closes, in UTC; None where it is closed already."""
    hours, minute = hours or default_hours(), _minute(when)
    if not _open_in_all(minute, where, hours):
        return None
    ends = [_window(_day(minute, zone), zone, where.states, hours) for zone in where.zones]
    return _moment(min(end[1] for end in ends if end))


@cache
def bound() -> tuple[int, int]:
    """The hard bound in minutes of the local day: 8:00 to 21:00, for every clinic and every role."""
    span = parse_span(table("state_hours")["bound"])
    assert span
    return span


@cache
def default_hours() -> Hours:
    """What a clinic starts with."""
    return Hours(**{kind: parse_span(words) for kind, words in table("state_hours")["default"].items()})


def parse_span(words: str) -> Span:
    """`09:00-20:00` as minutes of the day, `closed` as None. Raises ValueError for anything else."""
    if words == "closed":
        return None
    first, last = (time.fromisoformat(part) for part in words.split("-"))
    return first.hour * 60 + first.minute, last.hour * 60 + last.minute


def both(one: Span, other: Span) -> Span:
    """What two spans share."""
    if not one or not other:
        return None
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first < last else None


@cache
def _state(state: str) -> tuple[Span, Span, Span]:
    """The spans of a state on weekdays, Saturdays and Sundays: the hard bound where it has none of its own."""
    row = table("state_hours")["states"].get(state, {})
    weekday, saturday, sunday = (
        both(bound(), parse_span(row[kind])) if kind in row else bound() for kind in ("weekday", "saturday", "sunday")
    )
    return weekday, saturday, sunday


@lru_cache(maxsize=1 << 16)
def _window(ordinal: int, zone: str, states: tuple[str, ...], hours: Hours) -> tuple[int, int] | None:
    """The minutes (since 1970, UTC) in which a local day is open in one zone."""
    day = date.fromordinal(ordinal)
    span = hours.on(day)
    for state in states:
        weekday, saturday, sunday = _state(state)
        span = both(span, {5: saturday, 6: sunday}.get(day.weekday(), weekday))
    if not span:
        return None
    # Clocks change at night, never between 8:00 and 21:00, so each local minute of the span exists once.
    midnight = datetime.combine(day, time(), ZoneInfo(zone))
    first, last = (
        int(midnight.replace(hour=minute // 60, minute=minute % 60).timestamp()) // MINUTE for minute in span
    )
    return first, last


def _open_in_all(minute: int, where: Whereabouts, hours: Hours) -> bool:
    for zone in where.zones:
        window = _window(_day(minute, zone), zone, where.states, hours)
        if not window or not window[0] <= minute < window[1]:
            return False
    return bool(where.zones)


def _opens(minute: int, zone: str, states: tuple[str, ...], hours: Hours) -> int:
    """`minute` itself where one zone is open, else when it opens next; at the latest after the horizon."""
    today = _day(minute, zone)
    for ordinal in range(today, today + HORIZON.days + 2):
        window = _window(ordinal, zone, states, hours)
        if window and minute < window[1]:
            return max(minute, window[0])
    return minute + (HORIZON.days + 2) * 24 * 60


def _was_open(minute: int, zone: str, states: tuple[str, ...], hours: Hours) -> int:
    """`minute` itself where one zone is open, else the last minute in which it was."""
    today = _day(minute, zone)
    for ordinal in range(today, today - HORIZON.days - 2, -1):
        window = _window(ordinal, zone, states, hours)
        if window and minute >= window[0]:
            return min(minute, window[1] - 1)
    return minute - (HORIZON.days + 2) * 24 * 60


def _day(minute: int, zone: str) -> int:
    # Every zone here is a whole number of quarter hours from UTC, so a quarter hour lies in one local day.
    return _day_of_quarter(minute // 15, zone)


@lru_cache(maxsize=1 << 12)
def _day_of_quarter(quarter: int, zone: str) -> int:
    return datetime.fromtimestamp(quarter * 15 * MINUTE, ZoneInfo(zone)).toordinal()


def _minute(when: datetime) -> int:
    if when.tzinfo is None:
        raise ValueError("a time without its zone")
    return int(when.timestamp()) // MINUTE


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * MINUTE, UTC)
