"""When somebody is no longer a patient: they died, they left, or everything about them is to be erased."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from service.reminders import people as kept_people
from service.reminders.died import record_death, revive
from service.reminders.erase import erase_patient
from service.reminders.left import record_leaving, record_return
from service.reminders.refused import Refused
from service.storage.reminder_tables import patients
from service.web.console.console import Console
from service.web.console.forms import Form, line
from service.web.console.one_person import somebody
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

PERSON = "/people/<int:patient_id>"


class EraseForm(Form):
    """The number on the chart, typed once more, so that nobody erases with a slip of the hand."""

    typed = line("leaving.typed", "leaving.typed_hint", most=60, short=True, autocomplete="off")


def add(console: Console) -> None:
    """A page for each ending, and the ways back."""

    @console.page(PERSON + "/died", Permission.CHANGE_PEOPLE, methods=("GET", "POST"))
    def died(seat: Seat, patient_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            person = somebody(connection, seat, patient_id)
            if request.method == "POST":
                record_death(connection, seat.clinic_id, patient_id, seat.name, seat.now)
                return seat.back("person", "leaving.died_told", patient_id=patient_id)
            mine = (patients.c.clinic_id == seat.clinic_id, patients.c.id == patient_id)
            row = connection.execute(select(patients).where(*mine)).mappings().one()
        page = seat.show("person_died.html", person=person, row=row)
        seat.note_shown([patient_id])
        return page

    @console.page(PERSON + "/alive", Permission.CHANGE_PEOPLE, methods=("POST",))
    def alive(seat: Seat, patient_id: int) -> ResponseReturnValue:
        try:
            with seat.write() as connection:
                somebody(connection, seat, patient_id)
                done = revive(connection, seat.clinic_id, patient_id, seat.name, seat.now)
        except Refused as error:
            return seat.back("died", "leaving.refused", {"why": error.said(seat.language)}, patient_id=patient_id)
        return seat.back("person", "leaving.alive" if done else "leaving.alive_first", patient_id=patient_id)

    @console.page(PERSON + "/left", Permission.CHANGE_PEOPLE, methods=("GET", "POST"))
    def left(seat: Seat, patient_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            person = somebody(connection, seat, patient_id)
            if request.method == "POST":
                record_leaving(connection, seat.clinic_id, patient_id, seat.name, seat.now)
                return seat.back("person", "leaving.left_told", patient_id=patient_id)
        page = seat.show("person_left.html", person=person)
        seat.note_shown([patient_id])
        return page

    @console.page(PERSON + "/back", Permission.CHANGE_PEOPLE, methods=("POST",))
    def came_back(seat: Seat, patient_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            somebody(connection, seat, patient_id)
            record_return(connection, seat.clinic_id, patient_id, seat.name, seat.now)
        return seat.back("person", "leaving.back_told", patient_id=patient_id)

    @console.page(PERSON + "/erase", Permission.ERASE_PEOPLE, methods=("GET", "POST"), fresh=True)
    def erase(seat: Seat, patient_id: int) -> ResponseReturnValue:
        form = EraseForm(request.form)
        with seat.write() as connection:
            person = somebody(connection, seat, patient_id)
            card = kept_people.show(connection, seat.privacy, seat.clinic_id, patient_id, seat.name, seat.now)
            if request.method == "POST":
                if form.validate() and form.typed.data != card.clinic_ref:
                    form.refuse("typed", "leaving.typed_wrong")
                if not form.errors:
                    erase_patient(connection, seat.clinic_id, patient_id, seat.name, seat.now)
                    return seat.back("people", "leaving.erased_told")
        status = 200 if request.method == "GET" else 422
        return seat.show("person_erase.html", status, form=form, person=person, card=card)
