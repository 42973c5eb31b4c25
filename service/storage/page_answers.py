"""Answers given by text, kept for thirty days: which page reached which phone, to tell people if it was wrong."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Connection, Text, cast, delete, distinct, func, select, union_all, update

from service.storage.call_tables import calls
from service.storage.people_tables import contacts, patient_contacts, patients
from service.storage.tables import answered

# Not longer: that somebody asked about one thing says much about them.
KEPT = 30 * 86400


@dataclass(frozen=True)
class Page:
    """What is looked for: a topic by its id and code, since when (seconds since 1970)."""

    topic: str
    code: str
    since: int


@dataclass(frozen=True)
class Reached:
    """Somebody whom a clinic knows and whom a page reached, last `at` (seconds since 1970)."""

    patient_id: int
    name_sealed: bytes | None
    at: int


def phones_reached(connection: Connection, clinic_id: int, page: Page) -> int:
    """How many phones got the page: by text from this line, or on a call that is in the log of this clinic."""
    got = _got(clinic_id, page).subquery()
    return int(connection.execute(select(func.count(distinct(got.c.phone)))).scalar_one())


def people_reached(connection: Connection, clinic_id: int, page: Page) -> list[Reached]:
    """Those of them that this clinic knows, who got it last first."""
    # Made once: SQLite would look through every call of the month again for each person.
    got = _got(clinic_id, page).cte("got").prefix_with("MATERIALIZED")
    last = func.max(got.c.at)
    rows = connection.execute(
        select(patients.c.id, patients.c.name_sealed, last)
        .select_from(got)
        .join(contacts, (contacts.c.clinic_id == clinic_id) & (contacts.c.phone == got.c.phone))
        .join(
            patient_contacts,
            (patient_contacts.c.clinic_id == clinic_id) & (patient_contacts.c.contact_id == contacts.c.id),
        )
        .join(patients, (patients.c.clinic_id == clinic_id) & (patients.c.id == patient_contacts.c.patient_id))
        .where(patients.c.state == "active")
        .group_by(patients.c.id, patients.c.name_sealed)
        .order_by(last.desc(), patients.c.id)
    )
    return [Reached(*row) for row in rows]


def forget(connection: Connection, now: int) -> int:
    """Let go of answers older than thirty days, words and all; returns how many. No copy of a text comes so late."""
    return connection.execute(delete(answered).where(answered.c.at < now - KEPT)).rowcount


def forget_phone(connection: Connection, phone: str) -> None:
    """Let go of which pages answered `phone` (its blind index)."""
    connection.execute(update(answered).where(answered.c.phone == phone).values(phone="", topic=""))


def _got(clinic_id: int, page: Page) -> CompoundSelect[tuple[str, int]]:
    by_text = select(answered.c.phone, answered.c.at).where(
        answered.c.topic == page.topic, answered.c.phone != "", answered.c.at >= page.since
    )
    # A step of a call stands in its trail as [place, page, key].
    heard = cast(calls.c.trail, Text).contains(f'["{page.code}",', autoescape=True)
    on_a_call = select(calls.c.phone, calls.c.began_at).where(
        calls.c.clinic_id == clinic_id, calls.c.phone != "", calls.c.began_at >= page.since, heard
    )
    return union_all(by_text, on_a_call)
