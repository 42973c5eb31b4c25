"""Who calls a clinic, what they answer about their next visit with a key, and which messages they want."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from service.conversation.reply import Say
from service.languages import Language
from service.reminders.answers import told, visit_answers, wishes
from service.reminders.answers.known import Known, known, site
from service.reminders.answers.meaning import Meaning
from service.reminders.answers.told import AskedVisits
from service.reminders.answers.visit_answers import Speaking
from service.reminders.consent import in_force
from service.reminders.contacts import NEEDS, change_contact, find_contact
from service.storage.reminder_tables import clinics, senders


@dataclass(frozen=True)
class Caller:
    """A caller as a clinic knows them; `person` is the number (E.164) that somebody answers now, `agreed` whether
    the caller gets messages already."""

    clinic_name: str
    language: Language
    person: str
    agreed: bool = False


def caller(connection: Connection, phone: str, ours: str, now: int) -> Caller | None:
    """Who calls from this phone (its blind index); None for a phone that no clinic knows."""
    people = known(connection, phone, ours)
    if not people:
        return None
    first = people[0]
    agreed = any(in_force(connection, one.clinic_id, one.contact_id) for one in people)
    return Caller(first.clinic_name, first.language, site(connection, first.clinic_id).number_at(now), agreed)


def has_clinics(connection: Connection) -> bool:
    """Has any clinic been set up, so that cards may be in people's hands?"""
    return connection.execute(select(clinics.c.id).limit(1)).first() is not None


def desk(connection: Connection, ours: str) -> str:
    """The number by day, as people write it, of the one clinic that has `ours`; empty where none or several do."""
    owners = (
        connection.execute(select(senders.c.clinic_id).where(senders.c.number == ours).distinct()).scalars().all()
    )
    return site(connection, owners[0]).day_phone if len(owners) == 1 else ""


def also_needs(connection: Connection, phone: str, clinic_id: int, need: str) -> None:
    """Keep one more need (of NEEDS) of the clinic's contact with this phone (its blind index)."""
    contact = find_contact(connection, clinic_id, phone)
    if contact:
        needs = [one for one in NEEDS if one in {*contact.needs, need}]
        change_contact(connection, clinic_id, contact.id, needs=needs)


@dataclass(frozen=True)
class Owner:
    """Whose number of ours it is: the clinic's name, empty where several share it, and whether facts are told there
    too."""

    clinic_name: str
    facts: bool


def owner(connection: Connection, ours: str) -> Owner | None:
    """Whose reminders come from `ours`; None for a number that only the information line has."""
    rows = connection.execute(
        select(clinics.c.name_in_texts, senders.c.role)
        .join(clinics, clinics.c.id == senders.c.clinic_id)
        .where(senders.c.number == ours)
    ).all()
    if not any(row.role in ("reminders", "both") for row in rows):
        return None
    names = {row.name_in_texts for row in rows}
    return Owner(names.pop() if len(names) == 1 else "", any(row.role in ("line", "both") for row in rows))


@dataclass(frozen=True)
class Reminders:
    """How reminders stand for a phone: what is on, the next visit, and whether it has agreed to any."""

    on: Say
    next_visit: AskedVisits | None
    agreed: bool


def reminders(connection: Connection, phone: str, ours: str, language: Language, now: int) -> Reminders | None:
    """How they stand for this phone (its blind index); None for one that no clinic knows."""
    people = known(connection, phone, ours)
    if not people:
        return None
    place = site(connection, people[0].clinic_id)
    on = wishes.what_is_on(connection, people, place, place.day_phone, now, language)
    agreed = any(in_force(connection, one.clinic_id, one.contact_id) for one in people)
    return Reminders(on, next_visit(connection, phone, ours, now), agreed)


def fewer(connection: Connection, phone: str, ours: str, key: str, language: Language, now: int) -> Say | None:
    """Keep the choice of a key, as after LESS by text; None for a phone that has agreed to nothing."""
    people = known(connection, phone, ours)
    if not any(in_force(connection, one.clinic_id, one.contact_id) for one in people):
        return None
    place = site(connection, people[0].clinic_id)
    return wishes.fewer(connection, people, key, place, place.day_phone, now, language)


def next_visit(connection: Connection, phone: str, ours: str, now: int) -> AskedVisits | None:
    """The next visit of whoever this phone serves, told only where it has agreed to messages."""
    found = _next(connection, phone, ours, now)
    return found[1] if found else None


def answer(
    connection: Connection, phone: str, ours: str, visit_id: int, what: Meaning, language: Language, now: int
) -> Say | None:
    """Do what a key asks for about the visit that was told; None where another visit is the next by now."""
    found = _next(connection, phone, ours, now)
    if found is None or found[1].ids[0] != visit_id:
        return None
    person, about = found
    return visit_answers.answered(connection, Speaking(person, language, ours, now, ""), about, what, None)


def call_back(
    connection: Connection, phone: str, ours: str, clinic_id: int, language: Language, now: int
) -> Say | None:
    """Somebody wants a call from this clinic, about no visit in particular; None for a phone unknown there."""
    person = next((one for one in known(connection, phone, ours) if one.clinic_id == clinic_id), None)
    if person is None:
        return None
    place = site(connection, clinic_id)
    return visit_answers.call_back(connection, Speaking(person, language, ours, now, place.day_phone), place, None)


def _next(connection: Connection, phone: str, ours: str, now: int) -> tuple[Known, AskedVisits] | None:
    for person in known(connection, phone, ours):
        if in_force(connection, person.clinic_id, person.contact_id):
            about = told.next_visit(connection, person, now)
            if about:
                return person, about
    return None
