"""Claiming: a worker takes deliveries that are due, and starts each only after a last look at the person's wishes.

A claim is one statement. A try is written down before its request goes out, so a crash leaves it unknown, never
forgotten, and unknown is never sent again blindly."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Update, and_, bindparam, case, func, insert, or_, select, text, update
from sqlalchemy.sql.dml import ReturningInsert

from service.reminders import stored
from service.reminders.eligible import delivery_reason, joined, state_for
from service.reminders.openings import COLUMNS, openings
from service.reminders.optouts import stopped
from service.storage.json_rows import as_json, json_rows
from service.storage.prepared import Prepared, one_of
from service.storage.reminder_tables import attempts, broadcasts, contacts, deliveries, senders

# A worker that has not begun what it claimed within this many seconds has lost it to another.
LEASE = 120
# Which machine and which run of this process: a process number alone comes again.
HOST, PROCESS = socket.gethostname()[:24], secrets.token_hex(4)
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


def senders_due(connection: Connection, now: int) -> list[tuple[int, int]]:
    """(clinic id, sender id) of every sender that has something due and is not halted."""
    found = (
        select(deliveries.c.clinic_id, deliveries.c.sender_id)
        .join(senders, and_(senders.c.id == deliveries.c.sender_id, senders.c.clinic_id == deliveries.c.clinic_id))
        .join(broadcasts, broadcasts.c.id == deliveries.c.broadcast_id)
        .where(deliveries.c.state == stored.QUEUED, deliveries.c.due_at <= now, senders.c.halted_at.is_(None))
        .where(broadcasts.c.state.in_(("approved", "sending")), _rested(now), _undo_over(now))
        .distinct()
        .order_by(deliveries.c.clinic_id, deliveries.c.sender_id)
    )
    return [(clinic_id, sender_id) for clinic_id, sender_id in connection.execute(found)]


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


def begin(connection: Connection, wanted: Claim, ids: Sequence[int], zones: Collection[str]) -> list[int]:
    """Write down a try for each of the claimed `ids` that may still start; returns those, in the order given.

    Commit before anything is sent, then ask `stopped_since` and leave those out. The rest of `ids` is held back with
    its reason, or queued again where its hours are over."""
    if not ids:
        return []
    if connection.dialect.name != "sqlite":
        # Two workers with messages for one phone look one after the other, so that each counts the other's.
        connection.execute(_LOCKS, {"ids": list(ids)})
    values = {
        "clinic": wanted.clinic_id,
        "claimer": wanted.worker,
        "now": wanted.now,
        "soonest": wanted.now + SHORTEST_LIFE,
        "ids": _as_rows(ids),
        "open": as_json(openings(zones, wanted.now)),
    }
    begun = {row[0] for row in _BEGIN.run(connection, values).fetchall()}
    _COUNT_TRY.run(connection, {"ids": _as_rows(sorted(begun)), "clinic": wanted.clinic_id})
    rest = [delivery for delivery in ids if delivery not in begun]
    if rest:
        hold_back(connection, wanted.clinic_id, wanted.now, zones, wanted.worker)
        release(connection, wanted, rest)
    return [delivery for delivery in ids if delivery in begun]


def stopped_since(connection: Connection, clinic_id: int, ids: Sequence[int]) -> set[int]:
    """Those of `ids` whose phone has said STOP by now: the last look, after the tries are committed."""
    return {row[0] for row in _STOPPED.run(connection, {"clinic": clinic_id, "ids": _as_rows(ids)}).fetchall()}


def hold_back(connection: Connection, clinic_id: int, now: int, zones: Collection[str], worker: str = "") -> int:
    """Give everything due that may not go its reason, and the state that follows: held, cancelled or expired.

    With `worker` only what that worker has claimed and not begun. Returns how many."""
    state = stored.CLAIMED if worker else stored.QUEUED
    values = {"clinic": clinic_id, "now": now, "claimer": worker, "wanted_state": state}
    opened = {"open": as_json(openings(zones, now))}
    return connection.execute(_hold_back(connection.dialect.name), values | opened).rowcount


def release(connection: Connection, wanted: Claim, ids: Sequence[int]) -> None:
    """Queue again what was claimed and not begun."""
    mine = (
        deliveries.c.clinic_id == wanted.clinic_id,
        deliveries.c.id.in_(ids),
        deliveries.c.state == stored.CLAIMED,
        deliveries.c.worker == wanted.worker,
        ~_has_open_try(),
    )
    connection.execute(update(deliveries).where(*mine).values(state=stored.QUEUED, worker="", lease_until=None))


def recover(connection: Connection, clinic_id: int, now: int) -> tuple[int, int]:
    """Settle what workers that are gone have left: queued again where nothing was begun, unknown where a try was.
    Returns how many of each."""
    lost = (deliveries.c.clinic_id == clinic_id, deliveries.c.state == stored.CLAIMED, deliveries.c.lease_until < now)
    unknown = connection.execute(
        update(deliveries)
        .where(*lost, _has_open_try())
        .values(state=stored.UNKNOWN, reason="unknown.open", next_try_at=now, worker="", lease_until=None)
    ).rowcount
    connection.execute(
        update(attempts)
        .where(
            attempts.c.clinic_id == clinic_id,
            attempts.c.outcome == "",
            attempts.c.delivery_id.in_(
                select(deliveries.c.id).where(
                    deliveries.c.clinic_id == clinic_id, deliveries.c.state == stored.UNKNOWN
                )
            ),
        )
        .values(outcome="unknown", ended_at=now)
    )
    queued = connection.execute(
        update(deliveries).where(*lost).values(state=stored.QUEUED, worker="", lease_until=None)
    ).rowcount
    return queued, unknown


def give_up_dead(connection: Connection, now: int) -> int:
    """End the leases of workers of this machine whose process is gone, so that nobody waits for them; returns how
    many workers that were."""
    held = select(deliveries.c.worker).where(deliveries.c.state == stored.CLAIMED).distinct()
    dead = [name for name in connection.execute(held).scalars() if _is_dead(name)]
    for name in dead:
        mine = (deliveries.c.state == stored.CLAIMED, deliveries.c.worker == name)
        connection.execute(update(deliveries).where(*mine).values(lease_until=now - 1))
    return len(dead)


def worker_name(number: int) -> str:
    """The name under which this process claims for the `number`-th time."""
    return f"{HOST}/{os.getpid()}/{PROCESS}/{number}"


def _is_dead(name: str) -> bool:
    """Was this name given by a process of this machine that runs no more?"""
    host, pid, process, *_ = (*name.split("/"), "", "", "")
    if host != HOST or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        # The same number and another start: given anew, as in a container that started again.
        return process != PROCESS
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def _as_rows(ids: Collection[int]) -> str:
    return as_json({"id": delivery} for delivery in ids)


def _listed(dialect: str) -> Any:
    """`deliveries.id` is one of those handed in as `ids`."""
    return deliveries.c.id.in_(select(json_rows(dialect, "ids", {"id": int}).c.id))


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


def _begin(dialect: str) -> ReturningInsert[Any]:
    opened = json_rows(dialect, "open", COLUMNS)
    may_start = (
        select(deliveries.c.id, deliveries.c.clinic_id, bindparam("now", type_=attempts.c.at.type))
        .select_from(joined().join(opened, opened.c.zones == contacts.c.zones))
        .where(
            deliveries.c.clinic_id == bindparam("clinic"),
            _listed(dialect),
            deliveries.c.state == stored.CLAIMED,
            deliveries.c.worker == bindparam("claimer"),
            deliveries.c.lease_until > bindparam("now"),
            deliveries.c.not_after > bindparam("soonest"),
            one_of(broadcasts.c.state, RUNNING),
            ~_has_open_try(),
            delivery_reason(opened).is_(None),
        )
    )
    return (
        insert(attempts).from_select(["delivery_id", "clinic_id", "at"], may_start).returning(attempts.c.delivery_id)
    )


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
            ~_has_open_try(),
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


def _stopped(dialect: str) -> Any:
    mine = and_(contacts.c.id == deliveries.c.contact_id, contacts.c.clinic_id == deliveries.c.clinic_id)
    return (
        select(deliveries.c.id)
        .join(contacts, mine)
        .where(
            deliveries.c.clinic_id == bindparam("clinic"),
            _listed(dialect),
            stopped(contacts.c.clinic_id, contacts.c.phone),
        )
    )


def _count_try(dialect: str) -> Any:
    mine = (deliveries.c.clinic_id == bindparam("clinic"), _listed(dialect))
    return update(deliveries).where(*mine).values(tries=deliveries.c.tries + 1)


_LOCKS = text(
    "SELECT pg_advisory_xact_lock(7, contact_id) FROM"
    " (SELECT DISTINCT contact_id FROM deliveries WHERE id = ANY(:ids) ORDER BY contact_id) AS phones"
)


def _has_open_try() -> Any:
    return (
        select(attempts.c.id)
        .where(attempts.c.delivery_id == deliveries.c.id, attempts.c.outcome == "")
        .correlate(deliveries)
    ).exists()


def _rested(now: Any) -> Any:
    return or_(deliveries.c.next_try_at.is_(None), deliveries.c.next_try_at <= now)


def _undo_over(now: Any) -> Any:
    return or_(broadcasts.c.undo_until.is_(None), broadcasts.c.undo_until <= now)


def _awake(opened: Any) -> Any:
    return or_(contacts.c.not_before.is_(None), contacts.c.not_before <= opened.c.minute)


_CLAIM, _BEGIN = Prepared(_claim), Prepared(_begin)
_COUNT_TRY, _STOPPED = Prepared(_count_try), Prepared(_stopped)
