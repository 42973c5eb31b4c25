"""Who writes: a phone as the clinics know it, whom it serves, and where those patients are seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from service.conversation.world import written
from service.languages import Language
from service.reminders.contacts import NEVER_CALLED
from service.reminders.rules.promise import call_back_by
from service.reminders.rules.staffed import BadHours, StaffedHours, staffed, staffed_hours
from service.storage.reminder_tables import clinics, contacts, patient_contacts, patients, senders, sites

# Of a clinic that has not told its hours.
USUAL_HOURS = "Mon-Fri 08:00-17:00"


@dataclass(frozen=True)
class Served:
    """A patient whom a phone serves, with the initial that the clinic chose for shared phones."""

    id: int
    initial: str


@dataclass(frozen=True)
class Known:
    """A phone as one clinic knows it. `role` is that of the number it wrote to, for this clinic: reminders, line or
    both, or empty for a number that is not the clinic's. `cannot_hear`: its owner is deaf or calls by relay.
    `paused_until` in seconds since 1970, 0 for no pause."""

    clinic_id: int
    contact_id: int
    phone: str
    language: Language
    cannot_hear: bool
    fewer: str
    paused_until: int
    zones: str
    clinic_name: str
    role: str

    @property
    def is_clinic_number(self) -> bool:
        """Was the text sent to a number from which this clinic reminds?"""
        return self.role in ("reminders", "both")


@dataclass(frozen=True)
class Site:
    """Where a patient is seen: its numbers by day and by night (E.164), and the hours in which somebody is there."""

    town: str
    zone: str
    day_number: str
    night_number: str
    hours: str

    @property
    def day_phone(self) -> str:
        """The number by day as people write it."""
        return written(self.day_number)

    @property
    def night_phone(self) -> str:
        """The number by night as people write it."""
        return written(self.night_number)

    def staffed(self, at: int) -> bool:
        """Is somebody there at `at` (seconds since 1970)?"""
        return staffed(_utc(at), self._hours(), self.zone)

    def number_at(self, at: int) -> str:
        """The number (E.164) that somebody answers at `at`."""
        return self.day_number if self.staffed(at) else self.night_number

    def calls_by(self, at: int) -> int:
        """By when (seconds since 1970) the clinic will have called somebody who asked at `at`."""
        return int(call_back_by(_utc(at), self._hours(), self.zone).timestamp())

    def _hours(self) -> StaffedHours:
        try:
            return staffed_hours(self.hours or USUAL_HOURS)
        except BadHours:
            return staffed_hours(USUAL_HOURS)


def known(connection: Connection, phone: str, ours: str) -> list[Known]:
    """The phone (its blind index) in the clinics whose number `ours` is; where it is nobody's, in every clinic that
    knows the phone.

    Looks over all clinics, for the person who writes belongs to none of them."""
    of_clinic = and_(senders.c.clinic_id == contacts.c.clinic_id, senders.c.number == ours)
    rows = connection.execute(
        select(contacts, clinics.c.name_in_texts, senders.c.role)
        .join(clinics, clinics.c.id == contacts.c.clinic_id)
        .outerjoin(senders, of_clinic)
        .where(contacts.c.phone == phone)
        .order_by(contacts.c.id)
    ).mappings()
    found = [_known(row) for row in rows]
    return [one for one in found if one.role] or found


def serves(connection: Connection, person: Known) -> list[Served]:
    """The living patients whom this phone serves."""
    rows = connection.execute(
        select(patients.c.id, patients.c.first_initial, patient_contacts.c.initial)
        .join(patient_contacts, patient_contacts.c.patient_id == patients.c.id)
        .where(
            patient_contacts.c.clinic_id == person.clinic_id,
            patient_contacts.c.contact_id == person.contact_id,
            patients.c.state == "active",
        )
        .order_by(patients.c.id)
    )
    return [Served(row.id, row.initial or row.first_initial) for row in rows]


def only_patient(served: Collection[Served]) -> int | None:
    """The one patient of a phone; None where it serves several, or nobody any more."""
    return next(iter(served)).id if len(served) == 1 else None


def site(connection: Connection, clinic_id: int, site_id: int | None = None) -> Site:
    """A site of the clinic, or its first where none is named; of a clinic without sites, the clinic's own hours."""
    mine = select(sites).where(sites.c.clinic_id == clinic_id).order_by(sites.c.id != (site_id or 0), sites.c.id)
    row = connection.execute(mine.limit(1)).mappings().first()
    own = connection.execute(select(clinics.c.zone, clinics.c.hours).where(clinics.c.id == clinic_id)).one()
    if row is None:
        return Site("", own.zone, "", "", own.hours)
    by_day, by_night = row["day_phone"], row["night_phone"]
    return Site(row["town"], row["zone"], by_day or by_night, by_night or by_day, row["hours"] or own.hours)


def other_zones(connection: Connection, clinic_id: int) -> list[str]:
    """The zones of all sites of a clinic."""
    return list(connection.execute(select(sites.c.zone).where(sites.c.clinic_id == clinic_id).distinct()).scalars())


def _known(row: Any) -> Known:
    return Known(
        clinic_id=row["clinic_id"],
        contact_id=row["id"],
        phone=row["phone"],
        language=Language(row["language"]),
        cannot_hear=bool(NEVER_CALLED.intersection(row["needs"].split(","))),
        fewer=row["fewer"],
        paused_until=row["paused_until"] or 0,
        zones=row["zones"],
        clinic_name=row["name_in_texts"],
        role=row["role"] or "",
    )


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
