"""How long Twilio may keep trying, so that its own queue cannot break our hours."""

from __future__ import annotations

from datetime import datetime, timedelta

# Twilio takes a ValidityPeriod from 1 to 36,000 s (ten hours, its own queue); under a minute it hardly tries.
LONGEST = 36_000
SHORTEST = 60
# What arrives later than this before a visit helps nobody.
BEFORE_VISIT = timedelta(minutes=30)


def validity(now: datetime, window_end: datetime, visit: datetime | None = None) -> int | None:
    """The ValidityPeriod in seconds for a message sent at `now`: until the hours end, half an hour before the visit,
    or ten hours, whichever comes first. None where less than a minute is left: do not send."""
    ends = [now + timedelta(seconds=LONGEST), window_end]
    if visit:
        ends.append(visit - BEFORE_VISIT)
    seconds = int((min(ends) - now).total_seconds())
    return seconds if seconds >= SHORTEST else None
