"""Checking a file row by row before anything is loaded: what is good waits in the stash, the rest is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.reminders.clinics import Clinic, Site
from service.reminders.imports.bookings import Booking, Places, read_booking, visit_key
from service.reminders.imports.columns import Kind, Match
from service.reminders.imports.consents import read_given
from service.reminders.imports.error_file import is_correction
from service.reminders.imports.finding import Finding, note, told
from service.reminders.imports.optouts import read_optout
from service.reminders.imports.persons import Person, read_person
from service.reminders.imports.reading import Row, Sheet
from service.reminders.imports.stash import Stash
from service.reminders.imports.tally import Tally
from service.reminders.imports.visits import Covered


@dataclass
class Checked:
    """A file that was read to its end. `stash` holds its good rows, `covered` the days that a visits list names."""

    kind: Kind
    sheet: Sheet
    match: Match
    clinic: Clinic
    stash: Stash[Any]
    tally: Tally
    covered: Covered | None = None

    @property
    def correction(self) -> bool:
        """Are these corrected rows of an earlier file?"""
        return is_correction(self.sheet.header)

    @property
    def mostly_bad(self) -> bool:
        """Are more than half of the rows bad? Then the columns are matched wrongly, and nothing is loaded."""
        return len(self.tally.bad) * 2 > self.tally.rows

    def __enter__(self) -> Checked:
        return self

    def __exit__(self, *_: object) -> None:
        self.stash.close()


@dataclass
class _Seen:
    """What was met in the rows so far, by hash, so that repeated people and shared phones are named."""

    patients: dict[int, int] = field(default_factory=dict)
    phones: dict[int, tuple[int, int]] = field(default_factory=dict)
    days: set[str] = field(default_factory=set)
    sites: set[int | None] = field(default_factory=set)
    spared_visits: set[str] = field(default_factory=set)
    spared_patients: set[str] = field(default_factory=set)


def check(
    kind: Kind,
    sheet: Sheet,
    match: Match,
    clinic: Clinic,
    sites: Sequence[Site],
    today: date,
    *,
    covers: tuple[date, date] | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Checked:
    """Read every row of `sheet`. `covers`: the days that a visits list speaks for, by default from its first to its
    last. `progress` gets the bytes read so far. Raises BadFile where the file breaks off."""
    checked = Checked(kind, sheet, match, clinic, Stash(), Tally())
    seen = _Seen()
    places = Places(sites, match.places, clinic.zone)
    try:
        for row in sheet.rows(progress):
            checked.tally.rows += 1
            if isinstance(row, Finding):
                checked.tally.say([row])
                continue
            good, findings = _read(kind, row, match, places, today)
            checked.tally.say(findings)
            if good is None:
                _spare(kind, row, match, seen)
            else:
                checked.tally.say(_meet(kind, good, seen))
                checked.stash.add(good)
    except BaseException:
        checked.stash.close()
        raise
    if kind is Kind.VISITS:
        checked.covered = _covered(seen, covers)
    return checked


def _read(kind: Kind, row: Row, columns: Match, places: Places, today: date) -> tuple[Any, list[Finding]]:
    match kind:
        case Kind.PATIENTS:
            return read_person(row, columns, places.zone, phones_count=True)
        case Kind.VISITS:
            return read_booking(row, columns, places, today)
        case Kind.OPTOUTS:
            return read_optout(row, columns)
        case Kind.CONSENTS:
            return read_given(row, columns, today)


def _meet(kind: Kind, good: Any, seen: _Seen) -> list[Finding]:
    """Name whom we met before in this file, and phones that serve two people."""
    if kind is Kind.VISITS:
        booking: Booking = good
        seen.days.add(booking.local_day)
        seen.sites.add(booking.site_id)
    if kind not in (Kind.PATIENTS, Kind.VISITS):
        return []
    person: Person = good if kind is Kind.PATIENTS else good.person
    findings = []
    key = hash(person.ref)
    if key in seen.patients and kind is Kind.PATIENTS:
        findings.append(note(person.line, told("row.same_patient", line=seen.patients[key])))
    seen.patients.setdefault(key, person.line)
    for phone in person.phones:
        line, other = seen.phones.setdefault(hash(phone.number), (person.line, key))
        if other != key:
            findings.append(note(person.line, told("row.shared_phone", line=line)))
    return findings


def _spare(kind: Kind, row: Row, match: Match, seen: _Seen) -> None:
    """A visit whose row we could not read is not gone for that."""
    if kind is Kind.VISITS:
        if visit_ref := match.cell(row, "visit_ref"):
            seen.spared_visits.add(visit_key(visit_ref, "", 0, None))
        elif ref := match.cell(row, "ref"):
            seen.spared_patients.add(ref)


def _covered(seen: _Seen, covers: tuple[date, date] | None) -> Covered | None:
    if not seen.days:
        return None
    first, last = (day.isoformat() for day in covers) if covers else (min(seen.days), max(seen.days))
    return Covered(first, last, frozenset(seen.sites), frozenset(seen.spared_visits), frozenset(seen.spared_patients))
