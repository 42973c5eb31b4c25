"""Visits from a file: new, moved, cancelled, booked again, and those that the file no longer names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from service.reminders.changes import tell_changes
from service.reminders.imports.bookings import Booking
from service.reminders.imports.cells import Status
from service.reminders.imports.finding import bad, note, told
from service.reminders.imports.patients import Known, find_people, keep_people
from service.reminders.imports.tally import Tally
from service.reminders.privacy import Privacy
from service.reminders.visits import CANCELLED_REASON, DEATH_TOLD, MOVED_REASON, NO_LONGER_LISTED, VisitState
from service.reminders.waiting import batches, cancel_of_visits, hold_of_visits, release_of_visits
from service.storage.reminder_tables import visits

STATES = {
    Status.BOOKED: VisitState.BOOKED,
    Status.DONE: VisitState.DONE,
    Status.NO_SHOW: VisitState.NO_SHOW,
    Status.CANCELLED: VisitState.CANCELLED,
    Status.DIED: VisitState.CANCELLED,
    Status.LEFT: VisitState.CANCELLED,
}


@dataclass
class Changes:
    """Visits whose waiting messages must follow, by what happened."""

    moved: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    listed_again: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Covered:
    """What a list speaks for: days (both included), and sites (None stands for visits without one). What it leaves
    out there is no longer listed, but for the `spared`: unread rows, by visit key or patient number."""

    first_day: str
    last_day: str
    sites: frozenset[int | None]
    spared_visits: frozenset[str] = frozenset()
    spared_patients: frozenset[str] = frozenset()


def keep_visits(
    connection: Connection,
    privacy: Privacy,
    clinic_id: int,
    file_id: int,
    bookings: Sequence[Booking],
    who: str,
    now: int,
    tally: Tally,
    changes: Changes,
) -> None:
    """Keep a batch of visits, with the patients whom the list introduces."""
    known = _patients(connection, privacy, clinic_id, bookings, who, now, tally)
    wanted: dict[str, Booking] = {}
    for booking in bookings:
        patient = known.get(booking.person.ref)
        if patient is None:
            tally.say([bad(booking.line, told("row.unknown_patient"))])
        elif patient.state != "erased":
            key = privacy.ref(clinic_id, booking.key)
            if key in wanted:
                tally.say([note(booking.line, told("row.same_visit", line=wanted[key].line))])
            wanted[key] = booking if patient.state == "active" else replace(booking, status=Status.CANCELLED)
    rows = connection.execute(
        select(visits).where(visits.c.clinic_id == clinic_id, visits.c.ref.in_(list(wanted)))
    ).mappings()
    standing = {row["ref"]: row for row in rows}
    fresh, changed, seen = [], [], []
    for key, booking in wanted.items():
        row = standing.get(key)
        values = _values(booking, known[booking.person.ref].id, file_id, now)
        if row and row["held_why"] == DEATH_TOLD and values["state"] == VisitState.BOOKED.value:
            # A list says where a visit stands, not whether its patient lives: staff decide.
            values |= {"state": VisitState.HELD.value, "held_why": DEATH_TOLD}
        if row is None:
            if booking.status is Status.BOOKED:
                fresh.append({"clinic_id": clinic_id, "ref": key, **values})
            elif booking.status is Status.CANCELLED:
                tally.counts["cancelled before we knew them"] += 1
        elif _note_change(row, values, tally, changes):
            confirmed = None if row["starts_at"] != values["starts_at"] else row["confirmed_at"]
            changed.append(
                {"row_id": row["id"], "new_confirmed_at": confirmed} | {f"new_{k}": v for k, v in values.items()}
            )
        else:
            seen.append(row["id"])
    _write(connection, clinic_id, file_id, fresh, changed, seen)
    tally.counts["new visits"] += len(fresh)
    tally.counts["unchanged visits"] += len(seen)


def follow(connection: Connection, clinic_id: int, changes: Changes, who: str, now: int) -> int:
    """Let waiting messages follow what happened to their visits, and tell whoever was told otherwise; returns how
    many were cancelled."""
    release_of_visits(connection, clinic_id, changes.listed_again, NO_LONGER_LISTED)
    moved = cancel_of_visits(connection, clinic_id, changes.moved, MOVED_REASON, now)
    cancelled = cancel_of_visits(connection, clinic_id, changes.cancelled, CANCELLED_REASON, now)
    tell_changes(connection, clinic_id, [*changes.moved, *changes.cancelled], who, now)
    return moved + cancelled


def hold_unlisted(
    connection: Connection, privacy: Privacy, clinic_id: int, file_id: int, covered: Covered, now: int
) -> list[int]:
    """Hold the visits ahead that the list should name and does not, with what waits about them, until somebody
    decides. Returns their ids."""
    rows = connection.execute(
        select(visits.c.id, visits.c.ref, visits.c.site_id, visits.c.patient_id).where(
            visits.c.clinic_id == clinic_id,
            visits.c.local_day.between(covered.first_day, covered.last_day),
            visits.c.state == VisitState.BOOKED.value,
            visits.c.starts_at > now,
            visits.c.file_id.is_distinct_from(file_id),
        )
    ).all()
    spared = {privacy.ref(clinic_id, key) for key in covered.spared_visits}
    spared_patients = {
        found.id
        for batch in batches(covered.spared_patients)
        for found in find_people(connection, privacy, clinic_id, batch).values()
    }
    ids = [
        row.id
        for row in rows
        if row.site_id in covered.sites and row.ref not in spared and row.patient_id not in spared_patients
    ]
    for batch in batches(ids):
        mine = (visits.c.clinic_id == clinic_id, visits.c.id.in_(batch))
        values = {"state": VisitState.HELD.value, "held_why": NO_LONGER_LISTED, "changed_at": now}
        connection.execute(update(visits).where(*mine).values(values))
    hold_of_visits(connection, clinic_id, ids, NO_LONGER_LISTED)
    return ids


def _patients(
    connection: Connection,
    privacy: Privacy,
    clinic_id: int,
    bookings: Sequence[Booking],
    who: str,
    now: int,
    tally: Tally,
) -> dict[str, Known]:
    # Of a visit's status only a death is about the person.
    people = [
        booking.person if booking.status is Status.DIED else replace(booking.person, status=Status.BOOKED)
        for booking in bookings
    ]
    if any(booking.introduces for booking in bookings):
        return keep_people(connection, privacy, clinic_id, people, who, now, tally)
    known = find_people(connection, privacy, clinic_id, {person.ref for person in people})
    met = [person for person in people if person.ref in known]
    return keep_people(connection, privacy, clinic_id, met, who, now, tally)


def _values(booking: Booking, patient_id: int, file_id: int, now: int) -> dict[str, Any]:
    return {
        "patient_id": patient_id,
        "site_id": booking.site_id,
        "starts_at": booking.starts_at,
        "local_day": booking.local_day,
        "state": STATES[booking.status].value,
        "held_why": "",
        "file_id": file_id,
        "changed_at": now,
    }


def _note_change(row: Any, values: dict[str, Any], tally: Tally, changes: Changes) -> bool:
    """Did the visit change? What happened is counted."""
    old, new = row["state"], values["state"]
    elsewhere = any(row[name] != values[name] for name in ("starts_at", "site_id", "patient_id"))
    if old == new and not elsewhere:
        return False
    if new == VisitState.CANCELLED.value:
        if old != new:
            tally.counts["cancelled visits"] += 1
        changes.cancelled.append(row["id"])
    elif elsewhere:
        tally.counts["moved visits"] += 1
        changes.moved.append(row["id"])
    elif old == VisitState.HELD.value:
        tally.counts["listed again"] += 1
        changes.listed_again.append(row["id"])
    elif new == VisitState.BOOKED.value:
        tally.counts["booked again"] += 1
    else:
        tally.counts["visits that are over"] += 1
        changes.cancelled.append(row["id"])
    return True


def _write(
    connection: Connection,
    clinic_id: int,
    file_id: int,
    fresh: Sequence[dict[str, Any]],
    changed: Sequence[dict[str, Any]],
    seen: Collection[int],
) -> None:
    if fresh:
        connection.execute(insert(visits), fresh)
    mine = update(visits).where(visits.c.clinic_id == clinic_id)
    if changed:
        names = [name.removeprefix("new_") for name in changed[0] if name.startswith("new_")]
        one = mine.where(visits.c.id == bindparam("row_id"))
        connection.execute(one.values({name: bindparam(f"new_{name}") for name in names}), changed)
    if seen:
        connection.execute(mine.where(visits.c.id.in_(seen)).values(file_id=file_id))
