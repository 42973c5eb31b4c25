"""Sessions of staff: kept on the server, ended by anybody who may, and over after a quarter of an hour of nothing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from service.storage.console_tables import console_sessions, logins
from service.storage.reminder_tables import clinics, staff
from service.web.console.guesses import token_hash
from service.web.console.permissions import Role

# In seconds. Nothing done for 15 minutes, or 8 hours at most; between password and code, 10 minutes.
IDLE, LONGEST, HALF_OPEN = 15 * 60, 8 * 3600, 10 * 60
# A second factor this fresh is asked for before sensitive acts.
FRESH = 5 * 60
# So seldom is it written down that somebody is still there.
SEEN_EVERY = 20


class Stage(StrEnum):
    """How far somebody has come in."""

    PASSWORD = "password"  # the password was right, the code is still to come
    SETUP = "setup"  # a second factor must be set up first
    FULL = "full"


class Ended(StrEnum):
    """Why a session is over."""

    SIGNED_OUT = "signed out"
    ENDED = "ended"  # by its owner or an administrator, from the list
    REPLACED = "replaced"  # a new id was given at a further step
    DISABLED = "disabled"
    ROLE = "role"
    PASSWORD = "password"  # a new password was set


@dataclass(frozen=True)
class Sitting:
    """Somebody at the console, as the database knows them now."""

    id_hash: str
    stage: Stage
    staff_id: int
    clinic_id: int
    name: str
    sign_in_name: str
    role: Role
    language: str
    clinic: str
    zone: str
    factor_at: int | None
    seen_at: int
    notice: str

    def is_fresh(self, now: int) -> bool:
        """Was a second factor shown within five minutes?"""
        return self.factor_at is not None and now - self.factor_at <= FRESH


@dataclass(frozen=True)
class Listed:
    """A session in a list."""

    id_hash: str
    staff_id: int
    name: str
    created_at: int
    seen_at: int
    browser: str


def begin(
    connection: Connection, staff_id: int, stage: Stage, browser: str, now: int, factor_at: int | None = None
) -> str:
    """A new session; returns the id for the cookie, of which only the hash is kept."""
    session_id = secrets.token_urlsafe(32)
    values = {
        "id_hash": token_hash(session_id),
        "staff_id": staff_id,
        "stage": stage.value,
        "created_at": now,
        "seen_at": now,
        "factor_at": factor_at,
        "browser": browser[:200],
    }
    connection.execute(insert(console_sessions).values(values))
    return session_id


def advance(connection: Connection, sitting: Sitting, stage: Stage, browser: str, now: int, *, factor: bool) -> str:
    """The next stage of a session, or a factor shown anew, under a new id; the old one opens nothing any more."""
    end(connection, sitting.id_hash, Ended.REPLACED, now)
    return begin(connection, sitting.staff_id, stage, browser, now, now if factor else sitting.factor_at)


def find(connection: Connection, session_id: str, now: int) -> Sitting | None:
    """Who sits there, where the session is still good."""
    rows = connection.execute(
        select(
            console_sessions,
            logins.c.sign_in_name,
            logins.c.language,
            staff.c.name,
            staff.c.role,
            staff.c.clinic_id,
            clinics.c.name.label("clinic"),
            clinics.c.zone,
        )
        .select_from(_joined())
        .where(console_sessions.c.id_hash == token_hash(session_id), *_open(now))
    )
    row = rows.mappings().one_or_none()
    if row is None:
        return None
    fields: dict[str, Any] = {name: row[name] for name in Sitting.__annotations__}
    return Sitting(**fields | {"stage": Stage(row["stage"]), "role": Role(row["role"])})


def seen(connection: Connection, sitting: Sitting, now: int) -> None:
    """Somebody is still there."""
    connection.execute(
        update(console_sessions).where(console_sessions.c.id_hash == sitting.id_hash).values(seen_at=now)
    )


def end(connection: Connection, id_hash: str, why: Ended, now: int) -> None:
    """This session is over."""
    still = (console_sessions.c.id_hash == id_hash, console_sessions.c.ended_at.is_(None))
    connection.execute(update(console_sessions).where(*still).values(ended_at=now, ended_why=why.value))


def end_all(connection: Connection, staff_id: int, why: Ended, now: int, *, but: str = "") -> int:
    """All sessions of a person are over, except the one with the hash `but`; returns how many."""
    still = (
        console_sessions.c.staff_id == staff_id,
        console_sessions.c.ended_at.is_(None),
        console_sessions.c.id_hash != but,
    )
    return connection.execute(
        update(console_sessions).where(*still).values(ended_at=now, ended_why=why.value)
    ).rowcount


def open_sessions(connection: Connection, clinic_id: int, now: int, staff_id: int | None = None) -> Sequence[Listed]:
    """The sessions of a clinic (or of one person there) that are open now, the latest used first."""
    mine = [staff.c.clinic_id == clinic_id, console_sessions.c.stage == Stage.FULL.value, *_open(now)]
    if staff_id is not None:
        mine.append(staff.c.id == staff_id)
    rows = connection.execute(
        select(console_sessions, staff.c.name)
        .select_from(_joined())
        .where(and_(*mine))
        .order_by(console_sessions.c.seen_at.desc())
    )
    return [Listed(**{name: row[name] for name in Listed.__annotations__}) for row in rows.mappings()]


def leave_notice(connection: Connection, id_hash: str, notice: str) -> None:
    """Tell this on the next page; empty once it has been told."""
    connection.execute(update(console_sessions).where(console_sessions.c.id_hash == id_hash).values(notice=notice))


def _open(now: int) -> tuple[Any, ...]:
    half_open = console_sessions.c.stage != Stage.FULL.value
    return (
        console_sessions.c.ended_at.is_(None),
        console_sessions.c.seen_at > now - IDLE,
        console_sessions.c.created_at > now - LONGEST,
        ~half_open | (console_sessions.c.created_at > now - HALF_OPEN),
        staff.c.disabled_at.is_(None),
    )


def _joined() -> Any:
    return (
        console_sessions.join(staff, staff.c.id == console_sessions.c.staff_id)
        .join(logins, logins.c.staff_id == staff.c.id)
        .join(clinics, clinics.c.id == staff.c.clinic_id)
    )
