"""Where it is daytime now: the zone sets in which we may start a text or a call, with their local day and week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from service.reminders.rules.caps import WEEK
from service.reminders.rules.quiet_hours import Hours, allowed
from service.reminders.rules.zones import Whereabouts

# The columns of one opening, for `json_rows`.
COLUMNS = {"zones": str, "midnight": int, "week": int, "minute": int}


def openings(keys: Iterable[str], now: float, hours: Hours | None = None) -> list[dict[str, object]]:
    """Those of `keys` (of Whereabouts) that are open at `now` (seconds since 1970). `midnight`: when the local day
    began, `week`: when the seven local days that end with it began, `minute`: the minute of the local day.

    Where a person may be in several zones, the earliest midnight and the earliest minute count: never too much,
    never too early."""
    minute = int(now) // 60
    return [opening for key in sorted(set(keys)) if (opening := _opening(key, minute, hours))]


@lru_cache(maxsize=4096)
def _opening(key: str, minute: int, hours: Hours | None) -> dict[str, object] | None:
    where = Whereabouts.from_key(key)
    now = datetime.fromtimestamp(minute * 60, UTC)
    if not where.zones or not allowed(now, where, hours):
        return None
    local = [now.astimezone(ZoneInfo(zone)) for zone in where.zones]
    return {
        "zones": key,
        "midnight": min(_midnight(moment, 0) for moment in local),
        "week": min(_midnight(moment, WEEK - 1) for moment in local),
        "minute": min(moment.hour * 60 + moment.minute for moment in local),
    }


def _midnight(moment: datetime, days_ago: int) -> int:
    day = moment.date() - timedelta(days=days_ago)
    return int(datetime.combine(day, time(), moment.tzinfo).timestamp())
