"""One's own account: sessions that are open, a new password, and the way to a new second factor."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue

from service.web.console import factors, passwords, sessions
from service.web.console.console import Console
from service.web.console.invitations import set_password
from service.web.console.pages.invitation import PasswordForm
from service.web.console.permissions import Permission
from service.web.console.seat import Seat
from service.web.console.sessions import Ended


def add(console: Console) -> None:
    """The pages of one's own account."""

    @console.page("/account", Permission.OWN_ACCOUNT)
    def account(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            open_now = sessions.open_sessions(connection, seat.clinic_id, seat.now, seat.me.staff_id)
            left = factors.recovery_left(connection, seat.me.staff_id)
        return seat.show("account.html", open=open_now, paper_left=left)

    @console.page("/account/end-session", Permission.OWN_ACCOUNT, methods=("POST",))
    def end_session(seat: Seat) -> ResponseReturnValue:
        wanted = request.form.get("session", "")
        with seat.write() as connection:
            mine = sessions.open_sessions(connection, seat.clinic_id, seat.now, seat.me.staff_id)
            if wanted not in {one.id_hash for one in mine}:
                abort(409)
            sessions.end(connection, wanted, Ended.ENDED, seat.now)
            seat.note(connection, "session ended", f"staff {seat.me.staff_id}")
        return seat.back("account", "account.ended")

    @console.page("/account/password", Permission.OWN_ACCOUNT, methods=("GET", "POST"), fresh=True)
    def new_password(seat: Seat) -> ResponseReturnValue:
        form = PasswordForm(request.form)
        if request.method == "GET":
            return seat.show("new_password.html", form=form)
        if not (form.validate() and form.fits(seat.name, seat.me.sign_in_name)):
            return seat.show("new_password.html", 422, form=form)
        kept = passwords.keep(form.password.data or "")
        me = seat.me
        with seat.write() as connection:
            set_password(connection, me.staff_id, me.clinic_id, me.sign_in_name, kept, seat.now)
            # Whoever knew the old one is out; only this session goes on.
            sessions.end_all(connection, me.staff_id, Ended.PASSWORD, seat.now, but=me.id_hash)
            seat.note(connection, "password changed", f"staff {me.staff_id}")
        return seat.back("account", "account.password_set")
