"""Coming in and going out: name and password, the language of the pages, and the way out."""

from __future__ import annotations

import secrets

from flask import Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select, update
from sqlalchemy.engine import Row

from service.languages import Language
from service.reminders import audit
from service.storage.console_tables import logins
from service.storage.reminder_tables import staff
from service.web.console import guesses, here, passwords, sessions
from service.web.console.console import A_YEAR, LANGUAGE_COOKIE, Console, Open
from service.web.console.guesses import Against, From
from service.web.console.invitations import tidy_name
from service.web.console.seat import Seat
from service.web.console.sessions import Ended, Stage
from service.web.console.sign_in_form import SignInForm


def add(console: Console) -> None:
    """Sign-in, sign-out and language."""

    @console.page("/sign-in", Open.ANYONE, methods=("GET", "POST"))
    def sign_in(seat: Seat) -> ResponseReturnValue:
        back = here.safe_return(request.values.get("back", ""))
        if request.method == "GET":
            return seat.to(back)
        form = SignInForm(request.form)
        if not form.validate():
            return seat.show("sign_in.html", 422, form=form, back=back)
        source = From(here.network(request), console.known_as())
        person, against, wait = _counted(seat, tidy_name(form.name.data or ""), source)
        if wait:
            minutes = -(-wait // 60)
            return seat.show("sign_in.html", 429, form=form, back=back, wrong=("sign_in.wait", {"count": minutes}))
        right = passwords.matches(person.password_hash if person else "", form.password.data or "")
        if person is None or not right:
            _note_wrong(seat, person)
            return seat.show("sign_in.html", 422, form=form, back=back, wrong=("sign_in.wrong", {}))
        return _come_in(console, seat, person, against, back)

    @console.page("/sign-out", Open.ANYONE, methods=("POST",))
    def sign_out(seat: Seat) -> ResponseReturnValue:
        if seat.sitting:
            with seat.write() as connection:
                sessions.end(connection, seat.sitting.id_hash, Ended.SIGNED_OUT, seat.now)
                seat.note(connection, "signed out", f"staff {seat.sitting.staff_id}")
        return console.without_session(seat.to("/console/"))

    @console.page("/language", Open.ANYONE, methods=("POST",))
    def language(seat: Seat) -> ResponseReturnValue:
        wanted = request.form.get("language", "")
        answer = seat.to(here.safe_return(request.form.get("back", "")))
        if wanted not in list(Language):
            return answer
        if seat.sitting:
            mine = logins.c.staff_id == seat.sitting.staff_id
            with seat.write() as connection:
                connection.execute(update(logins).where(mine).values(language=wanted))
        answer.set_cookie(
            LANGUAGE_COOKIE, wanted, max_age=A_YEAR, secure=console.encrypted, httponly=True, samesite="Lax"
        )
        return answer


def let_in(console: Console, seat: Seat, staff_id: int, answer: Response, session_id: str) -> Response:
    """Give the session to the browser, and know the browser again next time."""
    token = console.known_as() or secrets.token_urlsafe(32)
    with seat.write() as connection:
        source = From(here.network(request), token)
        guesses.know(connection, seat.parts.settings.secret_key, staff_id, source, seat.now)
        connection.execute(update(logins).where(logins.c.staff_id == staff_id).values(last_at=seat.now))
    return console.with_browser(console.with_session(answer, session_id), token)


def _counted(seat: Seat, name: str, source: From) -> tuple[Row[tuple[int, ...]] | None, list[Against], int]:
    """Who wants to come in, what the guess counts against, and how many seconds to wait first."""
    with seat.write() as connection:
        person = _person(connection, name)
        secret = seat.parts.settings.secret_key
        staff_id = person.staff_id if person else None
        against = list(guesses.counted_against(connection, secret, staff_id, name, source, seat.now))
        return person, against, guesses.begin(connection, against, seat.now)


def _person(connection: Connection, name: str) -> Row[tuple[int, ...]] | None:
    active = (logins.c.sign_in_name == name, staff.c.disabled_at.is_(None))
    return connection.execute(
        select(logins, staff.c.name).join(staff, staff.c.id == logins.c.staff_id).where(*active)
    ).one_or_none()


def _come_in(
    console: Console, seat: Seat, person: Row[tuple[int, ...]], against: list[Against], back: str
) -> ResponseReturnValue:
    """The password was right: a new session, with the second factor still to come."""
    stage = Stage.PASSWORD if person.totp_at else Stage.SETUP
    with seat.write() as connection:
        guesses.forget(connection, against)
        session_id = sessions.begin(connection, person.staff_id, stage, seat.browser, seat.now)
    answer = seat.back("second_factor" if person.totp_at else "factor_setup", back=back)
    return console.with_session(answer, session_id)


def _note_wrong(seat: Seat, person: Row[tuple[int, ...]] | None) -> None:
    if person is not None:
        with seat.write() as connection:
            about = f"staff {person.staff_id}"
            audit.note(connection, person.clinic_id, person.name, "wrong password", about, seat.now)
