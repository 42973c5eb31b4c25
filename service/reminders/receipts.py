"""Receipts: kept as they come, in any order and any number, and folded into the state of their delivery."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.reminders import stored, verdicts
from service.reminders.rules.errors import classify
from service.reminders.rules.states import SILENCE, Receipt, Standing, State, fold
from service.reminders.to_do import alert
from service.reminders.why import kept
from service.storage.reminder_tables import attempts, deliveries, receipts

LONGEST_STATUS = 32


@dataclass(frozen=True)
class Heard:
    """One callback: Twilio's `sid` of the text or call, its status and error code, and the delivery that stood in the
    address (None where none did). `call` and `status` together say what a call came to."""

    sid: str
    status: str
    error: int | None = None
    delivery_id: int | None = None


def receive(connection: Connection, heard: Heard, now: int) -> bool:
    """Keep a receipt and move its delivery. False for one that we had already. Unknown statuses are kept, never
    raised; a receipt that belongs to no delivery is kept too, for it may have come early."""
    if not _keep(connection, heard, now):
        return False
    found = _delivery(connection, heard)
    if found:
        _settle(connection, *found, heard.sid, now)
    return True


def adopt(connection: Connection, clinic_id: int, delivery_id: int, sid: str, now: int) -> None:
    """A delivery whose answer was lost turns out to be this message: it was accepted, and what its receipts say
    holds."""
    connection.execute(
        update(receipts)
        .where(receipts.c.message_sid == sid, receipts.c.delivery_id.is_(None))
        .values(delivery_id=delivery_id)
    )
    _settle(connection, clinic_id, delivery_id, sid, now)


def settle_silent(connection: Connection, clinic_id: int, now: int) -> int:
    """Say of what Twilio took more than 72 hours ago without a final receipt that none came; returns how many."""
    before = now - int(SILENCE.total_seconds())
    silent = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.state == stored.ACCEPTED,
        deliveries.c.accepted_at < before,
    )
    values = {"state": stored.NO_RECEIPT, "reason": "sent.no_receipt", "final_at": now}
    return connection.execute(update(deliveries).where(*silent).values(values)).rowcount


def standing_of(connection: Connection, sid: str) -> Standing:
    """What all receipts of a message say together."""
    rows = connection.execute(select(receipts.c.status, receipts.c.error_code).where(receipts.c.message_sid == sid))
    return fold(Receipt(status, error or None) for status, error in rows)


def _keep(connection: Connection, heard: Heard, now: int) -> bool:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {
        "message_sid": heard.sid,
        "delivery_id": heard.delivery_id,
        "status": heard.status[:LONGEST_STATUS],
        "error_code": heard.error or 0,
        "at": now,
    }
    fresh = insert(receipts).values(row).on_conflict_do_nothing().returning(receipts.c.id)
    return connection.execute(fresh).first() is not None


def _delivery(connection: Connection, heard: Heard) -> tuple[int, int] | None:
    """(clinic id, delivery id) of the delivery that a receipt is about: by its sid, or by the id in the address where
    the delivery does not know its sid yet. A message heard of before the last try began is an earlier try's."""
    last_try = select(func.max(attempts.c.at)).where(attempts.c.delivery_id == deliveries.c.id).scalar_subquery()
    earlier = select(receipts.c.id).where(receipts.c.message_sid == heard.sid, receipts.c.at < last_try).exists()
    by_address = and_(deliveries.c.id == (heard.delivery_id or 0), deliveries.c.message_sid.is_(None), ~earlier)
    found = select(deliveries.c.clinic_id, deliveries.c.id).where(
        or_(deliveries.c.message_sid == heard.sid, by_address)
    )
    row = connection.execute(found.order_by(deliveries.c.message_sid.is_(None))).first()
    return (row[0], row[1]) if row else None


def _settle(connection: Connection, clinic_id: int, delivery_id: int, sid: str, now: int) -> None:
    mine = (deliveries.c.clinic_id == clinic_id, deliveries.c.id == delivery_id)
    standing = standing_of(connection, sid)
    _accept(connection, clinic_id, delivery_id, sid, now)
    if standing.state is State.DELIVERED:
        arrived = (stored.ACCEPTED, stored.NO_RECEIPT, stored.UNKNOWN, stored.CLAIMED)
        values = {"state": stored.DELIVERED, "reason": "", "final_at": now, "message_sid": sid}
        connection.execute(update(deliveries).where(*mine, deliveries.c.state.in_(arrived)).values(values))
    elif standing.state is State.NOT_DELIVERED:
        failed = select(deliveries.c.id).where(
            *mine, deliveries.c.state.in_((stored.ACCEPTED, stored.NO_RECEIPT)), deliveries.c.message_sid == sid
        )
        if connection.execute(failed).first():
            _fail(connection, clinic_id, delivery_id, standing, now)
    for status in standing.strange:
        alert(connection, clinic_id, f"status.{status}", status, now)


def _accept(connection: Connection, clinic_id: int, delivery_id: int, sid: str, now: int) -> None:
    """Any receipt proves that Twilio took the message."""
    waiting = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.id == delivery_id,
        deliveries.c.state.in_(stored.may_become(stored.ACCEPTED)),
    )
    values = {
        "state": stored.ACCEPTED,
        "reason": "",
        "message_sid": sid,
        "accepted_at": now,
        "worker": "",
        "lease_until": None,
        "next_try_at": None,
    }
    if connection.execute(update(deliveries).where(*waiting).values(values)).rowcount:
        tried = (attempts.c.clinic_id == clinic_id, attempts.c.delivery_id == delivery_id)
        open_try = attempts.c.outcome.in_(("", "unknown"))
        connection.execute(update(attempts).where(*tried, open_try).values(outcome="accepted", ended_at=now))


def _fail(connection: Connection, clinic_id: int, delivery_id: int, standing: Standing, now: int) -> None:
    delivery = verdicts.about(connection, clinic_id, delivery_id)
    if delivery.channel == "call" and standing.error is None:
        verdicts.unanswered(connection, delivery, standing.status, now)
    else:
        verdicts.apply(connection, delivery, standing.error, now)
    # Whatever the verdict, what failed and waits for nothing else has failed.
    left = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.id == delivery_id,
        deliveries.c.state == stored.ACCEPTED,
    )
    reason = kept(classify(standing.error).reason)
    values = {"state": stored.UNDELIVERED, "reason": reason, "final_at": now}
    connection.execute(update(deliveries).where(*left).values(values))
