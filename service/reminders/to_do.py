"""Things for staff to do, each opened once, and alerts for whoever runs the installation, once an hour."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.reminder_tables import tasks
from service.storage.worker_tables import alerts

PHONE_THEM = "phone them"
CHECK_NUMBER = "check this number"
DECIDE_UNKNOWN = "was it sent?"
OUT_OF_REACH = "out of reach"


def open_task(
    connection: Connection,
    clinic_id: int,
    kind: str,
    now: int,
    *,
    contact_id: int | None = None,
    patient_id: int | None = None,
    visit_id: int | None = None,
    due_at: int | None = None,
    reply_id: int | None = None,
) -> int | None:
    """Open a task, unless the same one about the same phone and visit is open already. Returns by when it is due:
    the earlier one's time where that stands."""
    about = {"contact_id": contact_id, "patient_id": patient_id, "visit_id": visit_id}
    same = (
        select(tasks.c.due_at)
        .where(tasks.c.clinic_id == clinic_id, tasks.c.kind == kind, tasks.c.closed_at.is_(None))
        .where(*(tasks.c[name].is_not_distinct_from(value) for name, value in about.items()))
    )
    open_already = connection.execute(same.limit(1)).first()
    if open_already:
        due: int | None = open_already.due_at
        return due
    values = {"clinic_id": clinic_id, "kind": kind, "opened_at": now, "due_at": due_at, "reply_id": reply_id, **about}
    connection.execute(insert(tasks).values(values))
    return due_at


def alert(connection: Connection, clinic_id: int, name: str, about: str, now: int) -> None:
    """Tell whoever runs the installation about `name` (an error code, a halted sender), once an hour and counted."""
    kind = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {"name": name[:80], "hour": now // 3600, "clinic_id": clinic_id, "about": about[:300], "at": now}
    once = kind(alerts).values(row)
    connection.execute(
        once.on_conflict_do_update(index_elements=["name", "hour"], set_={"times": alerts.c.times + 1})
    )
