"""Planning a day: which reminders of visits fall due, for which phones, and why some are held back.

The rules decide in plain functions; then one INSERT ... SELECT writes every delivery with its state and reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from service.reminders import keys
from service.reminders.facts import facts_of
from service.reminders.insertion import Row, insert_rows
from service.reminders.known_day import Day, Phone, phones_of_patients, read_day, visits_around
from service.reminders.plans import leading_plan
from service.reminders.rules import schedule
from service.reminders.rules.grouping import About, Told, Visit, told_together
from service.reminders.rules.schedule import Due, Outcome, Wish
from service.reminders.rules.validity import BEFORE_VISIT
from service.reminders.rules.written_dates import zone_matters
from service.reminders.rules.zones import Whereabouts
from service.reminders.runs import Run, counted, new_run
from service.reminders.why import kept


def plan_day(
    connection: Connection, clinic_id: int, day: date, who: str, now: int, last: date | None = None
) -> Run | None:
    """Plan the visit reminders that fall due on `day` (a date at the clinic), or from it to `last`, and were not
    planned before; None where there are none. The run is a draft: `approval.settle` decides whether it goes."""
    known = read_day(connection, clinic_id, day, last or day, now)
    if not known.plan:
        return None
    rows = list(_rows(connection, known))
    if not rows:
        return None
    plan_id, channels = leading_plan(connection, clinic_id)
    name = f"Visit reminders {day}"
    run = new_run(connection, clinic_id, "daily", name, who, now, plan_id=plan_id, local_day=day.isoformat())
    insert_rows(connection, clinic_id, run, rows, channels, now)
    return counted(connection, clinic_id, run)


def _rows(connection: Connection, known: Day) -> Iterator[Row]:
    """A row for each reminder that falls due on the day, per phone."""
    phones = phones_of_patients(connection, known.clinic_id)
    for patient_id, found in visits_around(connection, known).items():
        booked = {str(row["id"]): row for row in found}
        # What waits for a decision is told apart, or it would hold back the other visits of its day.
        messages = tuple(
            told
            for state in ("booked", "held")
            for told in told_together(visit_of(row, known) for row in found if row["state"] == state)
        )
        for phone in phones.get(patient_id, ()):
            for told in schedule.wished_of(messages, _wish(phone)):
                confirmed = all(booked[visit.id]["confirmed_at"] for visit in told.visits)
                yield from _of_phone(known, told, phone, booked, confirmed)


def _of_phone(known: Day, told: Told, phone: Phone, booked: Mapping[str, Any], confirmed: bool) -> Iterator[Row]:
    where = Whereabouts.from_key(phone.zones)
    if not where.zones:
        # Nobody knows when it is day there: planned for the clinic's day, and held until somebody says.
        where = Whereabouts((known.zone,))
    first = booked[told.first.id]
    dues = schedule.reminders(
        told,
        where,
        known.now,
        plan=known.plan,
        wish=_wish(phone),
        confirmed=confirmed,
        sent=known.sent.get((phone.contact_id, first["id"], first["starts_at"]), ()),
    )
    for due in dues:
        when = due.at or due.planned
        if due.outcome not in (Outcome.DUE, Outcome.HELD):
            continue
        if not _on(when, known, late=due.outcome is Outcome.HELD):
            continue
        kind = "visit_week" if told.about is About.WEEK else "visit" if due.asks else "visit_note"
        site = known.sites.get(first["site_id"])
        yield Row(
            contact_id=phone.contact_id,
            patient_id=phone.patient_id,
            visit_id=first["id"],
            visits=json.dumps([int(visit.id) for visit in told.visits]),
            template_id=known.templates.get(kind, 0),
            fields=json.dumps(facts_about(known, told, phone, site)),
            due_at=int(when.timestamp()),
            not_after=int((told.first.start - BEFORE_VISIT).timestamp()),
            reason=_hindrance(first, site, due),
            dedupe=keys.of_visit(
                first["id"], first["starts_at"], keys.OF_THE_WEEK if told.about is About.WEEK else due.before.name
            ),
        )


def _hindrance(visit: Any, site: Any, due: Due) -> str:
    """Why a reminder is held when it is planned; empty where nothing of the visit hinders it."""
    if visit["state"] == "held":
        return "held.visit_held"
    return kept(due.reason) if due.reason else "" if site else "held.site_unknown"


def _wish(phone: Phone) -> Wish:
    return Wish(phone.fewer or "all")


def _on(when: datetime, known: Day, *, late: bool) -> bool:
    """Does it fall on the planned day, by the clinic's clock? What is held because its time is over counts today."""
    day = when.astimezone(ZoneInfo(known.zone)).date()
    return known.day <= day <= known.last or (late and day < known.day)


def facts_about(known: Day, told: Told, phone: Phone, site: Any) -> dict[str, Any]:
    """What the words of a message about visits are made of, for one phone."""
    others = [own["zone"] for own in known.sites.values()] + list(Whereabouts.from_key(phone.zones).zones)
    towns = {own["town"] for own in known.sites.values() if own["town"]}
    say_zone = zone_matters(told.first.start, told.first.zone, others)
    return facts_of(known.name, site, told, initial=phone.initial, say_zone=say_zone, towns=len(towns))


def visit_of(row: Any, known: Day) -> Visit:
    """A visit from its row, with the zone and the town of its site."""
    site = known.sites.get(row["site_id"])
    start = datetime.fromtimestamp(row["starts_at"], UTC)
    return Visit(str(row["id"]), start, site["zone"] if site else known.zone, site["town"] if site else "")
