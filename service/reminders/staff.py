"""Staff: who acts for a clinic, when a second person is needed, and what happens when somebody leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from service.reminders import audit
from service.reminders.refused import Refused
from service.storage.reminder_tables import broadcasts, plans, staff, tasks, templates

ROLES = ("desk", "nurse", "administrator")


@dataclass(frozen=True)
class Member:
    """Somebody who works for a clinic."""

    id: int
    name: str
    role: str


@dataclass(frozen=True)
class HandedOver:
    """What went from the person who leaves to another: open tasks, and approvals that had only their word."""

    tasks: int
    approvals: Mapping[str, int]
    administrators_left: int


def add_staff(connection: Connection, clinic_id: int, name: str, role: str, who: str, now: int) -> int:
    """Somebody new; returns their id. Raises Refused for a strange role or a name that is taken."""
    name = " ".join(name.split())
    if role not in ROLES or not name:
        raise Refused("staff.incomplete", roles=", ".join(ROLES))
    same = select(staff.c.id).where(staff.c.clinic_id == clinic_id, func.lower(staff.c.name) == name.lower())
    if connection.execute(same).first():
        raise Refused("staff.taken", name=name)
    values = {"clinic_id": clinic_id, "name": name, "role": role, "created_at": now}
    member_id: int = connection.execute(insert(staff).values(values).returning(staff.c.id)).scalar_one()
    audit.note(connection, clinic_id, who or name, "staff added", f"staff {member_id}", now)
    return member_id


def staff_of(connection: Connection, clinic_id: int) -> list[Member]:
    """Everybody who may act for a clinic now."""
    active = (staff.c.clinic_id == clinic_id, staff.c.disabled_at.is_(None))
    rows = connection.execute(select(staff).where(*active).order_by(staff.c.name)).mappings()
    return [_member(row) for row in rows]


def find_staff(connection: Connection, clinic_id: int, name: str) -> Member:
    """The person who acts, by name. Raises Refused where the clinic has no such person (any more)."""
    for member in staff_of(connection, clinic_id):
        if member.name.casefold() == " ".join(name.split()).casefold():
            return member
    raise Refused("staff.unknown", name=name) if name else Refused("staff.nobody")


def need_second(first: str, second: str) -> None:
    """Some things take two people. Raises Refused where both are one."""
    if first.casefold() == second.casefold():
        raise Refused("staff.second", name=first)


def hand_over(connection: Connection, clinic_id: int, name: str, to: str, who: str, now: int) -> HandedOver:
    """Somebody leaves: they can act no more, their open tasks go to `to`, and what had only their approval waits for
    another's. Raises Refused where no administrator would be left."""
    leaving, heir = find_staff(connection, clinic_id, name), find_staff(connection, clinic_id, to)
    if leaving.id == heir.id:
        raise Refused("staff.heir")
    administrators = [m for m in staff_of(connection, clinic_id) if m.role == "administrator" and m.id != leaving.id]
    if leaving.role == "administrator" and not administrators:
        raise Refused("staff.last_administrator", name=leaving.name)
    theirs = (tasks.c.clinic_id == clinic_id, tasks.c.taken_by == leaving.name, tasks.c.closed_at.is_(None))
    handed = HandedOver(
        tasks=connection.execute(update(tasks).where(*theirs).values(taken_by=heir.name)).rowcount,
        approvals=_withdraw_halves(connection, clinic_id, leaving.name),
        administrators_left=len(administrators),
    )
    mine = (staff.c.clinic_id == clinic_id, staff.c.id == leaving.id)
    connection.execute(update(staff).where(*mine).values(disabled_at=now))
    audit.note(connection, clinic_id, who, "staff handed over", f"staff {leaving.id} to staff {heir.id}", now)
    return handed


def _withdraw_halves(connection: Connection, clinic_id: int, name: str) -> dict[str, int]:
    """First approvals of somebody who left, still without a second, are withdrawn; drafts go on without a maker."""
    halves = {}
    for table, label in ((templates, "templates"), (plans, "plans")):
        half = (table.c.clinic_id == clinic_id, table.c.first_by == name, table.c.approved_at.is_(None))
        halves[label] = connection.execute(update(table).where(*half).values(first_by="", first_at=None)).rowcount
    waiting = (
        broadcasts.c.clinic_id == clinic_id,
        broadcasts.c.made_by == name,
        broadcasts.c.state.in_(("draft", "waiting")),
    )
    halves["broadcasts"] = connection.execute(update(broadcasts).where(*waiting).values(state="draft")).rowcount
    return halves


def _member(row: Any) -> Member:
    return Member(row["id"], row["name"], row["role"])
