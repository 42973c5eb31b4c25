"""The second factor: shown at sign-in and before sensitive acts, set up once, with ten codes on paper."""

from __future__ import annotations

from collections.abc import Sequence

import segno
from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from service.reminders import audit
from service.web.console import factors, guesses, here, sessions
from service.web.console.console import Console
from service.web.console.forms import Form, line
from service.web.console.guesses import Against, keyed
from service.web.console.pages.sign_in import let_in
from service.web.console.permissions import Permission
from service.web.console.seat import Seat
from service.web.console.sessions import Ended, Stage


class CodeForm(Form):
    """Six digits from the authenticator, or a code from paper."""

    code = line(
        "factor.code",
        "factor.code_hint",
        most=40,
        autocomplete="one-time-code",
        autocapitalize="none",
        spellcheck="false",
        short=True,
    )


class SetupForm(Form):
    """Six digits that prove that the authenticator has the secret."""

    code = line(
        "factor.code",
        most=12,
        autocomplete="one-time-code",
        inputmode="numeric",
        spellcheck="false",
        short=True,
    )


def add(console: Console) -> None:
    """Second step of sign-in, set-up, paper codes, and showing the factor anew."""

    @console.page("/second-factor", Permission.OWN_ACCOUNT, methods=("GET", "POST"), stage=Stage.PASSWORD)
    def second_factor(seat: Seat) -> ResponseReturnValue:
        return _ask(console, seat, "second_factor.html")

    @console.page("/confirm", Permission.OWN_ACCOUNT, methods=("GET", "POST"))
    def confirm(seat: Seat) -> ResponseReturnValue:
        return _ask(console, seat, "confirm.html")

    @console.page("/factor", Permission.OWN_ACCOUNT, methods=("GET", "POST"), stage=Stage.SETUP)
    def factor_setup(seat: Seat) -> ResponseReturnValue:
        return _set_up(console, seat)

    @console.page("/account/factor", Permission.OWN_ACCOUNT, methods=("GET", "POST"), fresh=True)
    def factor_again(seat: Seat) -> ResponseReturnValue:
        return _set_up(console, seat)

    @console.page("/account/paper-codes", Permission.OWN_ACCOUNT, methods=("GET", "POST"), fresh=True)
    def paper_codes(seat: Seat) -> ResponseReturnValue:
        if request.method == "GET":
            return seat.show("paper_codes.html", codes=())
        with seat.write() as connection:
            codes = factors.new_recovery_codes(connection, seat.me.staff_id)
            seat.note(connection, "paper codes made", f"staff {seat.me.staff_id}")
        return seat.show("paper_codes.html", codes=codes)


def _ask(console: Console, seat: Seat, template: str) -> ResponseReturnValue:
    back = here.safe_return(request.values.get("back", ""))
    form = CodeForm(request.form if request.method == "POST" else None)
    if request.method == "GET" or not form.validate():
        return seat.show(template, 200 if request.method == "GET" else 422, form=form, back=back)
    code = form.code.data or ""
    with seat.write() as connection:
        against = _against(seat)
        wait = guesses.begin(connection, against, seat.now)
        right = not wait and _accept(connection, seat, code)
        if right:
            guesses.forget(connection, against)
            session_id = sessions.advance(connection, seat.me, Stage.FULL, seat.browser, seat.now, factor=True)
            seat.note(connection, "signed in" if seat.me.stage is Stage.PASSWORD else "factor shown", _me(seat))
        elif not wait:
            seat.note(connection, "wrong code", _me(seat))
    if wait:
        form.refuse("code", "factor.wait")
        return seat.show(template, 429, form=form, back=back)
    if not right:
        form.refuse("code", "factor.wrong")
        return seat.show(template, 422, form=form, back=back)
    return let_in(console, seat, seat.me.staff_id, seat.to(back), session_id)


def _accept(connection: Connection, seat: Seat, code: str) -> bool:
    staff_id, vault = seat.me.staff_id, seat.parts.vault
    if factors.accept(connection, vault, staff_id, code, seat.now):
        return True
    if not factors.accept_recovery(connection, staff_id, code, seat.now):
        return False
    seat.note(connection, "paper code used", _me(seat))
    return True


def _set_up(console: Console, seat: Seat) -> ResponseReturnValue:
    form = SetupForm(request.form if request.method == "POST" else None)
    with seat.write() as connection:
        secret = factors.propose(connection, seat.parts.vault, seat.me.staff_id)
    if request.method == "GET" or not form.validate():
        return _show_setup(seat, form, secret, 200 if request.method == "GET" else 422)
    codes: Sequence[str] = ()
    with seat.write() as connection:
        against = _against(seat)
        wait = guesses.begin(connection, against, seat.now)
        code = form.code.data or ""
        right = not wait and factors.adopt(connection, seat.parts.vault, seat.me.staff_id, code, seat.now)
        if right:
            guesses.forget(connection, against)
            codes = factors.new_recovery_codes(connection, seat.me.staff_id)
            session_id = sessions.advance(connection, seat.me, Stage.FULL, seat.browser, seat.now, factor=True)
            sessions.end_all(
                connection, seat.me.staff_id, Ended.REPLACED, seat.now, but=guesses.token_hash(session_id)
            )
            audit.note(connection, seat.clinic_id, seat.name, "second factor set up", _me(seat), seat.now)
    if not right:
        form.refuse("code", "factor.wait" if wait else "factor.setup_wrong")
        return _show_setup(seat, form, secret, 422)
    # The page that shows the codes is of the old session; its links and its form lead on with the new one.
    answer = seat.show("paper_codes.html", codes=codes, first=True)
    return let_in(console, seat, seat.me.staff_id, answer, session_id)


def _show_setup(seat: Seat, form: Form, secret: str, status: int) -> ResponseReturnValue:
    square = segno.make(factors.address(secret, seat.me.sign_in_name), error="m")
    picture = square.svg_data_uri(scale=4, border=2, dark="#000", light="#fff")
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return seat.show("factor_setup.html", status, form=form, picture=picture, secret=grouped)


def _against(seat: Seat) -> tuple[Against, ...]:
    """Wrong codes count against the person: whoever gets here knew the password."""
    return (Against(keyed(seat.parts.settings.secret_key, "factor", str(seat.me.staff_id))),)


def _me(seat: Seat) -> str:
    return f"staff {seat.me.staff_id}"
