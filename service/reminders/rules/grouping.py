"""Which visits share a message: those of one day, and those of a run of daily visits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from service.reminders.rules.holidays import holiday

# From this many days in a row on, visits are told of once a week.
SHORTEST_RUN = 3


@dataclass(frozen=True)
class Visit:
    """One visit of a patient: the clinic's own `id`, its start (aware), the zone of its site, and the site's town."""

    id: str
    start: datetime
    zone: str
    town: str = ""

    @property
    def local(self) -> datetime:
        """The start on the site's clock."""
        return self.start.astimezone(ZoneInfo(self.zone))

    @property
    def day(self) -> date:
        """The day of the visit at the site."""
        return self.local.date()


class About(StrEnum):
    """What a message tells of: one day, a week of daily visits, or the first day of a run."""

    DAY = "day"
    WEEK = "week"
    FIRST_DAY = "first day"


@dataclass(frozen=True)
class Told:
    """Visits that one message tells of, by their start; never empty."""

    about: About
    visits: tuple[Visit, ...]

    @property
    def first(self) -> Visit:
        """The visit whose arrival time the message names."""
        return self.visits[0]

    @property
    def more(self) -> int:
        """How many more visits there are that day: the message says "and 2 more that day"."""
        return sum(visit.day == self.first.day for visit in self.visits) - 1

    @property
    def days(self) -> tuple[date, ...]:
        """The days that it covers, in order."""
        return tuple(dict.fromkeys(visit.day for visit in self.visits))

    @property
    def same_time(self) -> bool:
        """Does every day begin at the same time of day? A week's message names a time only then."""
        arrivals = {next(visit.local.time() for visit in self.visits if visit.day == day) for day in self.days}
        return len(arrivals) == 1


def told_together(visits: Iterable[Visit]) -> tuple[Told, ...]:
    """The messages that tell of one patient's visits, by their first visit.

    A run of at least three visit days in a row (weekends and federal holidays between them do not count) is told of
    week by week, and once more before its first day."""
    ordered = sorted(visits, key=lambda visit: (visit.start, visit.id))
    days = [tuple(same) for _, same in groupby(ordered, key=lambda visit: visit.day)]
    messages = [told for run in _runs(days) for told in _tell(run)]
    return tuple(sorted(messages, key=lambda told: (told.first.start, told.about)))


def _runs(days: list[tuple[Visit, ...]]) -> Iterator[list[tuple[Visit, ...]]]:
    run: list[tuple[Visit, ...]] = []
    for visits in days:
        if run and not _next_working_day(run[-1][0].day, visits[0].day):
            yield run
            run = []
        run.append(visits)
    if run:
        yield run


def _next_working_day(day: date, later: date) -> bool:
    """Is there no working day between `day` and `later`?"""
    between = (day + timedelta(days=n) for n in range(1, (later - day).days))
    return all(other.weekday() >= 5 or holiday(other) for other in between)


def _tell(run: list[tuple[Visit, ...]]) -> Iterator[Told]:
    if len(run) < SHORTEST_RUN:
        for visits in run:
            yield Told(About.DAY, visits)
        return
    yield Told(About.FIRST_DAY, run[0])
    for _, week in groupby(run, key=lambda visits: visits[0].day.isocalendar()[:2]):
        days = list(week)
        about = About.WEEK if len(days) > 1 else About.DAY
        # A run that begins on a Friday is told of before its first day anyway.
        if about is About.WEEK or days[0] is not run[0]:
            yield Told(about, tuple(visit for visits in days for visit in visits))
