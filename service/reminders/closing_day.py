"""A closing day: one notice to everyone booked at a site then, its reminders off, and a list of whom to rebook."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, or_, select, update

from service.reminders import keys, stored
from service.reminders.insertion import Row, insert_rows
from service.reminders.planning import plan_day
from service.reminders.refused import Refused
from service.reminders.rules.promise import call_back_by
from service.reminders.rules.staffed import BadHours, staffed_hours
from service.reminders.runs import Run, counted, new_run
from service.reminders.templates import newest_templates
from service.reminders.to_do import open_task
from service.storage.reminder_tables import (
    clinics,
    contacts,
    deliveries,
    patient_contacts,
    patients,
    sites,
    tasks,
    visits,
)

REBOOK = "rebook"
# A notice is of use until the day itself begins to wake.
USEFUL_UNTIL = 6 * 3600


def close_day(connection: Connection, clinic_id: int, site_id: int, day: date, who: str, now: int) -> Run | None:
    """Plan the notice for one site and one day (a date there); None where nobody is booked. It is a draft that a
    second person approves; only then, by `carry_out`, the day's reminders end. Raises Refused."""
    clinic = connection.execute(select(clinics).where(clinics.c.id == clinic_id)).mappings().one()
    mine = select(sites).where(sites.c.clinic_id == clinic_id, sites.c.id == site_id)
    site = connection.execute(mine).mappings().one_or_none()
    if site is None:
        raise Refused("site.unknown")
    template = newest_templates(connection, clinic_id).get("closing_day")
    if template is None:
        raise Refused("template.closing_day")
    facts = {
        "clinic": clinic["name_in_texts"],
        "phone": site["day_phone"],
        "day": day.isoformat(),
        "by": [_promised(site, clinic, day, now), site["zone"]],
    }
    rows = [_row(found, template, facts, day, site, now) for found in _booked(connection, clinic_id, site_id, day)]
    if not rows:
        return None
    name = f"Closed {day.isoformat()}, {site['short_name']}"
    run = new_run(connection, clinic_id, "closing", name, who, now, template_id=template, local_day=day.isoformat())
    insert_rows(connection, clinic_id, run, rows, ("text", "call"), now)
    return counted(connection, clinic_id, run)


def carry_out(connection: Connection, clinic_id: int, run: int, now: int) -> int:
    """The notice was approved: reminders of these visits are cancelled, and each patient stands on the list to
    rebook. Returns how many patients that are. Doing it twice changes nothing."""
    told = connection.execute(
        select(deliveries.c.visit_id, deliveries.c.patient_id, deliveries.c.contact_id).where(
            deliveries.c.clinic_id == clinic_id, deliveries.c.broadcast_id == run
        )
    ).all()
    ids = {row.visit_id for row in told if row.visit_id}
    waiting = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.broadcast_id != run,
        deliveries.c.visit_id.in_(ids),
        deliveries.c.state.in_((stored.QUEUED, stored.HELD)),
    )
    values = {"state": stored.CANCELLED, "reason": "held.closed", "final_at": now}
    connection.execute(update(deliveries).where(*waiting).values(values))
    for patient_id, visit_id in dict.fromkeys((row.patient_id, row.visit_id) for row in told):
        open_task(connection, clinic_id, REBOOK, now, patient_id=patient_id, visit_id=visit_id)
    return len({row.patient_id for row in told})


def take_back(connection: Connection, clinic_id: int, run: int, who: str, now: int) -> Run | None:
    """A closing day that was approved is undone: visits whose notice did not go out stand again. Their reminders are
    planned anew, as a draft (None where none falls due), and nobody needs to be called to rebook them."""
    notices = connection.execute(
        select(deliveries.c.visit_id, deliveries.c.state).where(
            deliveries.c.clinic_id == clinic_id, deliveries.c.broadcast_id == run
        )
    ).all()
    told = {row.visit_id for row in notices if row.state not in (stored.CANCELLED, stored.EXPIRED)}
    ids = {row.visit_id for row in notices if row.visit_id} - told
    ended = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.visit_id.in_(ids),
        deliveries.c.state == stored.CANCELLED,
        or_(deliveries.c.reason == "held.closed", deliveries.c.broadcast_id == run),
    )
    due = connection.execute(select(func.max(deliveries.c.due_at)).where(*ended)).scalar_one()
    connection.execute(update(deliveries).where(*ended).values(reason="held.closed_undone"))
    calls = (
        tasks.c.clinic_id == clinic_id,
        tasks.c.kind == REBOOK,
        tasks.c.visit_id.in_(ids),
        tasks.c.closed_at.is_(None),
    )
    connection.execute(update(tasks).where(*calls).values(closed_at=now, closed_by=who, outcome="nothing needed"))
    if due is None:
        return None
    zone = ZoneInfo(connection.execute(select(clinics.c.zone).where(clinics.c.id == clinic_id)).scalar_one())
    first, last = (datetime.fromtimestamp(at, zone).date() for at in (now, max(now, due)))
    return plan_day(connection, clinic_id, first, who, now, last)


def _booked(connection: Connection, clinic_id: int, site_id: int, day: date) -> list[Any]:
    """(patient, phone, first visit of the day) of everyone booked, with each of their phones."""
    link = patient_contacts
    rows = connection.execute(
        select(visits.c.patient_id, link.c.contact_id, visits.c.id, visits.c.starts_at)
        .join(patients, and_(patients.c.id == visits.c.patient_id, patients.c.clinic_id == visits.c.clinic_id))
        .join(link, and_(link.c.patient_id == visits.c.patient_id, link.c.clinic_id == visits.c.clinic_id))
        .join(contacts, and_(contacts.c.id == link.c.contact_id, contacts.c.clinic_id == link.c.clinic_id))
        .where(
            visits.c.clinic_id == clinic_id,
            visits.c.site_id == site_id,
            visits.c.local_day == day.isoformat(),
            visits.c.state.in_(("booked", "held")),
            patients.c.state == "active",
        )
        .order_by(visits.c.starts_at, visits.c.id)
    ).all()
    first: dict[tuple[int, int], Any] = {}
    for row in rows:
        first.setdefault((row.patient_id, row.contact_id), row)
    return list(first.values())


def _row(found: Any, template: int, facts: dict[str, Any], day: date, site: Any, now: int) -> Row:
    dawn = datetime.combine(day, datetime.min.time(), ZoneInfo(site["zone"])).timestamp()
    return Row(
        contact_id=found.contact_id,
        patient_id=found.patient_id,
        visit_id=found.id,
        visits=json.dumps([found.id]),
        template_id=template,
        fields=json.dumps(facts),
        due_at=now,
        not_after=min(int(dawn) + USEFUL_UNTIL, found.starts_at - 1800),
        reason="",
        dedupe=keys.of_visit(found.id, found.starts_at, keys.CLOSED),
    )


def _promised(site: Any, clinic: Any, day: date, now: int) -> int:
    """By when everybody will have been called: the end of the first staffed day after the closed one."""
    start = datetime.fromtimestamp(now, UTC)
    try:
        hours = staffed_hours(site["hours"] or clinic["hours"])
        after = max(start, datetime.combine(day, datetime.max.time(), ZoneInfo(site["zone"])).astimezone(UTC))
        return int(call_back_by(after, hours, site["zone"]).timestamp())
    except BadHours as error:
        raise Refused("site.hours", why=error.reason) from error
