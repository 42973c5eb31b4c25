"""The day to be planned, as a clinic knows it: its visits, its people's phones, and what they were told already."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, select

from service.reminders import stored
from service.reminders.plans import before_visits
from service.reminders.rules.schedule import Before
from service.reminders.templates import newest_templates
from service.storage.reminder_tables import (
    clinics,
    contacts,
    deliveries,
    patient_contacts,
    patients,
    sites,
    visits,
)

# A week of daily visits is told of the Saturday before; to know that a run goes on, a week back is read too.
DAYS_AHEAD, DAYS_BACK = 10, 7


@dataclass(frozen=True)
class Phone:
    """A phone of a patient. `fewer` is what its owner asked for by LESS, `initial` is said where others share it."""

    patient_id: int
    contact_id: int
    zones: str
    fewer: str
    initial: str


@dataclass(frozen=True)
class Day:
    """What planning one day of a clinic needs to know."""

    clinic_id: int
    name: str
    zone: str
    day: date
    last: date
    now: datetime
    plan: tuple[Before, ...]
    templates: Mapping[str, int]
    sites: Mapping[int, Any]
    sent: Mapping[tuple[int, int, int], tuple[datetime, ...]]


def read_day(connection: Connection, clinic_id: int, day: date, last: date, now: int) -> Day:
    """What the clinic knows about the days from `day` to `last`, at `now`."""
    clinic = connection.execute(select(clinics).where(clinics.c.id == clinic_id)).mappings().one()
    own_sites = connection.execute(select(sites).where(sites.c.clinic_id == clinic_id)).mappings()
    return Day(
        clinic_id=clinic_id,
        name=clinic["name_in_texts"],
        zone=clinic["zone"],
        day=day,
        last=last,
        now=datetime.fromtimestamp(now, UTC),
        plan=before_visits(connection, clinic_id),
        templates=newest_templates(connection, clinic_id),
        sites={site["id"]: site for site in own_sites},
        sent=_sent(connection, clinic_id, now),
    )


def visits_around(connection: Connection, known: Day) -> dict[int, list[Any]]:
    """The visits around the day that are booked, or held until somebody decides, by patient."""
    first = (known.day - timedelta(days=DAYS_BACK)).isoformat()
    last = (known.last + timedelta(days=DAYS_AHEAD)).isoformat()
    rows = connection.execute(
        select(visits)
        .join(patients, and_(patients.c.id == visits.c.patient_id, patients.c.clinic_id == visits.c.clinic_id))
        .where(visits.c.clinic_id == known.clinic_id, visits.c.local_day.between(first, last))
        .where(visits.c.state.in_(("booked", "held")), patients.c.state == "active")
        .order_by(visits.c.starts_at)
    ).mappings()
    by_patient: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_patient[row["patient_id"]].append(row)
    return by_patient


def phones_of_patients(connection: Connection, clinic_id: int) -> dict[int, list[Phone]]:
    """The phones of the clinic's people, by patient."""
    link = patient_contacts
    rows = connection.execute(
        select(
            link.c.patient_id,
            link.c.contact_id,
            contacts.c.zones,
            contacts.c.fewer,
            contacts.c.whose,
            link.c.initial,
            patients.c.first_initial,
        )
        .join(contacts, and_(contacts.c.id == link.c.contact_id, contacts.c.clinic_id == link.c.clinic_id))
        .join(patients, and_(patients.c.id == link.c.patient_id, patients.c.clinic_id == link.c.clinic_id))
        .where(link.c.clinic_id == clinic_id)
    )
    phones: dict[int, list[Phone]] = defaultdict(list)
    for patient, contact, zones, fewer, whose, initial, first in rows:
        shown = (initial or first) if whose == "shared" else ""
        phones[patient].append(Phone(patient, contact, zones, fewer, shown))
    return phones


def _sent(connection: Connection, clinic_id: int, now: int) -> dict[tuple[int, int, int], tuple[datetime, ...]]:
    """When each phone was told of each visit at a time (contact, visit, start in seconds), as far as it was."""
    told = defaultdict(list)
    rows = connection.execute(
        select(
            deliveries.c.contact_id,
            deliveries.c.visits,
            deliveries.c.fields,
            deliveries.c.due_at,
            deliveries.c.accepted_at,
        ).where(
            deliveries.c.clinic_id == clinic_id,
            deliveries.c.visit_id.is_not(None),
            deliveries.c.due_at > now - 14 * 86400,
            deliveries.c.state.not_in((stored.HELD, stored.CANCELLED, stored.EXPIRED, stored.UNDELIVERED)),
        )
    )
    for contact, names, facts, due_at, accepted_at in rows:
        # A notice of a closing day names no time.
        starts = [start for start, _ in json.loads(facts).get("visits", ())]
        for visit, start in zip(json.loads(names), starts, strict=False):
            told[contact, visit, start].append(datetime.fromtimestamp(accepted_at or due_at, UTC))
    return {key: tuple(moments) for key, moments in told.items()}
