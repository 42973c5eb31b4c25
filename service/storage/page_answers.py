"""Which page answered which phone, kept for thirty days, so that people can be told if a page was wrong."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, distinct, func, select, update

from service.storage.people_tables import contacts, patient_contacts, patients
from service.storage.tables import answered

# Not longer: that somebody asked about one thing says much about them.
KEPT = 30 * 86400


@dataclass(frozen=True)
class Reached:
    """Somebody whom a clinic knows and whom a page reached, last `at` (seconds since 1970)."""

    patient_id: int
    name_sealed: bytes | None
    at: int


def phones_reached(connection: Connection, topic: str, since: int) -> int:
    """How many phones were answered with a page of `topic` since then."""
    counted = select(func.count(distinct(answered.c.phone))).where(*_of(topic, since))
    return int(connection.execute(counted).scalar_one())


def people_reached(connection: Connection, clinic_id: int, topic: str, since: int) -> list[Reached]:
    """Those of them that this clinic knows, who was reached last first."""
    last = func.max(answered.c.at)
    mine = contacts.c.clinic_id == clinic_id
    rows = connection.execute(
        select(patients.c.id, patients.c.name_sealed, last)
        .select_from(answered)
        .join(contacts, (contacts.c.phone == answered.c.phone) & mine)
        .join(
            patient_contacts,
            (patient_contacts.c.clinic_id == clinic_id) & (patient_contacts.c.contact_id == contacts.c.id),
        )
        .join(patients, (patients.c.clinic_id == clinic_id) & (patients.c.id == patient_contacts.c.patient_id))
        .where(*_of(topic, since), patients.c.state == "active")
        .group_by(patients.c.id, patients.c.name_sealed)
        .order_by(last.desc(), patients.c.id)
    )
    return [Reached(*row) for row in rows]


def forget(connection: Connection, now: int) -> int:
    """Let go of what is older than thirty days; returns of how many answers."""
    old = (answered.c.at < now - KEPT, answered.c.topic != "")
    return connection.execute(update(answered).where(*old).values(phone="", topic="")).rowcount


def _of(topic: str, since: int) -> tuple[ColumnElement[bool], ...]:
    return answered.c.topic == topic, answered.c.phone != "", answered.c.at >= since
