"""Beginning: a claimed message gets a try written down before its request, and one last look for STOP after it.

A crash leaves a try that was written down unknown, never forgotten; and unknown is never sent again blindly."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, select, text, update
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.selectable import FromClause

from service.reminders import stored
from service.reminders.claiming import RUNNING, SHORTEST_LIFE, Claim, release
from service.reminders.eligible import delivery_reason, joined
from service.reminders.holding_back import hold_back
from service.reminders.leases import has_open_try
from service.reminders.openings import COLUMNS, openings
from service.reminders.optouts import stopped
from service.storage.json_rows import as_json, json_rows, unindexed
from service.storage.prepared import Prepared, one_of
from service.storage.reminder_tables import attempts, broadcasts, contacts, deliveries, senders


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


def _as_rows(ids: Collection[int]) -> str:
    return as_json({"id": delivery} for delivery in ids)


def _begin(dialect: str) -> ReturningInsert[Any]:
    opened, listed = json_rows(dialect, "open", COLUMNS), _listed(dialect)
    found = joined().join(opened, opened.c.zones == contacts.c.zones).join(listed, listed.c.id == deliveries.c.id)
    mine = and_(senders.c.id == deliveries.c.sender_id, senders.c.clinic_id == deliveries.c.clinic_id)
    halted = select(senders.c.halted_at).where(mine).correlate(deliveries).scalar_subquery()
    may_start = (
        select(deliveries.c.id, deliveries.c.clinic_id, bindparam("now", type_=attempts.c.at.type))
        .select_from(found)
        .where(
            unindexed(deliveries.c.clinic_id) == bindparam("clinic"),
            unindexed(deliveries.c.state) == stored.CLAIMED,
            deliveries.c.worker == bindparam("claimer"),
            deliveries.c.lease_until > bindparam("now"),
            deliveries.c.not_after > bindparam("soonest"),
            one_of(broadcasts.c.state, RUNNING),
            # An answer to one of the same claim may have halted the number meanwhile.
            halted.is_(None),
            ~has_open_try(),
            delivery_reason(opened).is_(None),
        )
    )
    names = ["delivery_id", "clinic_id", "at"]
    return insert(attempts).from_select(names, may_start).returning(attempts.c.delivery_id)


def _count_try(dialect: str) -> Any:
    listed = _listed(dialect)
    mine = (unindexed(deliveries.c.clinic_id) == bindparam("clinic"), deliveries.c.id == listed.c.id)
    return update(deliveries).where(*mine).values(tries=deliveries.c.tries + 1)


def _stopped(dialect: str) -> Any:
    listed = _listed(dialect)
    mine = and_(contacts.c.id == deliveries.c.contact_id, contacts.c.clinic_id == deliveries.c.clinic_id)
    return (
        select(deliveries.c.id)
        .select_from(listed.join(deliveries, deliveries.c.id == listed.c.id).join(contacts, mine))
        .where(
            unindexed(deliveries.c.clinic_id) == bindparam("clinic"), stopped(contacts.c.clinic_id, contacts.c.phone)
        )
    )


def _listed(dialect: str) -> FromClause:
    """The ids handed in as `ids`."""
    return json_rows(dialect, "ids", {"id": int})


_LOCKS = text(
    "SELECT pg_advisory_xact_lock(7, contact_id) FROM"
    " (SELECT DISTINCT contact_id FROM deliveries WHERE id = ANY(:ids) ORDER BY contact_id) AS phones"
)
_BEGIN, _COUNT_TRY, _STOPPED = Prepared(_begin), Prepared(_count_try), Prepared(_stopped)
