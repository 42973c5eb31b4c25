"""When the clinic's day number is staffed, and so which number a person is given now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.settings import BadSettings, Settings

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"(\w{3})(?:-(\w{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)


@dataclass(frozen=True)
class Hours:
    """Spans of (weekday with Monday 0, start, end) in the clinic's zone."""

    spans: tuple[tuple[int, time, time], ...]
    zone: ZoneInfo

    def is_open(self, now: float) -> bool:
        """Is the clinic staffed at `now` (seconds since 1970)?"""
        local = datetime.fromtimestamp(now, self.zone)
        return any(day == local.weekday() and start <= local.time() < end for day, start, end in self.spans)


def read_hours(settings: Settings) -> Hours:
    """The hours in CLINIC_HOURS, such as `Mon-Fri 08:00-17:00, Sat 09:00-12:00`. Raises BadSettings."""
    try:
        zone = ZoneInfo(settings.clinic_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSettings(
            f"Set CLINIC_ZONE to a zone such as America/Chicago; it is {settings.clinic_zone!r}."
        ) from error
    spans: list[tuple[int, time, time]] = []
    for part in filter(None, (p.strip() for p in settings.clinic_hours.split(","))):
        try:
            spans += _span(part)
        except (ValueError, TypeError) as error:
            raise BadSettings(
                f"Set CLINIC_HOURS to spans such as Mon-Fri 08:00-17:00 with commas; one is {part!r}."
            ) from error
    return Hours(tuple(spans), zone)


def number_now(settings: Settings, hours: Hours, now: float) -> str:
    """The number that somebody answers now: the day number in hours, else the night one; empty where none is set."""
    if hours.is_open(now) and settings.clinic_phone:
        return settings.clinic_phone
    return settings.clinic_phone_night or settings.clinic_phone


def _span(part: str) -> list[tuple[int, time, time]]:
    found = SPAN.fullmatch(part)
    if found is None:
        raise ValueError(part)
    first, last, *clock = found.groups()
    begin, end = DAYS.index(first.lower()), DAYS.index((last or first).lower())
    hours = [int(n) for n in clock]
    opens, closes = time(hours[0], hours[1]), time(hours[2], hours[3])
    if begin > end or opens >= closes:
        raise ValueError(part)
    return [(day, opens, closes) for day in range(begin, end + 1)]
