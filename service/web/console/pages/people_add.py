"""Adding a person by hand, and mending a name."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from service.reminders import people as kept_people
from service.reminders.at_the_desk import add_phone
from service.reminders.people import save_patient
from service.storage.reminder_tables import patients
from service.web.console.console import Console
from service.web.console.one_person import name_of, others_with, somebody
from service.web.console.permissions import Permission
from service.web.console.person_forms import NewPersonForm, PersonForm, number_in, with_hours
from service.web.console.seat import Seat


def add(console: Console) -> None:
    """The form for somebody new, and the one for a name."""

    @console.page("/people/new", Permission.CHANGE_PEOPLE, methods=("GET", "POST"))
    def new_person(seat: Seat) -> ResponseReturnValue:
        form = NewPersonForm(request.form)
        with_hours(form, seat.language)
        if request.method == "GET":
            return seat.show("person_new.html", form=form)
        form.validate()
        number = number_in(form, seat.language)
        with seat.write() as connection:
            known = _by_ref(connection, seat, form.clinic_ref.data or "")
            if known:
                form.refuse("clinic_ref", seat.say("people.ref_taken", name=name_of(connection, seat, known)))
            others = others_with(connection, seat, number) if number else []
            if others and not form.shared.data:
                names = ", ".join(one.name for one in others)
                form.refuse("shared", seat.say("people.phone_also", names=names))
            if not form.errors:
                patient_id, stopped = _add(connection, seat, form, number)
                told = "people.added_stopped" if stopped else "people.added"
                return seat.back("person", told, patient_id=patient_id)
        link = url_for("console.person", patient_id=known) if known else ""
        page = seat.show("person_new.html", 422, form=form, owner=link)
        seat.note_shown([known or None, *(one.id for one in others)])
        return page

    @console.page("/people/<int:patient_id>/edit", Permission.CHANGE_PEOPLE, methods=("GET", "POST"))
    def edit_person(seat: Seat, patient_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            somebody(connection, seat, patient_id)
            card = kept_people.show(connection, seat.privacy, seat.clinic_id, patient_id, seat.name, seat.now)
            before = {"clinic_ref": card.clinic_ref, "name": card.name, "initial": card.patient.first_initial}
            form = PersonForm(request.form if request.method == "POST" else None, data=before)
            # The clinic's own number is how its lists find this person; another number is another person.
            del form.clinic_ref
            if request.method == "GET":
                return seat.show("person_edit.html", form=form, card=card)
            if not form.validate():
                return seat.show("person_edit.html", 422, form=form, card=card)
            kept_people.rename(
                connection,
                seat.privacy,
                seat.clinic_id,
                patient_id,
                form.name.data or "",
                (form.initial.data or "").upper() or kept_people.first_initial(form.name.data or ""),
            )
            seat.note(connection, "person changed", f"patient {patient_id}")
        return seat.back("person", "people.saved", patient_id=patient_id)


def _by_ref(connection: Connection, seat: Seat, clinic_ref: str) -> int:
    if not clinic_ref:
        return 0
    index = seat.privacy.ref(seat.clinic_id, clinic_ref)
    mine = (patients.c.clinic_id == seat.clinic_id, patients.c.clinic_ref == index)
    return connection.execute(select(patients.c.id).where(*mine)).scalar_one_or_none() or 0


def _add(connection: Connection, seat: Seat, form: NewPersonForm, number: str) -> tuple[int, bool]:
    """Keep the person and the phone. Returns the id, and whether the phone said STOP."""
    ref, name, initial = (field.data or "" for field in (form.clinic_ref, form.name, form.initial))
    initial = initial.upper() or kept_people.first_initial(name)
    patient_id = save_patient(connection, seat.privacy, seat.clinic_id, ref, name, initial, seat.now)
    seat.note(connection, "person added", f"patient {patient_id}")
    if not number:
        return patient_id, False
    added = add_phone(connection, seat.privacy, seat.clinic_id, patient_id, number, form.wishes, seat.name, seat.now)
    return patient_id, added.stopped
