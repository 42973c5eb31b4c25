"""Facts: what the words of a message are made of, kept with a delivery until it is sent."""

from __future__ import annotations

from typing import Any

from service.reminders.rules.grouping import Told


def facts_of(
    clinic: str, site: Any, told: Told | None = None, *, initial: str = "", say_zone: bool = False, towns: int = 1
) -> dict[str, Any]:
    """What the words of a message are made of when it is sent; see `letters.fields`."""
    facts: dict[str, Any] = {"clinic": clinic, "phone": site["day_phone"] if site else ""}
    if told:
        facts["about"] = told.about.value
        facts["visits"] = [[int(visit.start.timestamp()), visit.zone] for visit in told.visits]
    if site and towns > 1:
        facts["town"] = site["town"]
    if initial:
        facts["initial"] = initial
    if say_zone:
        facts["say_zone"] = True
    return facts
