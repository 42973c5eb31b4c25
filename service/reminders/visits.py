"""Visits: booked, moved, cancelled, or held because a later list no longer names them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from service.reminders import audit
from service.reminders.changes import tell_changes
from service.reminders.refused import Refused
from service.reminders.waiting import cancel_of_visits, release_of_visits
from service.storage.reminder_tables import contacts, patient_contacts, visits

# Reasons in `held_words.yaml`.
NO_LONGER_LISTED = "held.visit_held"
CANCELLED_REASON = "held.visit_cancelled"
MOVED_REASON = "held.visit_moved"
# Why a visit is held of whose patient somebody told us that they died.
DEATH_TOLD = "a death was told"


class VisitState(StrEnum):
    """Where a visit stands. HELD: nothing is sent about it until somebody decides."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    HELD = "held"
    DONE = "done"
    NO_SHOW = "noshow"


class Decision(StrEnum):
    """What staff say about a visit that is no longer listed."""

    CANCELLED = "cancelled"
    KEEP = "keep"


@dataclass(frozen=True)
class Visit:
    """A visit; `starts_at` in seconds since 1970, `local_day` the date at its site."""

    id: int
    patient_id: int
    site_id: int | None
    starts_at: int
    local_day: str
    state: VisitState
    held_why: str
    confirmed_at: int | None


def held_visits(connection: Connection, clinic_id: int) -> list[Visit]:
    """The visits that wait for a decision, the next one first."""
    mine = (visits.c.clinic_id == clinic_id, visits.c.state == VisitState.HELD.value)
    rows = connection.execute(select(visits).where(*mine).order_by(visits.c.starts_at, visits.c.id))
    return [_visit(row) for row in rows.mappings()]


def visits_of(connection: Connection, clinic_id: int, patient_id: int, after: int = 0) -> list[Visit]:
    """The visits of a patient that begin at `after` or later, the next one first."""
    mine = (visits.c.clinic_id == clinic_id, visits.c.patient_id == patient_id, visits.c.starts_at >= after)
    rows = connection.execute(select(visits).where(*mine).order_by(visits.c.starts_at, visits.c.id))
    return [_visit(row) for row in rows.mappings()]


def decide(connection: Connection, clinic_id: int, visit_id: int, decision: Decision, who: str, now: int) -> int:
    """Settle a held visit: cancelled, with what waits about it, and whoever was told of it is told; or kept, and what
    was held goes on. Returns how many deliveries that concerned. Raises Refused for a visit that waits for no
    decision here."""
    mine = (visits.c.clinic_id == clinic_id, visits.c.id == visit_id, visits.c.state == VisitState.HELD.value)
    held = connection.execute(select(visits.c.patient_id, visits.c.held_why).where(*mine)).one_or_none()
    if held is None:
        raise Refused("visit.not_held")
    state = VisitState.CANCELLED if decision is Decision.CANCELLED else VisitState.BOOKED
    connection.execute(update(visits).where(*mine).values(state=state.value, held_why="", changed_at=now))
    audit.note(connection, clinic_id, who, f"visit {decision.value}", f"visit {visit_id}", now)
    if held.held_why == DEATH_TOLD and decision is Decision.KEEP:
        _end_pause(connection, clinic_id, [held.patient_id])
    if decision is Decision.CANCELLED:
        stopped = cancel_of_visits(connection, clinic_id, [visit_id], CANCELLED_REASON, now)
        if held.held_why != DEATH_TOLD:
            # A family that mourns is not told that a visit will not take place.
            tell_changes(connection, clinic_id, [visit_id], who, now)
        return stopped
    return release_of_visits(connection, clinic_id, [visit_id], NO_LONGER_LISTED)


def death_was_mistaken(
    connection: Connection, clinic_id: int, patient_ids: Collection[int], who: str, now: int
) -> int:
    """Somebody told us of a death, and it was a mistake: what was held for it goes on, visits, messages and phones of
    these patients. Returns how many visits stand again. A death that staff recorded takes two people; see `died`."""
    theirs = (visits.c.clinic_id == clinic_id, visits.c.patient_id.in_(patient_ids), visits.c.held_why == DEATH_TOLD)
    again = update(visits).where(*theirs, visits.c.state == VisitState.HELD.value)
    values = {"state": VisitState.BOOKED.value, "held_why": "", "changed_at": now}
    ids = list(connection.execute(again.values(values).returning(visits.c.id)).scalars())
    release_of_visits(connection, clinic_id, ids, NO_LONGER_LISTED)
    _end_pause(connection, clinic_id, patient_ids)
    about = ", ".join(f"patient {patient_id}" for patient_id in sorted(patient_ids))
    audit.note(connection, clinic_id, who, "told death mistaken", about, now)
    return len(ids)


def _end_pause(connection: Connection, clinic_id: int, patient_ids: Collection[int]) -> None:
    """Let the phones of these patients be reached again."""
    phones = select(patient_contacts.c.contact_id).where(
        patient_contacts.c.clinic_id == clinic_id, patient_contacts.c.patient_id.in_(patient_ids)
    )
    mine = (contacts.c.clinic_id == clinic_id, contacts.c.id.in_(phones))
    connection.execute(update(contacts).where(*mine).values(paused_until=0))


def _visit(row: Any) -> Visit:
    return Visit(
        id=row["id"],
        patient_id=row["patient_id"],
        site_id=row["site_id"],
        starts_at=row["starts_at"],
        local_day=row["local_day"],
        state=VisitState(row["state"]),
        held_why=row["held_why"],
        confirmed_at=row["confirmed_at"],
    )
