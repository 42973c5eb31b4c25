"""Writing planned deliveries: one INSERT ... SELECT gives each its channel, its sender, its state and its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    select,
)

from service.reminders import stored
from service.reminders.eligible import person_reason, state_for
from service.storage.json_rows import as_json, json_rows
from service.storage.reminder_tables import clinics, contacts, deliveries, patients, senders


@dataclass(frozen=True)
class Row:
    """One planned message. `fields` are its facts and `visits` the ids of its visits, both as JSON; `reason` (a code)
    holds it back; `dedupe` is the same for the same message however often it is planned. Times in seconds since 1970;
    ids that are missing are 0."""

    contact_id: int
    patient_id: int
    visit_id: int
    visits: str
    template_id: int
    fields: str
    due_at: int
    not_after: int
    reason: str
    dedupe: str


COLUMNS = {
    "contact_id": int,
    "patient_id": int,
    "visit_id": int,
    "visits": str,
    "template_id": int,
    "fields": str,
    "due_at": int,
    "not_after": int,
    "reason": str,
    "dedupe": str,
}
WRITTEN = (
    "clinic_id",
    "broadcast_id",
    "contact_id",
    "patient_id",
    "visit_id",
    "visits",
    "template_id",
    "fields",
    "channel",
    "sender_id",
    "zones",
    "due_at",
    "not_after",
    "state",
    "reason",
    "final_at",
    "dedupe",
)


def insert_rows(
    connection: Connection, clinic_id: int, run: int, rows: Iterable[Row], channels: Sequence[str], now: int
) -> None:
    """Write `rows` as deliveries of `run`. `channels` in the order in which they are tried. What this clinic planned
    before for the same phone (by `dedupe`) is left out."""
    values = {
        "rows": as_json(asdict(row) for row in rows),
        "clinic": clinic_id,
        "run": run,
        "now": now,
        "other": channels[1] if len(channels) > 1 else channels[0],
        "first": channels[0],
    }
    connection.execute(_insert(connection.dialect.name), values)


@cache
def _insert(dialect: str) -> Insert:
    row = json_rows(dialect, "rows", COLUMNS)
    earlier = deliveries.alias("earlier")
    known = select(earlier.c.id).where(
        earlier.c.clinic_id == bindparam("clinic"),
        earlier.c.contact_id == row.c.contact_id,
        earlier.c.dedupe == row.c.dedupe,
    )
    channel = chosen_channel()
    reason = func.coalesce(func.nullif(row.c.reason, ""), person_reason(channel), _lacking(row.c.template_id))
    planned = (
        select(
            bindparam("clinic", type_=Integer),
            bindparam("run", type_=Integer),
            contacts.c.id,
            func.nullif(row.c.patient_id, 0),
            func.nullif(row.c.visit_id, 0),
            row.c.visits,
            func.nullif(row.c.template_id, 0),
            row.c.fields,
            channel,
            sender_of(contacts.c.id),
            contacts.c.zones,
            row.c.due_at,
            row.c.not_after,
            state_for(reason, stored.QUEUED),
            func.coalesce(reason, ""),
            final_for(reason),
            row.c.dedupe,
        )
        .select_from(row)
        .join(contacts, and_(contacts.c.id == row.c.contact_id, contacts.c.clinic_id == bindparam("clinic")))
        .join(clinics, clinics.c.id == contacts.c.clinic_id)
        .outerjoin(patients, and_(patients.c.id == row.c.patient_id, patients.c.clinic_id == contacts.c.clinic_id))
        .where(~known.exists())
    )
    return insert(deliveries).from_select(list(WRITTEN), planned)


def chosen_channel() -> ColumnElement[str]:
    """The first of the two channels over which this person may be reached; the first where neither is allowed."""
    first, other = (
        bindparam("first", type_=deliveries.c.channel.type),
        bindparam("other", type_=deliveries.c.channel.type),
    )
    return case((person_reason(first).is_(None), first), (person_reason(other).is_(None), other), else_=first)


def sender_of(contact: ColumnElement[int]) -> Any:
    """The number that this phone always hears from: the clinic's senders share the phones among them."""
    mine = and_(senders.c.clinic_id == bindparam("clinic"), senders.c.role.in_(("reminders", "both")))
    own = senders.alias("own")
    nth = (
        select(func.count())
        .select_from(own)
        .where(own.c.clinic_id == bindparam("clinic"), own.c.role.in_(("reminders", "both")), own.c.id < senders.c.id)
        .correlate(senders)
        .scalar_subquery()
    )
    total = (
        select(func.count())
        .select_from(own)
        .where(own.c.clinic_id == bindparam("clinic"), own.c.role.in_(("reminders", "both")))
    )
    return (
        select(senders.c.id).where(mine, nth == contact % func.nullif(total.scalar_subquery(), 0)).scalar_subquery()
    )


def final_for(reason: ColumnElement[Any]) -> ColumnElement[Any]:
    """When it ended, for what is ended before it began."""
    ended = state_for(reason, stored.QUEUED).in_((stored.CANCELLED, stored.EXPIRED))
    return case((ended, bindparam("now", type_=BigInteger)), else_=cast(literal(None), BigInteger))


def _lacking(template_id: ColumnElement[int]) -> ColumnElement[Any]:
    """What the clinic itself still lacks."""
    none = (
        ~select(senders.c.id)
        .where(senders.c.clinic_id == bindparam("clinic"), senders.c.role.in_(("reminders", "both")))
        .exists()
    )
    return case((none, "held.no_sender"), (template_id == 0, "held.no_template"), else_=None)
