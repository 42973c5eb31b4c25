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
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
)

from service.reminders import stored
from service.reminders.eligible import person_reason, state_for
from service.storage.json_rows import as_json, json_rows
from service.storage.prepared import one_of
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
# What was cancelled for one of these is planned anew where it falls due again: the visit of a message about several
# stands again or still, the plan or the words are new, a mistake was taken back. A cancel by staff is for good.
ANEW = (
    "held.visit_cancelled",
    "held.visit_moved",
    "held.visit_again",
    "held.template_retired",
    "held.plan_retired",
    "held.closed_undone",
    "held.died",
    "held.left",
)
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
    before for the same phone (by `dedupe`) is left out, but for what was cancelled for a reason of ANEW."""
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
        or_(earlier.c.state != stored.CANCELLED, ~one_of(earlier.c.reason, ANEW)),
    )
    found = (
        select(
            *(row.c[name] for name in COLUMNS),
            contacts.c.zones,
            *reasons(),
        )
        .select_from(row)
        .join(contacts, and_(contacts.c.id == row.c.contact_id, contacts.c.clinic_id == bindparam("clinic")))
        .join(clinics, clinics.c.id == contacts.c.clinic_id)
        .outerjoin(patients, and_(patients.c.id == row.c.patient_id, patients.c.clinic_id == contacts.c.clinic_id))
        .where(~known.exists())
    )
    return writing(found)


def reasons() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Why the person may not be reached over the channels `first` and `other`, to be selected with what `writing`
    takes."""
    kind = deliveries.c.channel.type
    first, other = bindparam("first", type_=kind), bindparam("other", type_=kind)
    return person_reason(first).label("why_first"), person_reason(other).label("why_other")


def writing(found: Select[Any]) -> Insert:
    """The statement that writes what `found` selects: the columns of `Row`, `zones`, and both `reasons`. Each takes
    the first of the two channels that is allowed, its sender, its state and its reason."""
    # Kept apart, or each reason would be worked out anew for every column that it decides.
    one = found.cte("found").prefix_with("MATERIALIZED")
    number = _numbered()
    kind = deliveries.c.channel.type
    first, other = bindparam("first", type_=kind), bindparam("other", type_=kind)
    channel = case((one.c.why_first.is_(None), first), (one.c.why_other.is_(None), other), else_=first)
    of_person = case((one.c.why_first.is_(None), None), (one.c.why_other.is_(None), None), else_=one.c.why_first)
    lacking = case(
        (number.c.id.is_(None), "held.no_sender"), (one.c.template_id == 0, "held.no_template"), else_=None
    )
    reason = func.coalesce(func.nullif(one.c.reason, ""), of_person, lacking)
    ended = one_of(state_for(reason, stored.QUEUED), (stored.CANCELLED, stored.EXPIRED))
    planned = (
        select(
            bindparam("clinic", type_=Integer),
            bindparam("run", type_=Integer),
            one.c.contact_id,
            func.nullif(one.c.patient_id, 0),
            func.nullif(one.c.visit_id, 0),
            one.c.visits,
            func.nullif(one.c.template_id, 0),
            one.c.fields,
            channel,
            number.c.id,
            one.c.zones,
            one.c.due_at,
            one.c.not_after,
            state_for(reason, stored.QUEUED),
            func.coalesce(reason, ""),
            case((ended, bindparam("now", type_=BigInteger)), else_=cast(literal(None), BigInteger)),
            one.c.dedupe,
        )
        .select_from(one)
        .outerjoin(number, number.c.nth == one.c.contact_id % number.c.total)
    )
    return insert(deliveries).from_select(list(WRITTEN), planned)


def _numbered() -> Subquery:
    """The clinic's sending numbers, counted from 0: each phone always hears from the same one."""
    mine = (senders.c.clinic_id == bindparam("clinic"), senders.c.role.in_(("reminders", "both")))
    nth = (func.row_number().over(order_by=senders.c.id) - 1).label("nth")
    return select(senders.c.id, nth, func.count().over().label("total")).where(*mine).subquery("number")
