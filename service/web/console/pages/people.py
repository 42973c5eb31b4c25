"""People: the list by name, the search by name, phone or the clinic's own id, and one person with their story."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from phonenumbers import PhoneNumberFormat, format_number, is_possible_number, parse
from phonenumbers.phonenumberutil import NumberParseException
from sqlalchemy import Connection, select

from service.reminders import people as kept_people
from service.reminders.contacts import Contact, find_contact, patients_of
from service.reminders.refused import Refused
from service.reminders.visits import VisitState, visits_of
from service.storage.reminder_tables import join_cards, sites, visits
from service.web.console.console import Console
from service.web.console.names import Named, matching, names
from service.web.console.one_person import need_in_words, shown_phone
from service.web.console.permissions import Permission
from service.web.console.seat import Seat
from service.web.console.timeline import timeline, told

ON_A_PAGE = 50
CARDS_SHOWN = 5


def add(console: Console) -> None:
    """The list and one person."""

    @console.page("/people", Permission.SEE_PEOPLE)
    def people(seat: Seat) -> ResponseReturnValue:
        words = request.args.get("q", "").strip()[:100]
        with seat.read() as connection:
            everybody = names(connection, seat.privacy, seat.clinic_id)
            found = _found(connection, seat, everybody, words) if words else everybody
            shown, before, after = _page(found, request.args.get("after", ""), request.args.get("before", ""))
            next_visits = _next_visits(connection, seat, [one.id for one in shown])
        seat.note_shown([one.id for one in shown])
        return seat.show(
            "people.html",
            people=shown,
            next_visits=next_visits,
            total=len(found),
            words=words,
            nobody=not everybody,
            before=before,
            after=after,
        )

    @console.page("/people/<int:patient_id>", Permission.SEE_PEOPLE)
    def person(seat: Seat, patient_id: int) -> ResponseReturnValue:
        try:
            with seat.write() as connection:
                card = kept_people.show(connection, seat.privacy, seat.clinic_id, patient_id, seat.name, seat.now)
        except Refused:
            abort(404)
        with seat.read() as connection:
            phones = [shown_phone(connection, seat, contact, number) for contact, number in card.phones]
            contacts = [contact for contact, _ in card.phones]
            events = timeline(connection, seat.clinic_id, patient_id, contacts, seat.language)
            story = [(event, told(event, seat.language)) for event in events]
            ahead = visits_of(connection, seat.clinic_id, patient_id, seat.now)
            places = _sites(connection, seat)
            cards = _cards(connection, seat, patient_id)
        return seat.show(
            "person.html",
            card=card,
            phones=phones,
            needs=_needs(seat, contacts),
            cards=cards,
            story=story,
            ahead=ahead,
            sites=places,
        )


def _found(connection: Connection, seat: Seat, everybody: Sequence[Named], words: str) -> Sequence[Named]:
    """By phone or by the clinic's own id where it is exactly one, else by name."""
    wanted: set[int] = set()
    if number := _number(words):
        contact = find_contact(connection, seat.clinic_id, seat.privacy.phone(number))
        wanted.update(patients_of(connection, seat.clinic_id, contact.id) if contact else ())
    if known := kept_people.find_patient(connection, seat.privacy, seat.clinic_id, words):
        wanted.add(known.id)
    return [one for one in everybody if one.id in wanted] or matching(everybody, words)


def _number(words: str) -> str:
    try:
        number = parse(words, "US")
    except NumberParseException:
        return ""
    return format_number(number, PhoneNumberFormat.E164) if is_possible_number(number) else ""


def _page(found: Sequence[Named], after: str, before: str) -> tuple[list[Named], int, int]:
    """One page of the list, and the ids that the pages before and after begin at; 0 where there is none.

    An id stands for a place in the list, so that nothing is skipped when somebody is added meanwhile."""
    if (place := _place(found, before)) is not None:
        start, end = max(0, place - ON_A_PAGE), place
    else:
        place = _place(found, after)
        start = 0 if place is None else place + 1
        end = start + ON_A_PAGE
    shown = list(islice(found, start, end))
    return (
        shown,
        shown[0].id if shown and start > 0 else 0,
        shown[-1].id if shown and start + len(shown) < len(found) else 0,
    )


def _place(found: Sequence[Named], patient_id: str) -> int | None:
    return next((place for place, one in enumerate(found) if str(one.id) == patient_id), None) if patient_id else None


def _next_visits(connection: Connection, seat: Seat, patient_ids: Sequence[int]) -> dict[int, int]:
    rows = connection.execute(
        select(visits.c.patient_id, visits.c.starts_at)
        .where(
            visits.c.clinic_id == seat.clinic_id,
            visits.c.patient_id.in_(patient_ids),
            visits.c.state == VisitState.BOOKED.value,
            visits.c.starts_at > seat.now,
        )
        .order_by(visits.c.starts_at.desc())
    )
    return {row.patient_id: row.starts_at for row in rows}


def _needs(seat: Seat, contacts: Sequence[Contact]) -> list[str]:
    """How to talk with the owners of these phones, in words, each once."""
    said = (need_in_words(seat, need, contact.interpreter) for contact in contacts for need in contact.needs)
    return list(dict.fromkeys(said))


def _cards(connection: Connection, seat: Seat, patient_id: int) -> Sequence[Any]:
    """The latest cards of a person, with whether they were used."""
    mine = (join_cards.c.clinic_id == seat.clinic_id, join_cards.c.patient_id == patient_id)
    rows = connection.execute(select(join_cards).where(*mine).order_by(join_cards.c.id.desc()).limit(CARDS_SHOWN))
    return rows.mappings().all()


def _sites(connection: Connection, seat: Seat) -> dict[int, tuple[str, str]]:
    rows = connection.execute(
        select(sites.c.id, sites.c.short_name, sites.c.zone).where(sites.c.clinic_id == seat.clinic_id)
    )
    return {row.id: (row.short_name, row.zone) for row in rows}
