"""Invitations: a link, good once and for a while, by which one person chooses a password."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from service.reminders import audit
from service.reminders.refused import Refused
from service.storage.console_tables import invitations, logins
from service.storage.reminder_tables import staff
from service.web.console import factors, sessions
from service.web.console.guesses import token_hash
from service.web.console.sessions import Ended

# In seconds: three days for somebody new, an hour after a reset.
FOR_NEW, AFTER_RESET = 3 * 86400, 3600
PATH = "/console/invitation/"


@dataclass(frozen=True)
class Invited:
    """Whom an invitation is for. `sign_in_name` is empty for somebody who has not chosen one yet."""

    staff_id: int
    clinic_id: int
    name: str
    sign_in_name: str


def invite(connection: Connection, staff_id: int, made_by: str, now: int, lasts: int = FOR_NEW) -> str:
    """A token for somebody; earlier ones open nothing any more."""
    unused = (invitations.c.staff_id == staff_id, invitations.c.used_at.is_(None))
    connection.execute(update(invitations).where(*unused).values(used_at=now))
    token = secrets.token_urlsafe(24)
    values = {"token_hash": token_hash(token), "staff_id": staff_id, "made_by": made_by, "expires_at": now + lasts}
    connection.execute(insert(invitations).values(values))
    return token


def invited(connection: Connection, token: str, now: int) -> Invited | None:
    """Whom a token is for, while it is good."""
    row = connection.execute(
        select(staff.c.id, staff.c.clinic_id, staff.c.name, logins.c.sign_in_name)
        .select_from(
            invitations.join(staff, staff.c.id == invitations.c.staff_id).outerjoin(
                logins, logins.c.staff_id == staff.c.id
            )
        )
        .where(
            invitations.c.token_hash == token_hash(token),
            invitations.c.used_at.is_(None),
            invitations.c.expires_at > now,
            staff.c.disabled_at.is_(None),
        )
    ).one_or_none()
    return Invited(row.id, row.clinic_id, row.name, row.sign_in_name or "") if row else None


def take_up(connection: Connection, token: str, sign_in_name: str, password_hash: str, now: int) -> Invited | None:
    """Set the password of the person whom `token` is for, once; None where somebody was faster. Sessions that stood
    open under an older password end. A second factor that was set up stays."""
    person = invited(connection, token, now)
    once = (invitations.c.token_hash == token_hash(token), invitations.c.used_at.is_(None))
    if person is None or not connection.execute(update(invitations).where(*once).values(used_at=now)).rowcount:
        return None
    set_password(connection, person.staff_id, person.clinic_id, sign_in_name, password_hash, now)
    sessions.end_all(connection, person.staff_id, Ended.PASSWORD, now)
    audit.note(connection, person.clinic_id, person.name, "password set", f"staff {person.staff_id}", now)
    return person


def set_password(
    connection: Connection, staff_id: int, clinic_id: int, sign_in_name: str, password_hash: str, now: int
) -> None:
    """Keep a password, for somebody who has one already or for the first time with `sign_in_name`."""
    values = {"password_hash": password_hash, "password_at": now}
    if not connection.execute(update(logins).where(logins.c.staff_id == staff_id).values(values)).rowcount:
        known = {"staff_id": staff_id, "clinic_id": clinic_id, "sign_in_name": tidy_name(sign_in_name)}
        connection.execute(insert(logins).values(known | values))


def name_is_taken(connection: Connection, sign_in_name: str) -> bool:
    """Does somebody sign in by this name already?"""
    taken = select(logins.c.staff_id).where(logins.c.sign_in_name == tidy_name(sign_in_name))
    return connection.execute(taken).first() is not None


def tidy_name(sign_in_name: str) -> str:
    """A name to sign in by, as it is kept."""
    return " ".join(sign_in_name.split()).casefold()


def reset(connection: Connection, name: str, now: int, *, factor: bool, who: str) -> tuple[str, str]:
    """Break the glass for `name` (to sign in by, or as staff are called): all sessions end, the password opens
    nothing any more, with `factor` the second factor is forgotten too. Returns the name and a token for a new
    password, good for an hour. Raises Refused where nobody, or more than one, has that name."""
    found = connection.execute(
        select(staff.c.id, staff.c.clinic_id, staff.c.name)
        .select_from(staff.outerjoin(logins, logins.c.staff_id == staff.c.id))
        .where(
            (func.lower(staff.c.name) == " ".join(name.split()).lower()) | (logins.c.sign_in_name == tidy_name(name)),
            staff.c.disabled_at.is_(None),
        )
    ).all()
    if len(found) != 1:
        raise Refused("named.several") if found else Refused("named.nobody", name=name)
    person = found[0]
    connection.execute(update(logins).where(logins.c.staff_id == person.id).values(password_hash=""))
    if factor:
        factors.take_away(connection, person.id)
    sessions.end_all(connection, person.id, Ended.PASSWORD, now)
    about = f"staff {person.id}{', second factor too' if factor else ''}"
    audit.note(connection, person.clinic_id, who, "sign-in reset", about, now)
    return person.name, invite(connection, person.id, who, now, AFTER_RESET)
