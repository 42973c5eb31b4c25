"""Taking up an invitation: somebody new, or somebody after a reset, chooses a password."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select
from wtforms import PasswordField
from wtforms.validators import InputRequired

from service.storage.console_tables import logins
from service.web.console import passwords, sessions
from service.web.console.console import Console, Open
from service.web.console.forms import Form, line
from service.web.console.invitations import invited, name_is_taken, take_up, tidy_name
from service.web.console.seat import Seat
from service.web.console.sessions import Stage


class PasswordForm(Form):
    """A new password, twice."""

    password = PasswordField(
        "invitation.password",
        description="invitation.password_hint",
        validators=[InputRequired("forms.required")],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "invitation.again", validators=[InputRequired("forms.required")], render_kw={"autocomplete": "new-password"}
    )

    def fits(self, *personal: str) -> bool:
        """Is the password good enough, and twice the same? Puts what is wrong beside the field."""
        if weak := passwords.weakness(self.password.data or "", *personal):
            self.refuse("password", weak)
        if self.password.data != self.again.data:
            self.refuse("again", "invitation.differ")
        return not self.errors


class InvitationForm(PasswordForm):
    """The name to sign in by, and a password."""

    sign_in_name = line(
        "invitation.sign_in_name",
        "invitation.sign_in_name_hint",
        most=80,
        autocomplete="username",
        autocapitalize="none",
        spellcheck="false",
    )


def add(console: Console) -> None:
    """The page of an invitation."""

    @console.page("/invitation/<token>", Open.ANYONE, methods=("GET", "POST"))
    def invitation(seat: Seat, token: str) -> ResponseReturnValue:
        with seat.read() as connection:
            person = invited(connection, token, seat.now)
        if person is None:
            return seat.show("invitation.html", 404, form=None)
        form = InvitationForm(request.form)
        if person.sign_in_name:
            del form.sign_in_name
        if request.method == "GET":
            return seat.show("invitation.html", form=form, person=person)
        wanted = tidy_name(person.sign_in_name or request.form.get("sign_in_name", ""))
        if not (form.validate() and form.fits(person.name, wanted) and _is_free(seat, form, wanted)):
            return seat.show("invitation.html", 422, form=form, person=person)
        kept = passwords.keep(form.password.data or "")
        with seat.write() as connection:
            taken = take_up(connection, token, wanted, kept, seat.now)
            stage = _stage(connection, person.staff_id)
            session_id = sessions.begin(connection, person.staff_id, stage, seat.browser, seat.now) if taken else ""
        if not taken:
            return seat.show("invitation.html", 404, form=None)
        answer = seat.back("second_factor" if stage is Stage.PASSWORD else "factor_setup")
        return console.with_session(answer, session_id)


def _is_free(seat: Seat, form: Form, wanted: str) -> bool:
    if "sign_in_name" not in form:
        return True
    with seat.read() as connection:
        taken = name_is_taken(connection, wanted)
    if taken:
        form.refuse("sign_in_name", "invitation.taken")
    return not taken


def _stage(connection: Connection, staff_id: int) -> Stage:
    has = connection.execute(select(logins.c.totp_at).where(logins.c.staff_id == staff_id)).scalar_one_or_none()
    return Stage.PASSWORD if has else Stage.SETUP
