"""The first run: whoever sits at the machine makes the clinic and its first administrator, once."""

from __future__ import annotations

import hmac

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select, update
from wtforms import SelectField

from service.reminders.clinics import LONGEST_NAME, Sender, add_sender, create_clinic
from service.reminders.rules import lint
from service.reminders.rules.zones import known_zones
from service.reminders.staff import add_staff, find_staff, staff_of
from service.storage.console_tables import logins
from service.storage.reminder_tables import clinics, staff
from service.web.console import here, passwords, sessions
from service.web.console.console import Console, Open
from service.web.console.first_token import first_token
from service.web.console.forms import line
from service.web.console.invitations import set_password, tidy_name
from service.web.console.pages.invitation import PasswordForm
from service.web.console.permissions import Role
from service.web.console.seat import Seat
from service.web.console.sessions import Stage

# Segments a second. A real long code sends one.
TRYOUT_PACE = 20


class FirstRunForm(PasswordForm):
    """A clinic and its first administrator."""

    clinic = line("first_run.clinic", most=120)
    name_in_texts = line("first_run.name_in_texts", "first_run.name_in_texts_hint", most=LONGEST_NAME)
    zone = SelectField("first_run.zone", choices=list(known_zones()))
    name = line("first_run.name", "first_run.name_hint", most=80, autocomplete="name")
    sign_in_name = line(
        "invitation.sign_in_name",
        "invitation.sign_in_name_hint",
        most=80,
        autocomplete="username",
        autocapitalize="none",
        spellcheck="false",
    )


def add(console: Console) -> None:
    """It exists only while nobody can sign in, for this machine or with the token that `clearline serve` says."""

    @console.page("/first-run", Open.ANYONE, methods=("GET", "POST"))
    def first_run(seat: Seat) -> ResponseReturnValue:
        token = request.values.get("token", "")
        if _somebody_can_sign_in(seat):
            abort(404)
        allowed = hmac.compare_digest(token.encode(), first_token(seat.parts.settings).encode())
        if not (allowed or here.from_this_machine(request)):
            return seat.show("refused.html", 403, reason="first_run.elsewhere")
        settings = seat.parts.settings
        form = FirstRunForm(request.form, data={"zone": settings.clinic_zone})
        with seat.read() as connection:
            standing = connection.execute(select(clinics.c.id, clinics.c.name).order_by(clinics.c.id)).first()
        if standing:
            # The command line has made a clinic already: only its first administrator is missing.
            del form.clinic, form.name_in_texts, form.zone
        clinic = standing.name if standing else ""
        if request.method == "GET":
            return seat.show("first_run.html", form=form, token=token, clinic=clinic)
        if not (form.validate() and _fits(form)):
            return seat.show("first_run.html", 422, form=form, token=token, clinic=clinic)
        session_id = _make(seat, form, standing.id if standing else 0)
        if not session_id:
            abort(404)
        return console.with_session(seat.back("factor_setup"), session_id)


def _fits(form: FirstRunForm) -> bool:
    form.fits(form.name.data or "", form.sign_in_name.data or "")
    if "name_in_texts" in form and lint.lint_clinic(lint.Clinic(names=(form.name_in_texts.data,), phones=())):
        form.refuse("name_in_texts", "first_run.telling")
    return not form.errors


def _make(seat: Seat, form: FirstRunForm, clinic_id: int) -> str:
    """The clinic, the administrator and a session; empty where somebody else was faster."""
    kept = passwords.keep(form.password.data)
    who, now = " ".join(str(form.name.data).split()), seat.now
    with seat.write() as connection:
        if connection.execute(select(logins.c.staff_id).limit(1)).first():
            return ""
        if not clinic_id:
            clinic_id = create_clinic(
                connection, form.clinic.data, form.name_in_texts.data, form.zone.data, now, who=who
            )
            if seat.parts.settings.tryout:
                # A pretend number has no carrier to register with, so the first trial need not wait for one.
                pretend = Sender(seat.parts.settings.reminders_from, role="both", pace=TRYOUT_PACE)
                add_sender(connection, clinic_id, pretend, who, now)
        staff_id = _administrator(connection, clinic_id, who, now)
        set_password(connection, staff_id, clinic_id, tidy_name(form.sign_in_name.data), kept, now)
        return sessions.begin(connection, staff_id, Stage.SETUP, seat.browser, now)


def _administrator(connection: Connection, clinic_id: int, who: str, now: int) -> int:
    """The staff record of the first administrator; the command line may have made one already."""
    if who.casefold() not in {member.name.casefold() for member in staff_of(connection, clinic_id)}:
        return add_staff(connection, clinic_id, who, Role.ADMINISTRATOR, who, now)
    staff_id = find_staff(connection, clinic_id, who).id
    mine = (staff.c.clinic_id == clinic_id, staff.c.id == staff_id)
    connection.execute(update(staff).where(*mine).values(role=Role.ADMINISTRATOR.value))
    return staff_id


def _somebody_can_sign_in(seat: Seat) -> bool:
    with seat.read() as connection:
        return connection.execute(select(logins.c.staff_id).limit(1)).first() is not None
