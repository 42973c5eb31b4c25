"""Follow-ups: where no visit is set, people are asked again every so many months after their last one.

The months count from the last visit that took place, or from the last follow-up, whichever is later."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, or_, select

from service.reminders import keys, stored
from service.reminders.facts import facts_of
from service.reminders.insertion import ANEW, Row, insert_rows
from service.reminders.known_day import Phone, phones_of_patients
from service.reminders.plans import follow_up_plan
from service.reminders.rules.schedule import follow_up_due, moved
from service.reminders.rules.zones import Whereabouts
from service.reminders.runs import Run, counted, new_run
from service.reminders.templates import newest_templates
from service.storage.reminder_tables import broadcasts, clinics, deliveries, patients, sites, visits

# Nobody is asked whose last visit is longer ago: most have gone elsewhere.
LONGEST_AGO = timedelta(days=731)
# One that could not go out within so many days has missed its time.
LIFE = timedelta(days=3)
AT = time(10)


@dataclass(frozen=True)
class _Last:
    """The last visit of a patient that took place: its day at the site, and the site."""

    day: date
    site_id: int | None


@dataclass(frozen=True)
class _Asking:
    """What planning the follow-ups of a clinic needs to know. `asked`: the day of the last follow-up, by patient."""

    name: str
    zone: str
    months: int
    template_id: int
    sites: Mapping[int, Any]
    asked: Mapping[int, date]


def plan_follow_ups(
    connection: Connection, clinic_id: int, day: date, who: str, now: int, last: date | None = None
) -> Run | None:
    """Plan the follow-ups that fall due on `day` (a date at the clinic), or from it to `last`, and were not planned
    before; None where there are none. The run is a draft: `approval.settle` decides whether it goes."""
    plan = follow_up_plan(connection, clinic_id)
    if plan is None:
        return None
    asking = _read(connection, clinic_id, plan.months)
    rows = list(_rows(connection, clinic_id, asking, day, last or day, now))
    if not rows:
        return None
    name = f"Follow-ups {day}"
    run = new_run(connection, clinic_id, "follow_up", name, who, now, plan_id=plan.id, local_day=day.isoformat())
    insert_rows(connection, clinic_id, run, rows, plan.channels, now)
    return counted(connection, clinic_id, run)


def _rows(connection: Connection, clinic_id: int, asking: _Asking, day: date, last: date, now: int) -> Iterator[Row]:
    phones = phones_of_patients(connection, clinic_id)
    for patient_id, seen in _seen_last(connection, clinic_id, now).items():
        if day - seen.day > LONGEST_AGO:
            continue
        anchor = max(seen.day, asking.asked.get(patient_id, seen.day))
        due = follow_up_due(anchor, asking.months, day, last)
        for phone in phones.get(patient_id, ()) if due else ():
            # Whoever asked for only the day before, or only changes, asked not to get this.
            if due and not phone.fewer:
                yield _row(phone, seen, asking, due, max(due, day), now)


def _row(phone: Phone, seen: _Last, asking: _Asking, due: date, day: date, now: int) -> Row:
    where = Whereabouts.from_key(phone.zones)
    if not where.zones:
        # Nobody knows when it is day there: planned for the clinic's day, and held until somebody says.
        where = Whereabouts((asking.zone,))
    meant = datetime.combine(day, AT, ZoneInfo(asking.zone)).astimezone(UTC)
    begin = datetime.fromtimestamp(now, UTC)
    at = moved(max(meant, begin), meant + LIFE, asking.zone, where, begin) or meant
    site = asking.sites.get(seen.site_id or 0) or next(iter(asking.sites.values()), None)
    return Row(
        contact_id=phone.contact_id,
        patient_id=phone.patient_id,
        visit_id=0,
        visits="[]",
        template_id=asking.template_id,
        fields=json.dumps(facts_of(asking.name, site)),
        due_at=int(at.timestamp()),
        not_after=int((at + LIFE).timestamp()),
        reason="" if site else "held.site_unknown",
        dedupe=keys.of_follow_up(phone.patient_id, due, asking.months),
    )


def _read(connection: Connection, clinic_id: int, months: int) -> _Asking:
    clinic = connection.execute(select(clinics).where(clinics.c.id == clinic_id)).mappings().one()
    own = connection.execute(select(sites).where(sites.c.clinic_id == clinic_id).order_by(sites.c.id)).mappings()
    return _Asking(
        name=clinic["name_in_texts"],
        zone=clinic["zone"],
        months=months,
        template_id=newest_templates(connection, clinic_id).get("follow_up", 0),
        sites={site["id"]: site for site in own},
        asked=_asked(connection, clinic_id, ZoneInfo(clinic["zone"])),
    )


def _seen_last(connection: Connection, clinic_id: int, now: int) -> dict[int, _Last]:
    """The last visit of every active patient who has none ahead. A booked one whose time is over took place, unless
    the clinic said otherwise: many lists never say `done`."""
    ahead = visits.alias("ahead")
    booked = select(ahead.c.id).where(
        ahead.c.clinic_id == visits.c.clinic_id,
        ahead.c.patient_id == visits.c.patient_id,
        ahead.c.state.in_(("booked", "held")),
        ahead.c.starts_at > now,
    )
    nth = func.row_number().over(partition_by=visits.c.patient_id, order_by=visits.c.starts_at.desc())
    over = (
        select(visits.c.patient_id, visits.c.local_day, visits.c.site_id, nth.label("nth"))
        .join(patients, and_(patients.c.id == visits.c.patient_id, patients.c.clinic_id == visits.c.clinic_id))
        .where(visits.c.clinic_id == clinic_id, patients.c.state == "active", visits.c.starts_at <= now)
        .where(visits.c.state.in_(("done", "booked")), ~booked.exists())
        .subquery("over")
    )
    rows = connection.execute(select(over).where(over.c.nth == 1))
    return {row.patient_id: _Last(date.fromisoformat(row.local_day), row.site_id) for row in rows}


def _asked(connection: Connection, clinic_id: int, zone: ZoneInfo) -> dict[int, date]:
    """The day of the last follow-up that was planned for each patient, and not given up to be planned anew."""
    standing = or_(deliveries.c.state != stored.CANCELLED, deliveries.c.reason.not_in(ANEW))
    rows = connection.execute(
        select(deliveries.c.patient_id, func.max(deliveries.c.due_at))
        .join(broadcasts, broadcasts.c.id == deliveries.c.broadcast_id)
        .where(deliveries.c.clinic_id == clinic_id, broadcasts.c.clinic_id == clinic_id)
        .where(broadcasts.c.kind == "follow_up", standing)
        .group_by(deliveries.c.patient_id)
    )
    return {patient_id: datetime.fromtimestamp(at, zone).date() for patient_id, at in rows}
