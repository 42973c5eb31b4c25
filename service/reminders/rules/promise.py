"""By when a clinic promises to call back: the end of its next staffed day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.reminders.rules.holidays import holiday
from service.reminders.rules.reason import Reason, because

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PART = re.compile(r"(?i)([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")
# What comes in less than this before closing is promised for the next day.
ENOUGH = timedelta(hours=2)

StaffedHours = Mapping[int, tuple[time, time]]


class BadHours(ValueError):
    """Hours that we cannot read; the reason shows how to write them."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def staffed_hours(words: str) -> StaffedHours:
    """The hours of a site, by week day (Monday is 0), from `Mon-Thu 08:00-17:00, Fri 08:00-12:00`.

    Raises BadHours for anything else."""
    hours: dict[int, tuple[time, time]] = {}
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
            hours[(begin + step) % 7] = (opens, closes)
    if not hours:
        raise BadHours(because("hours.none"))
    return hours


def call_back_by(now: datetime, hours: StaffedHours, zone: str) -> datetime:
    """When the clinic will have called, in UTC: today's closing where at least two hours of the day are left, else
    the closing of the next staffed day that is no federal holiday."""
    local = now.astimezone(ZoneInfo(zone))
    for ahead in range(15):
        day = local.date() + timedelta(days=ahead)
        if day.weekday() in hours and not holiday(day):
            closes = datetime.combine(day, hours[day.weekday()][1], ZoneInfo(zone))
            if closes.astimezone(UTC) - now >= ENOUGH:
                return closes.astimezone(UTC)
    raise BadHours(because("hours.no_day"))


def staffed(now: datetime, hours: StaffedHours, zone: str) -> bool:
    """Is somebody at the clinic at `now`?"""
    local = now.astimezone(ZoneInfo(zone))
    span = hours.get(local.weekday())
    return span is not None and not holiday(local.date()) and span[0] <= local.time() < span[1]
