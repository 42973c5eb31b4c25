"""Appointments: one day of visits as patients will come, and those that wait for somebody's decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, and_, func, or_, select

from service.reminders import why
from service.reminders.clinics import sites_of
from service.reminders.visits import Decision, VisitState, decide
from service.storage import reminder_tables
from service.storage.reminder_tables import deliveries, patients
from service.web.console.console import Console
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

KEPT = reminder_tables.visits
ON_A_PAGE = 50
# Held ones stand above every day; so many fit, the others come up as these are settled.
HELD_SHOWN = 20


@dataclass(frozen=True)
class Coming:
    """A visit in the list. `site` is its name and zone; `reminder` the state of the last message about it, with its
    reason in words."""

    id: int
    patient_id: int
    name: str
    starts_at: int
    site: tuple[str, str]
    state: str
    confirmed: bool
    reminder: str
    told: str


def add(console: Console) -> None:
    """The list by day, and the decision about a visit that a file no longer names."""

    @console.page("/visits", Permission.SEE_VISITS)
    def visits(seat: Seat) -> ResponseReturnValue:
        day = _day(request.args.get("day", ""), seat.dates.today + timedelta(days=1))
        with seat.read() as connection:
            rows = _of_day(connection, seat, day)
            held = _held(connection, seat)
            counts = _counts(connection, seat, day)
            anything = bool(rows) or _anything(connection, seat)
        shown, more = rows[:ON_A_PAGE], len(rows) > ON_A_PAGE
        seat.note_shown([one.patient_id for one in (*shown, *held)])
        return seat.show(
            "visits.html",
            day=day,
            today=seat.dates.today,
            shown=shown,
            after=f"{shown[-1].starts_at}.{shown[-1].id}" if more else "",
            first=not request.args.get("after"),
            held=held,
            counts=counts,
            anything=anything,
            yesterday=(day - timedelta(days=1)).isoformat(),
            tomorrow=(day + timedelta(days=1)).isoformat(),
        )

    @console.page("/visits/<int:visit_id>/decide", Permission.CHANGE_VISITS, methods=("POST",))
    def decide_visit(seat: Seat, visit_id: int) -> ResponseReturnValue:
        decision = {"keep": Decision.KEEP, "cancelled": Decision.CANCELLED}.get(request.form.get("decision", ""))
        with seat.write() as connection:
            mine = select(KEPT.c.local_day).where(KEPT.c.clinic_id == seat.clinic_id, KEPT.c.id == visit_id)
            day = connection.execute(mine).scalar_one_or_none() or abort(404)
            if decision is None:
                abort(400)
            count = decide(connection, seat.clinic_id, visit_id, decision, seat.name, seat.now)
        return seat.back("visits", f"appointments.decided_{decision.value}", {"count": str(count)}, day=day)


def _day(asked: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(asked)
    except ValueError:
        return otherwise


def _of_day(connection: Connection, seat: Seat, day: date) -> list[Coming]:
    """One page of a day and one row more, in the order of their times."""
    start, _, last = request.args.get("after", "").partition(".")
    more = []
    if start.isdecimal() and last.isdecimal() and len(start + last) < 30:
        more = [or_(KEPT.c.starts_at > int(start), and_(KEPT.c.starts_at == int(start), KEPT.c.id > int(last)))]
    return _read(connection, seat, (KEPT.c.local_day == day.isoformat(), *more), ON_A_PAGE + 1)


def _held(connection: Connection, seat: Seat) -> list[Coming]:
    waiting = (KEPT.c.state == VisitState.HELD.value, KEPT.c.starts_at > seat.now - 86400)
    return _read(connection, seat, waiting, HELD_SHOWN)


def _read(connection: Connection, seat: Seat, where: Sequence[Any], most: int) -> list[Coming]:
    of_patient = and_(patients.c.clinic_id == KEPT.c.clinic_id, patients.c.id == KEPT.c.patient_id)
    rows = connection.execute(
        select(KEPT, patients.c.name_sealed)
        .join(patients, of_patient)
        .where(KEPT.c.clinic_id == seat.clinic_id, *where)
        .order_by(KEPT.c.starts_at, KEPT.c.id)
        .limit(most)
    )
    found = rows.mappings().all()
    sites = {site.id: (site.short_name, site.zone) for site in sites_of(connection, seat.clinic_id)}
    reminders = _reminders(connection, seat.clinic_id, [row["id"] for row in found])
    return [_coming(seat, row, sites, reminders) for row in found]


def _coming(seat: Seat, row: Any, sites: dict[int, tuple[str, str]], reminders: dict[int, tuple[str, str]]) -> Coming:
    state, reason = reminders.get(row["id"], ("", ""))
    return Coming(
        id=row["id"],
        patient_id=row["patient_id"],
        name=seat.patient_name(row["patient_id"], row["name_sealed"]),
        starts_at=row["starts_at"],
        site=sites.get(row["site_id"], ("", "")),
        state=row["state"],
        confirmed=row["confirmed_at"] is not None,
        reminder=state,
        told=why.told(reason, seat.language),
    )


def _reminders(connection: Connection, clinic_id: int, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """State and reason of the newest message about each visit."""
    about = (deliveries.c.clinic_id == clinic_id, deliveries.c.visit_id.in_(ids))
    newest = select(func.max(deliveries.c.id)).where(*about).group_by(deliveries.c.visit_id)
    rows = connection.execute(
        select(deliveries.c.visit_id, deliveries.c.state, deliveries.c.reason).where(
            deliveries.c.clinic_id == clinic_id, deliveries.c.id.in_(newest)
        )
    )
    return {row.visit_id: (row.state, row.reason) for row in rows}


def _counts(connection: Connection, seat: Seat, day: date) -> dict[str, int]:
    mine = (KEPT.c.clinic_id == seat.clinic_id, KEPT.c.local_day == day.isoformat())
    booked = KEPT.c.state == VisitState.BOOKED.value
    row = connection.execute(
        select(
            func.count().filter(booked).label("booked"),
            func.count().filter(booked, KEPT.c.confirmed_at.is_not(None)).label("confirmed"),
            func.count().filter(KEPT.c.state == VisitState.CANCELLED.value).label("cancelled"),
        ).where(*mine)
    )
    return dict(row.mappings().one())


def _anything(connection: Connection, seat: Seat) -> bool:
    """Has the clinic any visit at all?"""
    return (
        connection.execute(select(KEPT.c.id).where(KEPT.c.clinic_id == seat.clinic_id).limit(1)).first() is not None
    )
