"""A sample clinic with as many invented people as a test needs, on 555-01xx numbers, written in bulk."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from service.languages import Language
from service.reminders import stored
from service.reminders.privacy import Privacy
from service.reminders.rules.template import templates
from service.storage import reminder_tables
from service.storage.database import Database
from service.storage.reminder_tables import (
    broadcasts,
    clinics,
    consents,
    contacts,
    deliveries,
    patient_contacts,
    patients,
    senders,
    sites,
    visits,
)

SENDERS = ("+12025550100", "+12025550101", "+12025550102", "+12025550103")
ZONES = "America/New_York|"
DAY = 86400
WORDING = "Lakeside Clinic visit reminders, about 4 a month. Reply 1 to agree."


@dataclass(frozen=True)
class Sample:
    """A clinic in a database; people have the ids from 1 on."""

    database: Database
    privacy: Privacy
    clinic_id: int
    sender_ids: tuple[int, ...]
    site_id: int
    template_id: int
    now: int


def phone_of(person: int) -> str:
    """The invented number of the n-th person: 555-01xx, an area code a hundred; past 70,000 another prefix."""
    hundreds, last = divmod(person, 100)
    prefix, area = divmod(hundreds, 700)
    return f"+1{area + 210}55{5 - prefix}01{last:02}"


def settle(
    database: Database, privacy: Privacy, now: int, people: int = 5, *, send_numbers: int = 1, pace: int = 0
) -> Sample:
    """A clinic with `people` who agreed to texts and calls. Pace 0 means as fast as it goes."""
    with database.write() as connection:
        clinic_id = _add(
            connection, clinics, name="Lakeside", name_in_texts="Lakeside Clinic", zone="America/New_York"
        )
        site_id = _add(
            connection,
            sites,
            clinic_id=clinic_id,
            short_name="Main",
            zone="America/New_York",
            day_phone="+15550100100",
        )
        sender_ids = tuple(
            _add(connection, senders, clinic_id=clinic_id, number=sender, pace=pace)
            for sender in SENDERS[:send_numbers]
        )
        forms = templates()["visit"].forms
        template_id = _add(
            connection,
            reminder_tables.templates,
            clinic_id=clinic_id,
            kind="visit",
            en="\n---\n".join(forms[Language.ENGLISH]),
            es="\n---\n".join(forms[Language.SPANISH]),
            approved_at=now,
            approved_by="Bea",
            first_by="Ana",
        )
        _people(connection, privacy, clinic_id, people, now)
    return Sample(database, privacy, clinic_id, sender_ids, site_id, template_id, now)


def queue(
    sample: Sample, people: range | list[int], *, kind: str = "daily", due_at: int | None = None, life: int = DAY
) -> int:
    """One run with a queued delivery for each of `people`, about a visit tomorrow; returns the run's id."""
    now = sample.now
    with sample.database.write() as connection:
        run = _add(connection, broadcasts, clinic_id=sample.clinic_id, kind=kind, state="approved", made_at=now)
        start = now + life + 1800
        known = {}
        if kind == "daily":
            rows = [
                {
                    "clinic_id": sample.clinic_id,
                    "site_id": sample.site_id,
                    "patient_id": person,
                    "ref": f"{run}-{person}",
                    "starts_at": start,
                    "local_day": "2026-12-03",
                }
                for person in people
            ]
            connection.execute(insert(visits), rows)
            known = dict(
                connection.execute(
                    select(visits.c.patient_id, visits.c.id).where(visits.c.ref.like(f"{run}-%"))
                ).all()
            )
        facts = {
            "about": "day",
            "visits": [[start, "America/New_York"]],
            "clinic": "Lakeside Clinic",
            "phone": "+15550100100",
        }
        connection.execute(
            insert(deliveries),
            [
                {
                    "clinic_id": sample.clinic_id,
                    "broadcast_id": run,
                    "contact_id": person,
                    "patient_id": person,
                    "visit_id": known.get(person),
                    "template_id": sample.template_id,
                    "fields": json.dumps(facts),
                    "sender_id": sample.sender_ids[person % len(sample.sender_ids)],
                    "zones": ZONES,
                    "due_at": now if due_at is None else due_at,
                    "not_after": now + life,
                    "state": stored.QUEUED,
                    "dedupe": f"v{known.get(person)}@{start}:1d" if known else "",
                }
                for person in people
            ],
        )
    return run


def _people(connection: Connection, privacy: Privacy, clinic_id: int, people: int, now: int) -> None:
    ids = range(1, people + 1)
    for batch in (ids[n : n + 5000] for n in range(0, people, 5000)):
        connection.execute(
            insert(patients), [{"id": n, "clinic_id": clinic_id, "clinic_ref": f"ref-{n}"} for n in batch]
        )
        connection.execute(
            insert(contacts),
            [
                {
                    "id": n,
                    "clinic_id": clinic_id,
                    "phone": privacy.phone(phone_of(n)),
                    "phone_sealed": privacy.seal(phone_of(n), "contacts.phone_sealed", n),
                    "zones": ZONES,
                    "language": "es" if n % 5 == 0 else "en",
                }
                for n in batch
            ],
        )
        connection.execute(
            insert(patient_contacts), [{"patient_id": n, "contact_id": n, "clinic_id": clinic_id} for n in batch]
        )
        agreed = {
            "clinic_id": clinic_id,
            "wording": WORDING,
            "wording_hash": hashlib.sha256(WORDING.encode()).hexdigest(),
            "given_at": now,
            "recorded_at": now,
        }
        connection.execute(
            insert(consents),
            [{**agreed, "contact_id": n, "channel": channel} for n in batch for channel in ("text", "call")],
        )


def _add(connection: Connection, table: object, **values: object) -> int:
    added: int = connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one()  # type: ignore[attr-defined]
    return added
