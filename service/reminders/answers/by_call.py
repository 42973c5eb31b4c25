"""Who calls a clinic's own number back, and what they answer about their next visit with a key."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from service.conversation.reply import Say
from service.languages import Language
from service.reminders.answers import told, visit_answers
from service.reminders.answers.known import Known, known, site
from service.reminders.answers.meaning import Meaning
from service.reminders.answers.told import AskedVisits
from service.reminders.answers.visit_answers import Speaking
from service.reminders.consent import in_force


@dataclass(frozen=True)
class Caller:
    """A caller as a clinic knows them; `person` is the number (E.164) that somebody answers now."""

    clinic_name: str
    language: Language
    person: str


def caller(connection: Connection, phone: str, ours: str, now: int) -> Caller | None:
    """Who calls from this phone (its blind index); None for a phone that no clinic knows."""
    people = known(connection, phone, ours)
    if not people:
        return None
    first = people[0]
    return Caller(first.clinic_name, first.language, site(connection, first.clinic_id).number_at(now))


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


def _next(connection: Connection, phone: str, ours: str, now: int) -> tuple[Known, AskedVisits] | None:
    for person in known(connection, phone, ours):
        if in_force(connection, person.clinic_id, person.contact_id):
            about = told.next_visit(connection, person, now)
            if about:
                return person, about
    return None
