"""Deliveries that still wait: cancelled, held or let go when the people or visits behind them change."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import Column, ColumnElement, Connection, func, select, update

from service.reminders.stored import CANCELLED, HELD, QUEUED
from service.storage.reminder_tables import deliveries

Value = TypeVar("Value")

# What a worker has claimed is not touched here: it looks again at the person and the visit before it sends.
WAITING = (QUEUED, HELD)


def cancel_of_patient(connection: Connection, clinic_id: int, patient_id: int, reason: str, now: int) -> int:
    """Cancel all that waits for one patient; returns how many."""
    return _cancel(connection, clinic_id, deliveries.c.patient_id, [patient_id], reason, now)


def cancel_of_contacts(
    connection: Connection, clinic_id: int, contact_ids: Collection[int], reason: str, now: int
) -> int:
    """Cancel all that waits for these phones; returns how many."""
    return _cancel(connection, clinic_id, deliveries.c.contact_id, contact_ids, reason, now)


def cancel_of_visits(
    connection: Connection, clinic_id: int, visit_ids: Collection[int], reason: str, now: int
) -> int:
    """Cancel what waits about any of these visits; a message about several visits of a day goes too, to be planned
    anew with what still stands."""
    ids = _about(connection, clinic_id, visit_ids, WAITING)
    return _cancel(connection, clinic_id, deliveries.c.id, ids, reason, now)


def cancel_matching(connection: Connection, clinic_id: int, which: ColumnElement[bool], reason: str, now: int) -> int:
    """Cancel all that waits and for which `which` holds; returns how many."""
    mine = (deliveries.c.clinic_id == clinic_id, deliveries.c.state.in_(WAITING), which)
    values = {"state": CANCELLED, "reason": reason, "final_at": now}
    return connection.execute(update(deliveries).where(*mine).values(values)).rowcount


def count_waiting(connection: Connection, clinic_id: int, which: ColumnElement[bool]) -> int:
    """How many deliveries wait for which `which` holds."""
    mine = (deliveries.c.clinic_id == clinic_id, deliveries.c.state.in_(WAITING), which)
    return int(connection.execute(select(func.count()).where(*mine)).scalar_one())


def hold_of_visits(connection: Connection, clinic_id: int, visit_ids: Collection[int], reason: str) -> int:
    """Hold what is queued about these visits until somebody decides; returns how many."""
    ids = _about(connection, clinic_id, visit_ids, (QUEUED,))
    return _change(connection, clinic_id, deliveries.c.id, ids, (QUEUED,), {"state": HELD, "reason": reason})


def release_of_visits(connection: Connection, clinic_id: int, visit_ids: Collection[int], reason: str) -> int:
    """Queue again what was held about these visits for `reason`; what was held for another reason stays held."""
    ids = _about(connection, clinic_id, visit_ids, (HELD,), reason)
    return _change(connection, clinic_id, deliveries.c.id, ids, (HELD,), {"state": QUEUED, "reason": ""})


def batches(values: Iterable[Value], most: int = 500) -> Iterator[list[Value]]:
    """`values` in lists of at most `most`: a statement takes some thousand of them, not a hundred thousand."""
    rest = iter(values)
    while batch := list(islice(rest, most)):
        yield batch


def _cancel(
    connection: Connection, clinic_id: int, column: Column[int], ids: Collection[int], reason: str, now: int
) -> int:
    values = {"state": CANCELLED, "reason": reason, "final_at": now}
    return _change(connection, clinic_id, column, ids, WAITING, values)


def _change(
    connection: Connection,
    clinic_id: int,
    column: Column[int],
    ids: Collection[int],
    states: Collection[str],
    values: dict[str, object],
) -> int:
    mine = (deliveries.c.clinic_id == clinic_id) & deliveries.c.state.in_(states)
    return sum(
        connection.execute(update(deliveries).where(mine, column.in_(batch)).values(values)).rowcount
        for batch in batches(ids)
    )


def _about(
    connection: Connection, clinic_id: int, visit_ids: Collection[int], states: Collection[str], reason: str = ""
) -> list[int]:
    """The ids of waiting deliveries that name one of the visits, alone or among others of the day or week."""
    wanted = set(visit_ids)
    if not wanted:
        return []
    waiting = select(deliveries.c.id, deliveries.c.visit_id, deliveries.c.visits).where(
        deliveries.c.clinic_id == clinic_id, deliveries.c.state.in_(states)
    )
    rows = connection.execute(waiting.where(deliveries.c.reason == reason) if reason else waiting)
    return [row.id for row in rows if row.visit_id in wanted or wanted.intersection(json.loads(row.visits))]
