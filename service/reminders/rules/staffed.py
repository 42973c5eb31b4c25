"""When somebody is at the clinic: its hours as people write them, and whether they hold now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from service.reminders.rules.holidays import holiday
from service.reminders.rules.reason import Reason, because

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PART = re.compile(r"(?i)([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})", re.ASCII)

Span = tuple[time, time]
# By week day (Monday is 0), in order; a day with a lunch break has two.
StaffedHours = Mapping[int, tuple[Span, ...]]


class BadHours(ValueError):
    """Hours that we cannot read; the reason shows how to write them."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def staffed_hours(words: str) -> StaffedHours:
    """The hours of a clinic by week day, from `Mon-Thu 08:00-17:00, Fri 08:00-12:00`.

    Raises BadHours for anything else."""
    hours: dict[int, tuple[Span, ...]] = {}
    for part in filter(None, (piece.strip() for piece in words.split(","))):
        found = PART.fullmatch(part)
        first, last = (found[1].lower(), (found[2] or found[1]).lower()) if found else ("", "")
        if not found or first not in DAYS or last not in DAYS:
            raise BadHours(because("hours.strange", part=part))
        try:
            opens, closes = (time.fromisoformat(f"{clock:0>5}") for clock in (found[3], found[4]))
        except ValueError as error:
            raise BadHours(because("hours.no_such_time", part=part)) from error
        if opens >= closes:
            raise BadHours(because("hours.backwards", part=part))
        begin, end = DAYS.index(first), DAYS.index(last)
        for step in range((end - begin) % 7 + 1):
            day = (begin + step) % 7
            hours[day] = tuple(sorted({*hours.get(day, ()), (opens, closes)}))
    if not hours:
        raise BadHours(because("hours.none"))
    return hours


def staffed(now: datetime, hours: StaffedHours, zone: str) -> bool:
    """Is somebody at the clinic at `now`? Nobody is on a federal holiday."""
    local = now.astimezone(ZoneInfo(zone))
    spans = hours.get(local.weekday(), ())
    return not holiday(local.date()) and any(opens <= local.time() < closes for opens, closes in spans)
