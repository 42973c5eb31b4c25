"""Phones from a file: each kept once, filled in where we knew less, and linked to the patients it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from service.reminders.contacts import MOST_CONTACTS, NEVER_CALLED, SEALED, NewContact, fill_in, read_contact
from service.reminders.imports.finding import note, told
from service.reminders.imports.persons import Person
from service.reminders.imports.tally import Tally
from service.reminders.privacy import Privacy
from service.storage.reminder_tables import contacts, patient_contacts


def keep_phones(
    connection: Connection, privacy: Privacy, clinic_id: int, people: Sequence[Person], now: int, tally: Tally
) -> dict[str, int]:
    """The contact ids of all phones in the batch, by number."""
    wanted = {phone.number: phone for person in people for phone in person.phones}
    by_index = {privacy.phone(number): phone for number, phone in wanted.items()}
    rows = connection.execute(
        select(contacts).where(contacts.c.clinic_id == clinic_id, contacts.c.phone.in_(list(by_index)))
    )
    ids = {}
    for contact in map(read_contact, rows.mappings()):
        phone = by_index[contact.phone]
        ids[phone.number] = contact.id
        fill_in(connection, clinic_id, contact, phone)
    fresh = [phone for number, phone in wanted.items() if number not in ids]
    tally.counts["new phones"] += len(fresh)
    return ids | _add_phones(connection, privacy, clinic_id, fresh, now)


def _add_phones(
    connection: Connection, privacy: Privacy, clinic_id: int, phones: Sequence[NewContact], now: int
) -> dict[str, int]:
    if not phones:
        return {}
    rows = [
        {
            "clinic_id": clinic_id,
            "phone": privacy.phone(phone.number),
            "whose": phone.whose,
            "language": phone.language.value,
            "never_text": phone.never_text,
            "never_call": phone.never_call or bool(NEVER_CALLED.intersection(phone.needs)),
            "needs": ",".join(phone.needs),
            "zones": phone.zones,
            "line_kind": phone.line_kind,
            "created_at": now,
        }
        for phone in phones
    ]
    added = insert(contacts).returning(contacts.c.id, sort_by_parameter_order=True)
    ids = list(connection.execute(added, rows).scalars())
    sealed = [
        {"row_id": row_id, "sealed": privacy.seal(phone.number, SEALED, row_id)}
        for row_id, phone in zip(ids, phones, strict=True)
    ]
    fill_in = update(contacts).where(contacts.c.id == bindparam("row_id"))
    connection.execute(fill_in.values(phone_sealed=bindparam("sealed")), sealed)
    return {phone.number: row_id for row_id, phone in zip(ids, phones, strict=True)}


def link_phones(
    connection: Connection,
    clinic_id: int,
    people: Mapping[int, Person],
    phones: Mapping[str, int],
    tally: Tally,
) -> None:
    """Let phones (contact ids by number) serve patients (by id), three at most for each, and name shared ones."""
    linked = connection.execute(
        select(patient_contacts.c.patient_id, patient_contacts.c.contact_id).where(
            patient_contacts.c.clinic_id == clinic_id,
            patient_contacts.c.patient_id.in_(list(people))
            | patient_contacts.c.contact_id.in_(list(phones.values())),
        )
    ).all()
    of_patient: dict[int, set[int]] = {}
    of_phone: dict[int, set[int]] = {}
    for patient_id, contact_id in linked:
        of_patient.setdefault(patient_id, set()).add(contact_id)
        of_phone.setdefault(contact_id, set()).add(patient_id)
    rows: list[dict[str, Any]] = []
    shared: set[int] = set()
    from_before = set(of_phone)
    for patient_id, person in people.items():
        for phone in person.phones:
            contact_id = phones[phone.number]
            mine, others = of_patient.setdefault(patient_id, set()), of_phone.setdefault(contact_id, set())
            if contact_id in mine:
                continue
            if len(mine) >= MOST_CONTACTS:
                tally.say([note(person.line, told("row.too_many_phones"))])
                continue
            if others:
                shared.add(contact_id)
                tally.counts["shared phones"] += 1
                if contact_id in from_before:
                    tally.say([note(person.line, told("row.shared_known"))])
            mine.add(contact_id)
            others.add(patient_id)
            rows.append(
                {
                    "patient_id": patient_id,
                    "contact_id": contact_id,
                    "clinic_id": clinic_id,
                    "initial": person.initial,
                }
            )
    if rows:
        connection.execute(insert(patient_contacts), rows)
    if shared:
        own = (contacts.c.clinic_id == clinic_id, contacts.c.id.in_(list(shared)), contacts.c.whose == "self")
        connection.execute(update(contacts).where(*own).values(whose="shared"))
