"""The phones of a person: added, with their owners' wishes, checked, stopped for somebody, and taken away."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from service.reminders import at_the_desk
from service.reminders.contacts import Contact, patients_of
from service.reminders.refused import Refused
from service.web.console.console import Console
from service.web.console.one_person import Somebody, clinics_phone, others_with, phone_of, shown_phone, somebody
from service.web.console.permissions import Permission
from service.web.console.person_forms import PhoneForm, WishesForm, as_fields, number_in, with_hours
from service.web.console.seat import Seat

PHONE = "/people/<int:patient_id>/phones/<int:contact_id>"


def add(console: Console) -> None:
    """One page to add a phone, one for its wishes, and what may be done with it."""

    @console.page("/people/<int:patient_id>/phones/new", Permission.CHANGE_PEOPLE, methods=("GET", "POST"))
    def new_phone(seat: Seat, patient_id: int) -> ResponseReturnValue:
        form = PhoneForm(request.form)
        with_hours(form, seat.language)
        others: list[Somebody] = []
        with seat.write() as connection:
            person = somebody(connection, seat, patient_id)
            if request.method == "POST":
                form.validate()
                number = number_in(form, seat.language)
                others = others_with(connection, seat, number, patient_id) if number else []
                if others and not form.shared.data:
                    names = ", ".join(one.name for one in others)
                    form.refuse("shared", seat.say("people.phone_also", names=names))
                if not form.errors and (added := _add(connection, seat, patient_id, number, form)):
                    return seat.back("person", _told(added), patient_id=patient_id)
        page = seat.show("phone_new.html", 200 if request.method == "GET" else 422, form=form, person=person)
        seat.note_shown([patient_id, *(one.id for one in others)])
        return page

    @console.page(PHONE, Permission.CHANGE_PEOPLE, methods=("GET", "POST"))
    def edit_phone(seat: Seat, patient_id: int, contact_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            person = somebody(connection, seat, patient_id)
            contact = phone_of(connection, seat, patient_id, contact_id)
            before = at_the_desk.wishes_of(connection, contact)
            form = WishesForm(request.form if request.method == "POST" else None, data=as_fields(before))
            with_hours(form, seat.language, before)
            if request.method == "POST" and form.validate():
                at_the_desk.change_wishes(connection, seat.clinic_id, contact, form.wishes, seat.name, seat.now)
                return seat.back("person", "people.saved", patient_id=patient_id)
            phone = shown_phone(connection, seat, contact)
            ids = [one for one in patients_of(connection, seat.clinic_id, contact_id) if one != patient_id]
            others = [somebody(connection, seat, one) for one in ids]
        status = 200 if request.method == "GET" else 422
        page = seat.show("phone_edit.html", status, form=form, person=person, phone=phone, others=others)
        seat.note_shown([patient_id, *ids])
        return page

    @console.page(PHONE + "/take-away", Permission.CHANGE_PEOPLE, methods=("POST",))
    def take_away_phone(seat: Seat, patient_id: int, contact_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            person = somebody(connection, seat, patient_id)
            contact = clinics_phone(connection, seat, contact_id)
            # A second press finds it taken away already, and that is what was wanted.
            at_the_desk.take_away(connection, seat.clinic_id, person.id, contact, seat.name, seat.now)
        return seat.back("person", "people.phone_taken_away", patient_id=patient_id)

    @console.page(PHONE + "/stop", Permission.CHANGE_PEOPLE, methods=("POST",))
    def stop_phone(seat: Seat, patient_id: int, contact_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            contact = _theirs(connection, seat, patient_id, contact_id)
            at_the_desk.stop_for_them(connection, seat.clinic_id, contact, seat.name, seat.now)
        return seat.back("person", "people.stopped_told", patient_id=patient_id)

    @console.page(PHONE + "/checked", Permission.CHANGE_PEOPLE, methods=("POST",))
    def check_phone(seat: Seat, patient_id: int, contact_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            contact = _theirs(connection, seat, patient_id, contact_id)
            at_the_desk.mark_good(connection, seat.clinic_id, contact, seat.name, seat.now)
        return seat.back("person", "people.phone_checked", patient_id=patient_id)


def _theirs(connection: Connection, seat: Seat, patient_id: int, contact_id: int) -> Contact:
    somebody(connection, seat, patient_id)
    return phone_of(connection, seat, patient_id, contact_id)


def _add(
    connection: Connection, seat: Seat, patient_id: int, number: str, form: PhoneForm
) -> at_the_desk.Added | None:
    try:
        return at_the_desk.add_phone(
            connection, seat.privacy, seat.clinic_id, patient_id, number, form.wishes, seat.name, seat.now
        )
    except Refused as error:
        form.refuse("number", error.said(seat.language))
        return None


def _told(added: at_the_desk.Added) -> str:
    if added.stopped:
        return "people.phone_added_stopped"
    return "people.phone_added_known" if added.known else "people.phone_added"
