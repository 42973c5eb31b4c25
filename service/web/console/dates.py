"""Times as the console shows them: on the clock of the clinic, with its zone beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from service.languages import Language
from service.reminders.rules import written_dates
from service.web.console.words import say

MINUTE, HOUR, DAY = 60, 3600, 86400
NEAR = {-1: "common.yesterday", 0: "common.today", 1: "common.tomorrow"}


@dataclass(frozen=True)
class Dates:
    """Writes moments (seconds since 1970) for one zone and language."""

    zone: str
    language: Language
    now: int

    def moment(self, at: int, *, zone: str = "") -> Markup:
        """`Thursday Dec 3, 2:30 PM EST`, with the year where it is another one; `zone` where a site has its own."""
        local = datetime.fromtimestamp(at, ZoneInfo(zone or self.zone))
        return _time(local, f"{self.day(local.date())}, ", written_dates.clock(local.time(), self.language))

    def soon(self, at: int, *, zone: str = "") -> Markup:
        """As `moment`, with the day said as `today`, `tomorrow` or `yesterday` where it is one of them."""
        local = datetime.fromtimestamp(at, ZoneInfo(zone or self.zone))
        away = local.date().toordinal() - self.today.toordinal()
        if away not in NEAR:
            return self.moment(at, zone=zone)
        clock = written_dates.clock(local.time(), self.language)
        return _time(local, say(self.language, NEAR[away]) + " ", clock)

    def clock(self, at: int, *, zone: str = "") -> Markup:
        """`2:30 PM EST`."""
        local = datetime.fromtimestamp(at, ZoneInfo(zone or self.zone))
        return _time(local, "", written_dates.clock(local.time(), self.language))

    def day(self, on: date | str) -> str:
        """`Thursday Dec 3`, `jueves 3 dic`; with the year where it is another one."""
        on = date.fromisoformat(on) if isinstance(on, str) else on
        written = written_dates.day(on, self.language)
        return written if on.year == self.today.year else f"{written}, {on.year}"

    def age(self, since: int) -> str:
        """How long ago: `5 minutes`, `43 hours`, `3 days`."""
        passed = max(0, self.now - since)
        if passed < 2 * HOUR:
            return say(self.language, "common.minutes", count=passed // MINUTE)
        if passed < 3 * DAY:
            return say(self.language, "common.hours", count=passed // HOUR)
        return say(self.language, "common.days", count=passed // DAY)

    @property
    def today(self) -> date:
        """The clinic's date now."""
        return datetime.fromtimestamp(self.now, ZoneInfo(self.zone)).date()

    @property
    def zone_name(self) -> str:
        """The zone in words: `Eastern`; outside the United States its own name."""
        try:
            return written_dates.zone_word(self.zone, self.language)
        except KeyError:
            return self.zone

    def midnight(self, days: int = 0) -> int:
        """When the clinic's day began, or that of `days` later, in seconds since 1970."""
        local = datetime.combine(date.fromordinal(self.today.toordinal() + days), datetime.min.time())
        return int(local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC).timestamp())


def _time(local: datetime, day: str, clock: str) -> Markup:
    written = Markup('<time datetime="{}">{}<span class="clock">{} <span class="zone">{}</span></span></time>')
    return written.format(local.isoformat(timespec="minutes"), day, clock, local.tzname())
