"""Runs: the messages that were planned together, and go, wait, pause or end together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from service.reminders import stored
from service.storage.reminder_tables import broadcasts, deliveries


@dataclass(frozen=True)
class Run:
    """A run that was planned: its id, how many deliveries it has, and how many of them do not go."""

    id: int
    count: int
    held: int


def new_run(connection: Connection, clinic_id: int, kind: str, name: str, who: str, now: int, **more: Any) -> int:
    """An empty draft; returns its id. `kind` is daily, follow_up, change, broadcast, closing or answer."""
    values = {"clinic_id": clinic_id, "kind": kind, "name": name, "made_by": who, "made_at": now, "state": "draft"}
    run: int = connection.execute(insert(broadcasts).values(**values, **more).returning(broadcasts.c.id)).scalar_one()
    return run


def counted(connection: Connection, clinic_id: int, run: int) -> Run | None:
    """The run with its counts; None, and the run is taken away again, where it has no delivery."""
    mine = (deliveries.c.clinic_id == clinic_id, deliveries.c.broadcast_id == run)
    count, going = connection.execute(
        select(func.count(), func.count().filter(deliveries.c.state == stored.QUEUED)).where(*mine)
    ).one()
    if not count:
        connection.execute(broadcasts.delete().where(broadcasts.c.clinic_id == clinic_id, broadcasts.c.id == run))
        return None
    return Run(run, count, count - going)
