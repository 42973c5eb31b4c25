"""When the clinic's day number is staffed, and so which number a person is given now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.reminders.rules.staffed import BadHours, StaffedHours, staffed, staffed_hours
from service.settings import BadSettings, Settings


@dataclass(frozen=True)
class Hours:
    """The hours of the installation's clinic, in its zone."""

    spans: StaffedHours
    zone: ZoneInfo

    def is_open(self, now: float) -> bool:
        """Is the clinic staffed at `now` (seconds since 1970)?"""
        return staffed(datetime.fromtimestamp(now, self.zone), self.spans, self.zone.key)


def read_hours(settings: Settings) -> Hours:
    """The hours in CLINIC_HOURS, such as `Mon-Fri 08:00-17:00, Sat 09:00-12:00`; empty for a clinic that is never
    staffed. Raises BadSettings."""
    try:
        zone = ZoneInfo(settings.clinic_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSettings(
            f"Set CLINIC_ZONE to a zone such as America/Chicago; it is {settings.clinic_zone!r}."
        ) from error
    try:
        return Hours(staffed_hours(settings.clinic_hours) if settings.clinic_hours.strip() else {}, zone)
    except BadHours as error:
        raise BadSettings(f"Mend CLINIC_HOURS. {error}") from error


def number_now(settings: Settings, hours: Hours, now: float) -> str:
    """The number that somebody answers now: the day number in hours, else the night one; empty where none is set."""
    if hours.is_open(now) and settings.clinic_phone:
        return settings.clinic_phone
    return settings.clinic_phone_night or settings.clinic_phone
