"""A visit in a row: whose, when, where, and whether it still stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from service.reminders.clinics import Site
from service.reminders.imports.cells import Status, read_start
from service.reminders.imports.columns import Match
from service.reminders.imports.finding import Finding, bad, told
from service.reminders.imports.persons import Person, read_person
from service.reminders.imports.reading import Row, normal
from service.reminders.rules.reason import Reason


@dataclass(frozen=True)
class Booking:
    """A row of a visits list. `key` names the visit in the clinic's own words; `starts_at` in seconds since 1970,
    `local_day` the date at the site."""

    line: int
    key: str
    person: Person
    starts_at: int
    local_day: str
    site_id: int | None
    status: Status
    # Does the list say who the patient is, or only their number?
    introduces: bool


@dataclass(frozen=True)
class Places:
    """Which site a cell of the place column means. `zone` is the clinic's, for a clinic without sites."""

    sites: Sequence[Site]
    said: Mapping[str, str]
    zone: str

    def find(self, cell: str) -> Site | Reason | None:
        """The site that `cell` means; None for a clinic without sites."""
        if not self.sites:
            return None
        named = self.said.get(cell, cell)
        for site in self.sites:
            if normal(named) and normal(named) in (normal(site.short_name), normal(site.town)):
                return site
        if len(self.sites) == 1:
            return self.sites[0]
        sites = ", ".join(site.short_name for site in self.sites)
        return told("row.no_site", cell=cell, sites=sites) if cell else told("row.empty_site", sites=sites)


def read_booking(row: Row, match: Match, places: Places, today: date) -> tuple[Booking | None, list[Finding]]:
    """The visit in `row`, or None, and all that is to be said about it."""
    person, findings = read_person(row, match, places.zone, phones_count=False)
    if person is None:
        return None, findings
    site = places.find(match.cell(row, "site"))
    if isinstance(site, Reason):
        return None, [bad(row.line, site)]
    zone = site.zone if site else places.zone
    start = read_start(match.cell(row, "day"), match.cell(row, "time"), zone, today)
    if isinstance(start, Reason):
        return None, [bad(row.line, start)]
    starts_at = int(start.timestamp())
    booking = Booking(
        line=row.line,
        key=visit_key(match.cell(row, "visit_ref"), person.ref, starts_at, site.id if site else None),
        person=person,
        starts_at=starts_at,
        local_day=start.astimezone(ZoneInfo(zone)).date().isoformat(),
        site_id=site.id if site else None,
        status=person.status,
        introduces=any(match.has(name) for name in ("name", "first_name", "last_name", "phone")),
    )
    return booking, findings


def visit_key(visit_ref: str, patient_ref: str, starts_at: int, site_id: int | None) -> str:
    """The clinic's own id of the visit; where its lists have none, patient, start and site together."""
    return f"visit:{visit_ref}" if visit_ref else f"visit:{patient_ref}|{starts_at}|{site_id or ''}"
