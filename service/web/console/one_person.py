"""One person on a page: found in this clinic or 404, with their phones, and who else has the same phone."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort
from phonenumbers import PhoneNumberFormat, format_number, parse
from sqlalchemy import Connection, select

from service.reminders import at_the_desk
from service.reminders.consent import in_force
from service.reminders.contacts import Contact, find_contact, number_of, patients_of, read_contact
from service.reminders.optouts import is_stopped
from service.reminders.people import Patient, patient
from service.reminders.refused import Refused
from service.storage.reminder_tables import contacts, patients
from service.web.console.seat import Seat
from service.web.console.words import known


@dataclass(frozen=True)
class Phone:
    """A phone of a person, as staff see it. `agreed` names what its owner agrees to now."""

    contact: Contact
    number: str
    agreed: frozenset[str]
    stopped: bool


@dataclass(frozen=True)
class Somebody:
    """A person by id and name."""

    id: int
    name: str
    state: str


def somebody(connection: Connection, seat: Seat, patient_id: int) -> Somebody:
    """The person with this id in this clinic; 404 for a strange or erased one."""
    try:
        found: Patient = patient(connection, seat.clinic_id, patient_id)
    except Refused:
        abort(404)
    if found.state == "erased":
        abort(404)
    return Somebody(found.id, name_of(connection, seat, found.id), found.state)


def phone_of(connection: Connection, seat: Seat, patient_id: int, contact_id: int) -> Contact:
    """A phone of this person; 404 where it is not theirs."""
    try:
        return at_the_desk.phone_of(connection, seat.clinic_id, patient_id, contact_id)
    except Refused:
        abort(404)


def clinics_phone(connection: Connection, seat: Seat, contact_id: int) -> Contact:
    """A phone of this clinic, whomever it serves; 404 for a strange one."""
    mine = (contacts.c.clinic_id == seat.clinic_id, contacts.c.id == contact_id)
    row = connection.execute(select(contacts).where(*mine)).mappings().first()
    return read_contact(row) if row else abort(404)


def shown_phone(connection: Connection, seat: Seat, contact: Contact, number: str | None = None) -> Phone:
    """The phone with its number as people write it, and what may go to it."""
    agreed = frozenset(channel.value for channel in in_force(connection, seat.clinic_id, contact.id))
    if number is None:
        number = number_of(connection, seat.privacy, seat.clinic_id, contact.id)
    return Phone(contact, readable(number), agreed, is_stopped(connection, seat.clinic_id, contact.phone))


def others_with(connection: Connection, seat: Seat, number: str, patient_id: int = 0) -> list[Somebody]:
    """Who else in this clinic has the phone `number` (E.164)."""
    contact = find_contact(connection, seat.clinic_id, seat.privacy.phone(number))
    ids = patients_of(connection, seat.clinic_id, contact.id) if contact else []
    return [somebody(connection, seat, one) for one in ids if one != patient_id]


def name_of(connection: Connection, seat: Seat, patient_id: int) -> str:
    """The name of a patient of this clinic, or words for one without."""
    mine = (patients.c.clinic_id == seat.clinic_id, patients.c.id == patient_id)
    sealed = connection.execute(select(patients.c.name_sealed).where(*mine)).scalar_one_or_none()
    return seat.patient_name(patient_id, sealed) or seat.say("people.no_name")


def need_in_words(seat: Seat, need: str, interpreter: str = "") -> str:
    """How to talk with somebody; an interpreter with the language. A need that we have no words for stands as it
    is."""
    if need == "interpreter" and interpreter:
        return seat.say("people.interpreter_of", language=interpreter)
    return seat.say(f"people.need_{need}") if known(f"people.need_{need}") else need


def readable(number: str) -> str:
    """A number (E.164) as people write it."""
    return format_number(parse(number), PhoneNumberFormat.NATIONAL) if number else ""
