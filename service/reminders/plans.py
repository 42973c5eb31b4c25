"""Plans of a clinic: how long before a visit people are reminded, or every how many months where none is set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, false, func, insert, select, update

from service.reminders import audit
from service.reminders.rules.schedule import Before
from service.reminders.second_person import approve_once, standing
from service.reminders.waiting import cancel_matching
from service.storage.reminder_tables import deliveries, plans

BEFORE_A_VISIT = {"7 days": Before(days=7), "1 day": Before(days=1), "2 hours": Before(hours=2)}
# For whom no visit is set: again and again after so many months.
EVERY_MONTHS = {f"every {months} months": months for months in (2, 3, 4, 6, 12)}
KINDS = (*BEFORE_A_VISIT, *EVERY_MONTHS)


def add_plan(
    connection: Connection, clinic_id: int, kind: str, who: str, now: int, channels: str = "text,call"
) -> int:
    """A plan of one of KINDS, such as `1 day` (before a visit), which nobody has approved yet; returns its id."""
    template = "follow_up" if kind in EVERY_MONTHS else "visit"
    values = {"clinic_id": clinic_id, "kind": kind, "template_kind": template, "channels": channels}
    plan_id: int = connection.execute(
        insert(plans).values(**values, first_by=who, first_at=now).returning(plans.c.id)
    ).scalar_one()
    audit.note(connection, clinic_id, who, "plan made", f"plan {plan_id}", now)
    return plan_id


def approve_plan(connection: Connection, clinic_id: int, plan_id: int, who: str, now: int) -> None:
    """The second person says yes to a plan. Raises Refused."""
    approve_once(connection, clinic_id, plans, plan_id, "plan", who, now)


def retire_plan(connection: Connection, clinic_id: int, plan_id: int, who: str, now: int) -> int:
    """Stop a plan: what it planned and still waits is cancelled, what is under way at this moment goes out. One
    person is enough, for less is sent by it. Returns how many messages that stopped. Raises Refused."""
    kind = standing(connection, clinic_id, plans, plan_id, "plan")["kind"]
    mine = (plans.c.clinic_id == clinic_id, plans.c.id == plan_id)
    connection.execute(update(plans).where(*mine).values(retired_at=now))
    stopped = cancel_matching(connection, clinic_id, planned_by(kind), "held.plan_retired", now)
    audit.note(connection, clinic_id, who, "plan retired", f"plan {plan_id}, {stopped} messages", now)
    return stopped


def planned_by(kind: str) -> ColumnElement[bool]:
    """The deliveries that a plan of this kind made: what they are about stands in their key."""
    if kind in BEFORE_A_VISIT:
        return deliveries.c.dedupe.like(f"v%:{BEFORE_A_VISIT[kind].name}")
    return deliveries.c.dedupe.like(f"f%:{EVERY_MONTHS[kind]}m") if kind in EVERY_MONTHS else false()


@dataclass(frozen=True)
class FollowUpPlan:
    """A plan for those who have no visit set; `channels` in the order in which they are tried."""

    id: int
    months: int
    channels: Sequence[str]


def follow_up_plan(connection: Connection, clinic_id: int) -> FollowUpPlan | None:
    """The plan by which the clinic asks those who have no visit set: the one with the fewest months; None without."""
    rows = connection.execute(
        select(plans.c.id, plans.c.kind, plans.c.channels)
        .where(plans.c.clinic_id == clinic_id, plans.c.retired_at.is_(None), plans.c.kind.in_(EVERY_MONTHS))
        .order_by(plans.c.id)
    )
    found = [FollowUpPlan(row.id, EVERY_MONTHS[row.kind], row.channels.split(",")) for row in rows]
    return min(found, key=lambda plan: plan.months, default=None)


def before_visits(connection: Connection, clinic_id: int) -> tuple[Before, ...]:
    """How long before a visit the clinic reminds, by its plans in use."""
    kinds = connection.execute(
        select(plans.c.kind).where(plans.c.clinic_id == clinic_id, plans.c.retired_at.is_(None))
    ).scalars()
    return tuple(BEFORE_A_VISIT[kind] for kind in kinds if kind in BEFORE_A_VISIT)


def leading_plan(connection: Connection, clinic_id: int) -> tuple[int | None, Sequence[str]]:
    """The plan whose channels the reminders of visits take, the one with most of them, and these, in the order in
    which they are tried."""
    found = connection.execute(
        select(plans.c.id, plans.c.channels)
        .where(plans.c.clinic_id == clinic_id, plans.c.retired_at.is_(None), plans.c.kind.in_(BEFORE_A_VISIT))
        .order_by(func.length(plans.c.channels).desc(), plans.c.id)
    ).first()
    return (found.id, found.channels.split(",")) if found else (None, ["text"])
