"""What a new clinic still has to do before its first reminder, read from what it has set up so far."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select

from service.reminders.clinics import Clinic, Site, clinic, senders_of, sites_of
from service.reminders.staff import staff_of
from service.storage.reminder_tables import audit, plans, templates
from service.web.console.permissions import Role
from service.web.console.seat import Seat

TICKED, UNTICKED, TESTED = "set-up step ticked", "set-up step unticked", "test text sent"
# What only a person can tell: there is no row in any table that says so.
BY_HAND = ("languages", "fallback")
ADMINISTRATORS = 2


class State(StrEnum):
    """LATER: nothing to do in the try-out, or before there is an account."""

    DONE = "done"
    TO_DO = "to_do"
    LATER = "later"


@dataclass(frozen=True)
class Step:
    """One thing to do. `name` is its phrase in `setup.yaml`, `page` the page on which it is done."""

    name: str
    state: State
    page: str

    @property
    def by_hand(self) -> bool:
        """Does a person tick it?"""
        return self.name in BY_HAND


@dataclass(frozen=True)
class Standing:
    """What a clinic has. `ticked` and `tested` come from the audit; `real` is False in the try-out; `unread` counts
    the sentences of the safety set that no clinician has reviewed."""

    clinic: Clinic
    senders: int
    sites: tuple[Site, ...]
    ticked: frozenset[str]
    tested: bool
    templates: frozenset[str]
    plans: int
    administrators: int
    unread: int
    real: bool


def steps(now: Standing) -> tuple[Step, ...]:
    """Every step in the order in which it is best done."""

    def step(name: str, page: str, done: bool, *, later: bool = False) -> Step:
        return Step(name, State.DONE if done else State.LATER if later else State.TO_DO, page)

    complete = [
        site for site in now.sites if site.day_phone and site.night_phone and (site.hours or now.clinic.hours)
    ]
    found = [
        step("sender", "settings" if now.senders else "new_sender", now.senders > 0),
        step(
            "sites", "new_site" if not now.sites else "settings", bool(complete) and len(complete) == len(now.sites)
        ),
        step("languages", "templates", "languages" in now.ticked),
        step("templates", "templates", "visit" in now.templates),
        step("plans", "plans", now.plans > 0),
        step("administrators", "staff", now.administrators >= ADMINISTRATORS),
        step("test", "setup", now.tested),
        step("fallback", "connect", "fallback" in now.ticked, later=not now.real),
        step("safety", "content", now.unread == 0, later=not now.real),
    ]
    if now.clinic.moving:
        found.insert(2, step("optouts", "imports", now.clinic.optouts_loaded_at is not None))
    return tuple(found)


def standing(connection: Connection, seat: Seat) -> Standing:
    """What the clinic of this seat has now."""
    clinic_id = seat.clinic_id
    people = staff_of(connection, clinic_id)
    deeds = audit.c.clinic_id == clinic_id, audit.c.what.in_((TICKED, UNTICKED, TESTED))
    told = connection.execute(select(audit.c.what, audit.c.about).where(*deeds).order_by(audit.c.id)).all()
    ticks = {row.about.removeprefix("step "): row.what for row in told if row.what != TESTED}
    return Standing(
        clinic=clinic(connection, clinic_id),
        senders=len(senders_of(connection, clinic_id)),
        sites=tuple(sites_of(connection, clinic_id)),
        ticked=frozenset(name for name, what in ticks.items() if what == TICKED),
        tested=any(row.what == TESTED for row in told),
        templates=frozenset(connection.execute(_approved(templates, templates.c.kind, clinic_id)).scalars()),
        plans=len(connection.execute(_approved(plans, plans.c.id, clinic_id)).all()),
        administrators=sum(member.role == Role.ADMINISTRATOR.value for member in people),
        unread=len(seat.parts.noticeboard.posted.unread),
        real=not seat.parts.settings.tryout,
    )


def still_to_do(connection: Connection, seat: Seat) -> int:
    """How many steps are left."""
    return sum(step.state is State.TO_DO for step in steps(standing(connection, seat)))


def _approved(kept: Table, column: ColumnElement[Any], clinic_id: int) -> Select[Any]:
    """What two people agreed to and is still used."""
    return select(column).where(
        kept.c.clinic_id == clinic_id, kept.c.approved_at.is_not(None), kept.c.retired_at.is_(None)
    )
