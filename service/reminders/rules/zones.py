"""Where a person may be: the time zones and states that count for their quiet hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from phonenumbers.tzdata import TIMEZONE_DATA

from service.reminders.rules.reason import Reason, because
from service.reminders.rules.tables import table

ZIP = re.compile(r"(\d{5})(?:-?\d{4})?", re.ASCII)


@dataclass(frozen=True)
class Whereabouts:
    """Every zone and state that a person may be in, sorted. What is allowed must be allowed in all of them."""

    zones: tuple[str, ...]
    states: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """One short line for a database column: `America/Chicago America/New_York|FL`."""
        return f"{' '.join(self.zones)}|{' '.join(self.states)}"

    @classmethod
    def from_key(cls, key: str) -> Whereabouts:
        """The whereabouts that `key` was made of."""
        zones, _, states = key.partition("|")
        return cls(tuple(zones.split()), tuple(states.split()))


def whereabouts(number: str, clinic_zone: str, *, stated_zone: str = "", zip_code: str = "") -> Whereabouts | Reason:
    """Where the owner of `number` (E.164) may be, or why staff must say so.

    The stated zone counts, else the zone of the ZIP code, else every zone of the number's area code (people keep a
    number when they move inside it) together with the clinic's. States: the area code's and the ZIP code's, both."""
    if stated_zone and stated_zone not in known_zones():
        return because("zone.strange", zone=stated_zone)
    zip_zone, zip_state = "", ""
    if zip_code.strip():
        found = ZIP.fullmatch(zip_code.strip())
        if not found:
            return because("zone.zip", zip=zip_code.strip())
        zip_zone, zip_state = _zip(found[1][:3])
    states = tuple(sorted({state for state in (state_of(number), zip_state) if state}))
    settled = stated_zone or zip_zone
    if settled:
        return Whereabouts((settled,), states)
    zones = zones_of(number)
    if not zones:
        return because("zone.unset", number=number)
    return Whereabouts(tuple(sorted({*zones, clinic_zone})), states)


def known_zones() -> tuple[str, ...]:
    """The zones of the United States and its territories, in the order in which a list should show them."""
    return tuple(table("zones")["names"])


def zones_of_area(area_code: str) -> frozenset[str]:
    """Every zone of an area code, over all its exchanges; empty for toll-free and unknown ones."""
    return _zones_by_area().get(area_code, frozenset())


def zones_of(number: str) -> frozenset[str]:
    """Every zone of the area code of `number` (E.164, +1 only); empty where there is none."""
    return zones_of_area(number[2:5]) if number.startswith("+1") and len(number) == 12 else frozenset()


def state_of(number: str) -> str:
    """The state of the area code of `number`, where that state keeps stricter hours; else empty."""
    return _strict_states().get(number[2:5], "") if number.startswith("+1") else ""


@cache
def _zones_by_area() -> Mapping[str, frozenset[str]]:
    """All area codes at once, from the library's own table of prefixes: `1423` and `1423267` both tell of 423."""
    rules, known = table("zones"), set(known_zones())
    found: dict[str, set[str]] = {str(area): set(zones) for area, zones in rules["add"].items()}
    for prefix, zones in TIMEZONE_DATA.items():
        if len(prefix) >= 4 and prefix.startswith("1"):
            found.setdefault(prefix[1:4], set()).update(rules["same_as"].get(zone, zone) for zone in zones)
    return {area: frozenset(zones & known) for area, zones in found.items()}


@cache
def _strict_states() -> Mapping[str, str]:
    states = table("state_hours")["states"]
    return {str(code): state for state, row in states.items() for code in row["area_codes"]}


@cache
def _zip(prefix: str) -> tuple[str, str]:
    """Zone and strict state of the first three digits of a ZIP code; each empty where there is not exactly one."""
    for row in table("zones")["zips"]:
        if row["first"] <= prefix <= row["last"]:
            strict = row["state"] in table("state_hours")["states"]
            return row.get("zone", ""), row["state"] if strict else ""
    return "", ""
