"""Claiming: a worker takes what is due from one number, in one statement, before any other worker can."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Update, and_, bindparam, func, or_, select, update

from service.reminders import stored
from service.reminders.eligible import delivery_reason, joined
from service.reminders.leases import LEASE, has_open_try
from service.reminders.openings import COLUMNS, openings
from service.storage.json_rows import as_json, json_rows
from service.storage.prepared import Prepared, one_of
from service.storage.reminder_tables import broadcasts, contacts, deliveries, senders

# The states of a run in which its messages go.
RUNNING = ("approved", "sending")
# Twilio needs a minute of validity at the least; what has less left is not begun.
SHORTEST_LIFE = 60


@dataclass(frozen=True)
class Claim:
    """Who claims for whom: `worker` is a name of its own for each claim, `now` in seconds since 1970."""

    clinic_id: int
    sender_id: int
    worker: str
    now: int


def senders_due(connection: Connection, now: int) -> list[tuple[int, int]]:
    """(clinic id, sender id) of every sender that has something due and is not halted."""
    found = (
        select(deliveries.c.clinic_id, deliveries.c.sender_id)
        .join(senders, and_(senders.c.id == deliveries.c.sender_id, senders.c.clinic_id == deliveries.c.clinic_id))
        .join(broadcasts, broadcasts.c.id == deliveries.c.broadcast_id)
        .where(deliveries.c.state == stored.QUEUED, deliveries.c.due_at <= now, senders.c.halted_at.is_(None))
        .where(broadcasts.c.state.in_(RUNNING), _rested(now), _undo_over(now))
        .distinct()
        .order_by(deliveries.c.clinic_id, deliveries.c.sender_id)
    )
    return [(clinic_id, sender_id) for clinic_id, sender_id in connection.execute(found)]


def zones_due(connection: Connection, clinic_id: int, now: int) -> list[str]:
    """The zone sets of what is due in a clinic."""
    found = (
        select(contacts.c.zones)
        .join(
            deliveries, and_(deliveries.c.contact_id == contacts.c.id, deliveries.c.clinic_id == contacts.c.clinic_id)
        )
        .where(
            deliveries.c.clinic_id == clinic_id,
            deliveries.c.state.in_((stored.QUEUED, stored.CLAIMED)),
            deliveries.c.due_at <= now,
        )
        .distinct()
    )
    return list(connection.execute(found).scalars())


def claim(connection: Connection, wanted: Claim, zones: Collection[str], most: int) -> list[int]:
    """Take at most `most` deliveries that are due, one per phone, those with the least time left first. `zones` are
    candidates; what is not open now is left. Returns ids."""
    values = {
        "clinic": wanted.clinic_id,
        "sender": wanted.sender_id,
        "claimer": wanted.worker,
        "lease_end": wanted.now + LEASE,
        "now": wanted.now,
        "soonest": wanted.now + SHORTEST_LIFE,
        "most": most,
        "open": as_json(openings(zones, wanted.now)),
    }
    return [row[0] for row in _CLAIM.run(connection, values).fetchall()]


def release(connection: Connection, wanted: Claim, ids: Sequence[int]) -> None:
    """Queue again what was claimed and not begun."""
    mine = (
        deliveries.c.clinic_id == wanted.clinic_id,
        deliveries.c.id.in_(ids),
        deliveries.c.state == stored.CLAIMED,
        deliveries.c.worker == wanted.worker,
        ~has_open_try(),
    )
    connection.execute(update(deliveries).where(*mine).values(state=stored.QUEUED, worker="", lease_until=None))


def _claim(dialect: str) -> Update:
    opened = json_rows(dialect, "open", COLUMNS)
    candidates = (
        select(deliveries.c.id, deliveries.c.contact_id, deliveries.c.not_after)
        .select_from(joined().join(opened, opened.c.zones == contacts.c.zones))
        .join(senders, and_(senders.c.id == deliveries.c.sender_id, senders.c.clinic_id == deliveries.c.clinic_id))
        .where(
            deliveries.c.clinic_id == bindparam("clinic"),
            deliveries.c.sender_id == bindparam("sender"),
            deliveries.c.state == stored.QUEUED,
            deliveries.c.due_at <= bindparam("now"),
            deliveries.c.not_after > bindparam("soonest"),
            _rested(bindparam("now")),
            _undo_over(bindparam("now")),
            one_of(broadcasts.c.state, RUNNING),
            senders.c.halted_at.is_(None),
            _awake(opened),
            delivery_reason(opened).is_(None),
        )
        .order_by(deliveries.c.not_after, deliveries.c.id)
        .limit(bindparam("most"))
        .with_for_update(of=deliveries, skip_locked=True)
        .subquery("candidates")
    )
    nth = func.row_number().over(
        partition_by=candidates.c.contact_id, order_by=(candidates.c.not_after, candidates.c.id)
    )
    ranked = select(candidates.c.id, nth.label("nth")).subquery("ranked")
    return (
        update(deliveries)
        .where(deliveries.c.id.in_(select(ranked.c.id).where(ranked.c.nth == 1)))
        .values(state=stored.CLAIMED, worker=bindparam("claimer"), lease_until=bindparam("lease_end"))
        .returning(deliveries.c.id)
    )


def _rested(now: Any) -> Any:
    return or_(deliveries.c.next_try_at.is_(None), deliveries.c.next_try_at <= now)


def _undo_over(now: Any) -> Any:
    return or_(broadcasts.c.undo_until.is_(None), broadcasts.c.undo_until <= now)


def _awake(opened: Any) -> Any:
    return or_(contacts.c.not_before.is_(None), contacts.c.not_before <= opened.c.minute)


_CLAIM = Prepared(_claim)
