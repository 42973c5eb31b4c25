"""Patients from a file: kept in batches, found by the clinic's number, with phones shared where people share them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from service.reminders.contacts import MOST_CONTACTS
from service.reminders.died import record_death
from service.reminders.imports.cells import Status
from service.reminders.imports.finding import bad, note, told
from service.reminders.imports.persons import Person
from service.reminders.imports.phones import keep_phones, link_phones
from service.reminders.imports.tally import Tally
from service.reminders.people import NAME_SEALED, REF_SEALED
from service.reminders.privacy import Privacy
from service.storage.reminder_tables import patients


@dataclass(frozen=True)
class Known:
    """A patient of the database: id, and whether they live and are the clinic's."""

    id: int
    state: str


def keep_people(
    connection: Connection,
    privacy: Privacy,
    clinic_id: int,
    people: Sequence[Person],
    who: str,
    now: int,
    tally: Tally,
) -> dict[str, Known]:
    """Keep a batch of people; returns them by the clinic's number. Deaths are recorded, and nobody is revived."""
    merged = _merged(people, tally)
    known = find_people(connection, privacy, clinic_id, merged)
    fresh = [person for ref, person in merged.items() if ref not in known]
    known |= _add(connection, privacy, clinic_id, fresh, now)
    tally.counts["new patients"] += len(fresh)
    tally.counts["known patients"] += len(merged) - len(fresh)
    living: dict[str, Person] = {}
    for ref, person in merged.items():
        state = known[ref].state
        if state == "erased":
            tally.say([bad(person.line, told("row.stays_erased"))])
        elif state == "died":
            if person.status is not Status.DIED:
                tally.say([note(person.line, told("row.stays_died"))])
        elif person.status is Status.DIED:
            record_death(connection, clinic_id, known[ref].id, who, now)
            known[ref] = replace(known[ref], state="died")
            tally.counts["marked as died"] += 1
            tally.say([note(person.line, told("row.died"))])
        else:
            living[ref] = person
    fresh_refs = {person.ref for person in fresh}
    _rename(connection, privacy, clinic_id, {r: p for r, p in living.items() if r not in fresh_refs}, known)
    _leave(connection, clinic_id, living, known, tally)
    phones = keep_phones(connection, privacy, clinic_id, list(living.values()), now, tally)
    link_phones(connection, clinic_id, {known[ref].id: person for ref, person in living.items()}, phones, tally)
    return known


def find_people(connection: Connection, privacy: Privacy, clinic_id: int, refs: Any) -> dict[str, Known]:
    """Those of `refs` (the clinic's numbers, at most some hundred) that we know."""
    by_hash = {privacy.ref(clinic_id, ref): ref for ref in refs}
    rows = connection.execute(
        select(patients.c.clinic_ref, patients.c.id, patients.c.state).where(
            patients.c.clinic_id == clinic_id, patients.c.clinic_ref.in_(list(by_hash))
        )
    )
    return {by_hash[row.clinic_ref]: Known(row.id, row.state) for row in rows}


def _merged(people: Sequence[Person], tally: Tally) -> dict[str, Person]:
    """One person for each number: later rows add phones; one that says `died` counts."""
    merged: dict[str, Person] = {}
    for person in people:
        first = merged.get(person.ref)
        if first is None:
            merged[person.ref] = person
            continue
        numbers = {phone.number: phone for phone in (*first.phones, *person.phones)}
        merged[person.ref] = replace(
            first,
            name=person.name or first.name,
            initial=person.initial or first.initial,
            phones=tuple(numbers.values())[:MOST_CONTACTS],
            status=Status.DIED if Status.DIED in (first.status, person.status) else person.status,
        )
    return merged


def _add(
    connection: Connection, privacy: Privacy, clinic_id: int, people: Sequence[Person], now: int
) -> dict[str, Known]:
    if not people:
        return {}
    rows = [
        {
            "clinic_id": clinic_id,
            "clinic_ref": privacy.ref(clinic_id, person.ref),
            "first_initial": person.initial,
            "created_at": now,
        }
        for person in people
    ]
    added = insert(patients).returning(patients.c.id, sort_by_parameter_order=True)
    ids = list(connection.execute(added, rows).scalars())
    sealed = [
        {
            "row_id": row_id,
            "ref": privacy.seal(person.ref, REF_SEALED, row_id),
            "name": privacy.seal(person.name, NAME_SEALED, row_id) if person.name else None,
        }
        for row_id, person in zip(ids, people, strict=True)
    ]
    fill_in = update(patients).where(patients.c.id == bindparam("row_id"))
    connection.execute(fill_in.values(clinic_ref_sealed=bindparam("ref"), name_sealed=bindparam("name")), sealed)
    return {person.ref: Known(row_id, "active") for row_id, person in zip(ids, people, strict=True)}


def _rename(
    connection: Connection, privacy: Privacy, clinic_id: int, people: Mapping[str, Person], known: Mapping[str, Known]
) -> None:
    """Names that a later file writes otherwise."""
    ids = {known[ref].id: person for ref, person in people.items() if person.name}
    rows = connection.execute(
        select(patients.c.id, patients.c.name_sealed).where(
            patients.c.clinic_id == clinic_id, patients.c.id.in_(list(ids))
        )
    )
    changed = [
        {
            "row_id": row.id,
            "name": privacy.seal(ids[row.id].name, NAME_SEALED, row.id),
            "initial": ids[row.id].initial,
        }
        for row in rows
        if privacy.open(row.name_sealed, NAME_SEALED, row.id) != ids[row.id].name
    ]
    if changed:
        mine = update(patients).where(patients.c.clinic_id == clinic_id, patients.c.id == bindparam("row_id"))
        connection.execute(mine.values(name_sealed=bindparam("name"), first_initial=bindparam("initial")), changed)


def _leave(
    connection: Connection, clinic_id: int, people: Mapping[str, Person], known: dict[str, Known], tally: Tally
) -> None:
    """Who left the clinic gets nothing more, and who is listed again is back."""
    for state, those in (
        ("left", [r for r, p in people.items() if p.status is Status.LEFT and known[r].state == "active"]),
        ("active", [r for r, p in people.items() if p.status is not Status.LEFT and known[r].state == "left"]),
    ):
        if those:
            mine = (patients.c.clinic_id == clinic_id, patients.c.id.in_([known[ref].id for ref in those]))
            connection.execute(update(patients).where(*mine).values(state=state))
            tally.counts["left the clinic" if state == "left" else "back at the clinic"] += len(those)
            known.update({ref: replace(known[ref], state=state) for ref in those})
