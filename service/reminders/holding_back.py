"""Holding back: what is due and may not go gets its reason, in words that staff see, and the state that follows."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sqlalchemy import Connection, Update, bindparam, case, or_, select, update

from service.reminders import stored
from service.reminders.claiming import RUNNING
from service.reminders.eligible import delivery_reason, joined, state_for
from service.reminders.leases import has_open_try
from service.reminders.openings import COLUMNS, openings
from service.storage.json_rows import as_json, json_rows
from service.storage.prepared import one_of
from service.storage.reminder_tables import broadcasts, contacts, deliveries, senders


def hold_back(connection: Connection, clinic_id: int, now: int, zones: Collection[str], worker: str = "") -> int:
    """Give everything due that may not go its reason, and the state that follows: held, cancelled or expired.

    With `worker` only what that worker has claimed and not begun. Returns how many."""
    state = stored.CLAIMED if worker else stored.QUEUED
    values = {"clinic": clinic_id, "now": now, "claimer": worker, "wanted_state": state}
    opened = {"open": as_json(openings(zones, now))}
    return connection.execute(_hold_back(connection.dialect.name), values | opened).rowcount


@cache
def _hold_back(dialect: str) -> Update:
    opened = json_rows(dialect, "open", COLUMNS)
    # Where it is night nothing has to be decided yet: only open zones are looked at, and whoever has no zone at all.
    reason = delivery_reason(opened)
    found = (
        select(deliveries.c.id, reason.label("reason"), state_for(reason, stored.QUEUED).label("state"))
        .select_from(joined().outerjoin(opened, opened.c.zones == contacts.c.zones))
        .join(senders, senders.c.id == deliveries.c.sender_id, isouter=True)
        .where(
            deliveries.c.clinic_id == bindparam("clinic"),
            deliveries.c.state == bindparam("wanted_state"),
            deliveries.c.due_at <= bindparam("now"),
            or_(bindparam("claimer") == "", deliveries.c.worker == bindparam("claimer")),
            one_of(broadcasts.c.state, RUNNING),
            ~has_open_try(),
            reason.is_not(None),
        )
        .subquery("found")
    )
    ended = found.c.state.in_((stored.CANCELLED, stored.EXPIRED))
    return (
        update(deliveries)
        .where(deliveries.c.id == found.c.id)
        .values(
            state=found.c.state,
            reason=found.c.reason,
            worker="",
            lease_until=None,
            final_at=case((ended, bindparam("now", type_=deliveries.c.due_at.type)), else_=None),
        )
    )
