"""By when a clinic promises to call back: the end of its next staffed day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from service.reminders.rules.holidays import holiday
from service.reminders.rules.reason import because
from service.reminders.rules.staffed import BadHours, StaffedHours

# What comes in less than this before closing is promised for the next day.
ENOUGH = timedelta(hours=2)


def call_back_by(now: datetime, hours: StaffedHours, zone: str) -> datetime:
    """When the clinic will have called, in UTC: today's closing where at least two hours of the day are left, else
    the closing of the next staffed day that is no federal holiday."""
    local = now.astimezone(ZoneInfo(zone))
    for ahead in range(15):
        day = local.date() + timedelta(days=ahead)
        if day.weekday() in hours and not holiday(day):
            closes = datetime.combine(day, hours[day.weekday()][-1][1], ZoneInfo(zone))
            if closes.astimezone(UTC) - now >= ENOUGH:
                return closes.astimezone(UTC)
    raise BadHours(because("hours.no_day"))
