"""What waits in a run and will not go when its time comes: by a cap, the hours, or a wish for fewer messages.

Nothing is held back here: much may change until then. The preview tells it, so that nobody is surprised."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, or_, select

from service.reminders import stored
from service.reminders.eligible import ABOUT_VISITS, NEEDED, joined, unwanted
from service.reminders.rules.caps import WEEK, Message, Sort, within_caps
from service.reminders.rules.quiet_hours import allowed, next_allowed
from service.reminders.rules.zones import Whereabouts
from service.storage.reminder_tables import (
    broadcasts,
    contacts,
    deliveries,
    patient_contacts,
    patients,
)

DAY = 86400
CODES = {"cap.day": "held.capped_day", "cap.week": "held.capped_week"}
# Runs whose messages go, or will once somebody says yes.
TO_COME = ("waiting", "approved", "sending", "paused", "done")
NOT_SENT = (stored.HELD, stored.CANCELLED, stored.EXPIRED)


def foreseen(connection: Connection, clinic_id: int, run: int, kind: str, now: int) -> dict[int, str]:
    """Of the queued deliveries of a run, those that will be held back, each with its reason in `held_words.yaml`."""
    found = dict.fromkeys(_unwanted(connection, clinic_id, run), "held.fewer")
    if kind not in NEEDED:
        found = _capped(connection, clinic_id, run, kind) | found
    return _closed(connection, clinic_id, run, now) | found


def duplicates(connection: Connection, clinic_id: int, run: int) -> int:
    """How many people of a broadcast share a phone with another one who gets it: one message is enough."""
    people = (
        select(func.count(), func.count(patient_contacts.c.contact_id.distinct()))
        .join(
            patients,
            and_(
                patients.c.id == patient_contacts.c.patient_id, patients.c.clinic_id == patient_contacts.c.clinic_id
            ),
        )
        .where(patient_contacts.c.clinic_id == clinic_id, patients.c.state == "active")
        .where(patient_contacts.c.contact_id.in_(select(deliveries.c.contact_id).where(*_queued(clinic_id, run))))
    )
    every, phones = connection.execute(people).one()
    return int(every - phones)


def _queued(clinic_id: int, run: int) -> tuple[Any, ...]:
    return (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.broadcast_id == run,
        deliveries.c.state == stored.QUEUED,
    )


def _unwanted(connection: Connection, clinic_id: int, run: int) -> list[int]:
    mine = select(deliveries.c.id).select_from(joined()).where(*_queued(clinic_id, run), unwanted())
    return list(connection.execute(mine).scalars())


def _capped(connection: Connection, clinic_id: int, run: int, kind: str) -> dict[int, str]:
    """What the caps will hold, beside what these phones got this week and what other runs have for them."""
    wanted: dict[int, list[Message]] = defaultdict(list)
    zones: dict[int, tuple[str, ...]] = {}
    others = _others(connection, clinic_id, run)
    mine = select(deliveries.c.id, deliveries.c.contact_id, deliveries.c.due_at, deliveries.c.zones)
    for row in connection.execute(mine.where(*_queued(clinic_id, run))):
        wanted[row.contact_id].append(_message(row.id, kind, row.due_at))
        zones[row.contact_id] = Whereabouts.from_key(row.zones).zones
    held: dict[int, str] = {}
    for contact_id, messages in wanted.items():
        if len(messages) > 1 or contact_id in others:
            _, kept_back = within_caps(messages, others.get(contact_id, ()), zones[contact_id])
            held |= {int(message.reminder): CODES[reason.code] for message, reason in kept_back}
    return held


def _others(connection: Connection, clinic_id: int, run: int) -> dict[int, list[Message]]:
    """What the phones of a run get from other runs around that time, but for answers, which count never."""
    other, of_run = deliveries.alias("other"), broadcasts.alias("of_run")
    at = func.coalesce(other.c.accepted_at, other.c.due_at)
    near = and_(
        other.c.clinic_id == deliveries.c.clinic_id,
        other.c.contact_id == deliveries.c.contact_id,
        other.c.broadcast_id != deliveries.c.broadcast_id,
        at.between(deliveries.c.due_at - WEEK * DAY, deliveries.c.due_at + WEEK * DAY),
    )
    rows = connection.execute(
        select(other.c.id, other.c.contact_id, at.label("at"), of_run.c.kind)
        .distinct()
        .select_from(deliveries.join(other, near).join(of_run, of_run.c.id == other.c.broadcast_id))
        .where(*_queued(clinic_id, run), other.c.state.not_in(NOT_SENT))
        .where(or_(of_run.c.state.in_(TO_COME), other.c.state != stored.QUEUED), of_run.c.kind != "answer")
    )
    found = defaultdict(list)
    for row in rows:
        found[row.contact_id].append(_message(row.id, row.kind, row.at))
    return found


def _message(delivery_id: int, kind: str, at: int) -> Message:
    sort = Sort.VISIT if kind in ABOUT_VISITS else Sort.OTHER
    return Message(str(delivery_id), sort, datetime.fromtimestamp(at, UTC))


def _closed(connection: Connection, clinic_id: int, run: int, now: int) -> dict[int, str]:
    """What finds no open hour, where the phone is and as late as its owner asked, before it would come too late."""
    of_contact = and_(contacts.c.id == deliveries.c.contact_id, contacts.c.clinic_id == deliveries.c.clinic_id)
    rows = connection.execute(
        select(
            deliveries.c.id,
            deliveries.c.zones,
            deliveries.c.due_at,
            deliveries.c.not_after,
            contacts.c.not_before,
        )
        .join(contacts, of_contact)
        .where(*_queued(clinic_id, run), deliveries.c.zones != "")
    )
    known: dict[tuple[str, int, int, int], bool] = {}
    held: dict[int, str] = {}
    for row in rows:
        about = (row.zones, max(row.due_at, now), row.not_after or 0, row.not_before or 0)
        if about not in known:
            known[about] = _opens(*about)
        if not known[about]:
            held[row.id] = "held.outside_hours"
    return held


def _opens(zones: str, due_at: int, not_after: int, not_before: int) -> bool:
    """Is there an allowed minute from `due_at` to `not_after`, at `not_before` minutes after midnight or later?"""
    where, end = Whereabouts.from_key(zones), datetime.fromtimestamp(not_after, UTC)
    at = next_allowed(datetime.fromtimestamp(due_at, UTC), where)
    while at and at < end:
        local = min((at.astimezone(ZoneInfo(zone)) for zone in where.zones), key=lambda one: (one.hour, one.minute))
        early = timedelta(minutes=not_before - local.hour * 60 - local.minute)
        if early <= timedelta(0):
            return True
        if allowed(at + early, where):
            return at + early < end
        tomorrow = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
        at = next_allowed(tomorrow.astimezone(UTC), where)
    return False
