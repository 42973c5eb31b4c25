"""Four eyes: what one person made, another one approves, once; either may be taken out of use."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, select, update

from service.reminders import audit
from service.reminders.refused import Refused
from service.storage.reminder_tables import clinics


def approve_once(
    connection: Connection, clinic_id: int, table: Table, row_id: int, what: str, who: str, now: int
) -> None:
    """The second person says yes to a row of `table`, a `what` (template, plan). Raises Refused where the clinic
    lacks it, where it was approved or retired, and where the first person asks."""
    row = standing(connection, clinic_id, table, row_id, what)
    if row["approved_at"]:
        raise Refused("plan.approved" if what == "plan" else "template.approved")
    if row["first_by"] == who and not alone(connection, clinic_id, who):
        raise Refused("plan.own" if what == "plan" else "template.own", name=who)
    mine = (table.c.clinic_id == clinic_id, table.c.id == row_id)
    connection.execute(update(table).where(*mine).values(approved_by=who, approved_at=now))
    audit.note(connection, clinic_id, who, f"{what} approved", f"{what} {row_id}", now)


def standing(connection: Connection, clinic_id: int, table: Table, row_id: int, what: str) -> Any:
    """A row of `table` that is in use or waits for it. Raises Refused where the clinic lacks it or retired it."""
    mine = (table.c.clinic_id == clinic_id, table.c.id == row_id)
    row = connection.execute(select(table).where(*mine)).mappings().one_or_none()
    if row is None:
        raise Refused("plan.unknown" if what == "plan" else "template.unknown")
    if row["retired_at"]:
        raise Refused("plan.retired" if what == "plan" else "template.retired")
    return row


def alone(connection: Connection, clinic_id: int, who: str) -> bool:
    """May this person approve what they made? Only the outside approver of a clinic with one person."""
    outside = select(clinics.c.outside_approver).where(clinics.c.id == clinic_id)
    return bool(who) and connection.execute(outside).scalar_one() == who
