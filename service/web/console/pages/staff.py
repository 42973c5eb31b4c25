"""Staff: who works here, with which role, where they are signed in, and what an administrator may change."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select, update
from wtforms import RadioField

from service.reminders.refused import Refused
from service.reminders.staff import add_staff, hand_over
from service.storage.console_tables import logins
from service.storage.reminder_tables import staff as staff_table
from service.web.console import factors, sessions
from service.web.console.console import Console
from service.web.console.forms import Form, chosen, line
from service.web.console.invitations import PATH, invite
from service.web.console.permissions import Permission, Role
from service.web.console.seat import Seat
from service.web.console.sessions import Ended

ROLES = {role.value: f"roles.{role}" for role in Role}


class NewForm(Form):
    """Somebody new."""

    name = line("staff.name", "first_run.name_hint", most=80, autocomplete="off")
    role = RadioField("staff.role", choices=chosen(ROLES), default=Role.DESK.value, validate_choice=True)


@dataclass(frozen=True)
class Colleague:
    """Somebody in the list."""

    id: int
    name: str
    role: Role
    last_at: int | None
    signs_in: bool
    has_factor: bool


def add(console: Console) -> None:
    """The list, somebody new, and one person."""

    @console.page("/staff", Permission.SEE_STAFF)
    def staff(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            everybody = _everybody(connection, seat)
            open_now = sessions.open_sessions(connection, seat.clinic_id, seat.now)
        administrators = sum(one.role is Role.ADMINISTRATOR and one.has_factor for one in everybody)
        return seat.show("staff.html", everybody=everybody, open=open_now, administrators=administrators)

    @console.page("/staff/new", Permission.CHANGE_STAFF, methods=("GET", "POST"), fresh=True)
    def new_colleague(seat: Seat) -> ResponseReturnValue:
        form = NewForm(request.form)
        if request.method == "GET" or not form.validate():
            return seat.show("staff_new.html", 200 if request.method == "GET" else 422, form=form)
        name = form.name.data or ""
        try:
            with seat.write() as connection:
                staff_id = add_staff(connection, seat.clinic_id, name, form.role.data, seat.name, seat.now)
                token = invite(connection, staff_id, seat.name, seat.now)
        except Refused:
            form.refuse("name", "staff.name_taken")
            return seat.show("staff_new.html", 422, form=form)
        return _show_invitation(seat, name, token)

    @console.page("/staff/<int:staff_id>", Permission.CHANGE_STAFF, fresh=True)
    def colleague(seat: Seat, staff_id: int) -> ResponseReturnValue:
        with seat.read() as connection:
            person = _one(connection, seat, staff_id)
            others = [one for one in _everybody(connection, seat) if one.id != staff_id]
            open_now = sessions.open_sessions(connection, seat.clinic_id, seat.now, staff_id)
        return seat.show("colleague.html", person=person, others=others, open=open_now, roles=ROLES)

    @console.page("/staff/<int:staff_id>/role", Permission.CHANGE_STAFF, methods=("POST",), fresh=True)
    def change_role(seat: Seat, staff_id: int) -> ResponseReturnValue:
        wanted = request.form.get("role", "")
        with seat.write() as connection:
            person = _one(connection, seat, staff_id)
            if wanted not in ROLES:
                abort(400)
            if person.role is Role.ADMINISTRATOR and wanted != person.role and _is_last(connection, seat, person):
                return seat.back("colleague", "staff.last_administrator", staff_id=staff_id)
            mine = (staff_table.c.clinic_id == seat.clinic_id, staff_table.c.id == staff_id)
            connection.execute(update(staff_table).where(*mine).values(role=wanted))
            # Whoever has more or fewer rights than a moment ago comes in anew.
            sessions.end_all(connection, staff_id, Ended.ROLE, seat.now)
            seat.note(connection, "role changed", f"staff {staff_id}: {person.role} to {wanted}")
        return seat.back("staff", "staff.role_changed", {"name": person.name})

    @console.page("/staff/<int:staff_id>/end-sessions", Permission.CHANGE_STAFF, methods=("POST",), fresh=True)
    def end_sessions(seat: Seat, staff_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            person = _one(connection, seat, staff_id)
            sessions.end_all(connection, staff_id, Ended.ENDED, seat.now)
            seat.note(connection, "sessions ended", f"staff {staff_id}")
        return seat.back("staff", "staff.sessions_ended", {"name": person.name})

    @console.page("/staff/<int:staff_id>/invite", Permission.CHANGE_STAFF, methods=("POST",), fresh=True)
    def invite_again(seat: Seat, staff_id: int) -> ResponseReturnValue:
        with seat.write() as connection:
            person = _one(connection, seat, staff_id)
            if "factor" in request.form:
                factors.take_away(connection, staff_id)
                sessions.end_all(connection, staff_id, Ended.PASSWORD, seat.now)
                seat.note(connection, "second factor taken away", f"staff {staff_id}")
            token = invite(connection, staff_id, seat.name, seat.now)
            seat.note(connection, "invited", f"staff {staff_id}")
        return _show_invitation(seat, person.name, token)

    @console.page("/staff/<int:staff_id>/leave", Permission.CHANGE_STAFF, methods=("POST",), fresh=True)
    def leave(seat: Seat, staff_id: int) -> ResponseReturnValue:
        heir_id = request.form.get("heir", "", type=str)
        with seat.write() as connection:
            person = _one(connection, seat, staff_id)
            if not heir_id.isdecimal() or int(heir_id) == staff_id:
                return seat.back("colleague", "staff.name_an_heir", staff_id=staff_id)
            heir = _one(connection, seat, int(heir_id))
            try:
                handed = hand_over(connection, seat.clinic_id, person.name, heir.name, seat.name, seat.now)
            except Refused:
                return seat.back("colleague", "staff.last_administrator", staff_id=staff_id)
            sessions.end_all(connection, staff_id, Ended.DISABLED, seat.now)
        fields = {"name": person.name, "heir": heir.name, "count": str(handed.tasks)}
        return seat.back("staff", "staff.left", fields)


def _everybody(connection: Connection, seat: Seat) -> list[Colleague]:
    rows = connection.execute(
        select(staff_table, logins.c.last_at, logins.c.password_hash, logins.c.totp_at)
        .select_from(staff_table.outerjoin(logins, logins.c.staff_id == staff_table.c.id))
        .where(staff_table.c.clinic_id == seat.clinic_id, staff_table.c.disabled_at.is_(None))
        .order_by(staff_table.c.name)
    )
    return [
        Colleague(
            id=row["id"],
            name=row["name"],
            role=Role(row["role"]),
            last_at=row["last_at"],
            signs_in=bool(row["password_hash"]),
            has_factor=row["totp_at"] is not None,
        )
        for row in rows.mappings()
    ]


def _one(connection: Connection, seat: Seat, staff_id: int) -> Colleague:
    found = [one for one in _everybody(connection, seat) if one.id == staff_id]
    return found[0] if found else abort(404)


def _is_last(connection: Connection, seat: Seat, person: Colleague) -> bool:
    """Would nobody be left who can change staff? Whoever never signed in does not count."""
    return not any(
        one.role is Role.ADMINISTRATOR and one.signs_in and one.id != person.id
        for one in _everybody(connection, seat)
    )


def _show_invitation(seat: Seat, name: str, token: str) -> ResponseReturnValue:
    """The link, shown once, to be handed over by the administrator: we have no e-mail to send it by."""
    address = seat.parts.settings.public_url + PATH + token
    return seat.show("invited.html", name=name, address=address, back=url_for("console.staff"))
