"""Planning a day: which reminders of visits fall due, for which phones, and why some are held back.

The rules decide in plain functions; then one INSERT ... SELECT writes every delivery with its state and reason."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, insert, select

from service.reminders import stored
from service.reminders.insertion import Row, insert_rows
from service.reminders.rules import schedule
from service.reminders.rules.grouping import About, Told, Visit, told_together
from service.reminders.rules.schedule import Before, Outcome, Wish
from service.reminders.rules.validity import BEFORE_VISIT
from service.reminders.rules.written_dates import zone_matters
from service.reminders.rules.zones import Whereabouts
from service.reminders.why import kept
from service.storage import reminder_tables
from service.storage.reminder_tables import (
    broadcasts,
    clinics,
    contacts,
    deliveries,
    patient_contacts,
    patients,
    plans,
    sites,
    visits,
)

# A week of daily visits is told of the Saturday before; to know that a run goes on, a week back is read too.
DAYS_AHEAD, DAYS_BACK = 10, 7
KINDS = {"7 days": Before(days=7), "1 day": Before(days=1), "2 hours": Before(hours=2)}


@dataclass(frozen=True)
class Run:
    """A run that was planned: its id, how many deliveries it has, and how many of them do not go."""

    id: int
    count: int
    held: int


@dataclass(frozen=True)
class _Phone:
    patient_id: int
    contact_id: int
    zones: str
    fewer: str
    initial: str


@dataclass(frozen=True)
class _Day:
    """What planning one day of a clinic needs to know."""

    clinic_id: int
    name: str
    zone: str
    day: date
    last: date
    now: datetime
    plan: tuple[Before, ...]
    templates: Mapping[str, int]
    sites: Mapping[int, Any]
    sent: Mapping[tuple[int, int], tuple[datetime, ...]]


def plan_day(
    connection: Connection, clinic_id: int, day: date, who: str, now: int, last: date | None = None
) -> Run | None:
    """Plan the visit reminders that fall due on `day` (a date at the clinic), or from it to `last`, and were not
    planned before; None where there are none. The run is a draft: `approval.settle` decides whether it goes."""
    known = _know(connection, clinic_id, day, last or day, now)
    if not known.plan:
        return None
    rows = list(_rows(connection, known))
    if not rows:
        return None
    run = new_run(connection, clinic_id, "daily", f"Visit reminders {day}", who, now, local_day=day.isoformat())
    insert_rows(connection, clinic_id, run, rows, _channels(connection, clinic_id), now)
    return counted(connection, clinic_id, run)


def new_run(connection: Connection, clinic_id: int, kind: str, name: str, who: str, now: int, **more: Any) -> int:
    """An empty run in the state draft; returns its id."""
    standing = select(plans.c.id).where(plans.c.clinic_id == clinic_id, plans.c.retired_at.is_(None))
    plan_id = connection.execute(
        standing.order_by(func.length(plans.c.channels).desc()).limit(1)
    ).scalar_one_or_none()
    values = {"clinic_id": clinic_id, "kind": kind, "name": name, "made_by": who, "made_at": now, "state": "draft"}
    if kind != "broadcast":
        values["plan_id"] = plan_id
    run: int = connection.execute(insert(broadcasts).values(**values, **more).returning(broadcasts.c.id)).scalar_one()
    return run


def counted(connection: Connection, clinic_id: int, run: int) -> Run | None:
    """The run with its counts; None, and the run is taken away again, where it has no delivery."""
    mine = (deliveries.c.clinic_id == clinic_id, deliveries.c.broadcast_id == run)
    count, going = connection.execute(
        select(func.count(), func.count().filter(deliveries.c.state == stored.QUEUED)).where(*mine)
    ).one()
    if not count:
        connection.execute(broadcasts.delete().where(broadcasts.c.clinic_id == clinic_id, broadcasts.c.id == run))
        return None
    return Run(run, count, count - going)


def facts_of(
    clinic: str, site: Any, told: Told | None = None, *, initial: str = "", say_zone: bool = False, towns: int = 1
) -> dict[str, Any]:
    """What the words of a message are made of when it is sent; see `letters.fields`."""
    facts: dict[str, Any] = {"clinic": clinic, "phone": site["day_phone"] if site else ""}
    if told:
        facts["about"] = told.about.value
        facts["visits"] = [[int(visit.start.timestamp()), visit.zone] for visit in told.visits]
    if site and towns > 1:
        facts["town"] = site["town"]
    if initial:
        facts["initial"] = initial
    if say_zone:
        facts["say_zone"] = True
    return facts


def approved_templates(connection: Connection, clinic_id: int) -> dict[str, int]:
    """The newest template of each kind that is not retired, approved ones before others."""
    table = reminder_tables.templates
    rows = connection.execute(
        select(table.c.kind, table.c.id)
        .where(table.c.clinic_id == clinic_id, table.c.retired_at.is_(None))
        .order_by(table.c.approved_at.is_not(None), table.c.version)
    )
    return {row.kind: row.id for row in rows}


def _know(connection: Connection, clinic_id: int, day: date, last: date, now: int) -> _Day:
    clinic = connection.execute(select(clinics).where(clinics.c.id == clinic_id)).mappings().one()
    kinds = connection.execute(
        select(plans.c.kind).where(plans.c.clinic_id == clinic_id, plans.c.retired_at.is_(None))
    ).scalars()
    own_sites = connection.execute(select(sites).where(sites.c.clinic_id == clinic_id)).mappings()
    return _Day(
        clinic_id=clinic_id,
        name=clinic["name_in_texts"],
        zone=clinic["zone"],
        day=day,
        last=last,
        now=datetime.fromtimestamp(now, UTC),
        plan=tuple(KINDS[kind] for kind in kinds if kind in KINDS),
        templates=approved_templates(connection, clinic_id),
        sites={site["id"]: site for site in own_sites},
        sent=_sent(connection, clinic_id, now),
    )


def _rows(connection: Connection, known: _Day) -> Iterator[Row]:
    """A row for each reminder that falls due on the day, per phone."""
    phones = _phones(connection, known)
    for patient_id, found in _visits(connection, known).items():
        booked = {str(row["id"]): row for row in found}
        for told in told_together(_visit(row, known) for row in found):
            confirmed = all(booked[visit.id]["confirmed_at"] for visit in told.visits)
            for phone in phones.get(patient_id, ()):
                yield from _of_phone(known, told, phone, booked, confirmed)


def _of_phone(known: _Day, told: Told, phone: _Phone, booked: Mapping[str, Any], confirmed: bool) -> Iterator[Row]:
    where = Whereabouts.from_key(phone.zones)
    if not where.zones:
        # Nobody knows when it is day there: planned for the clinic's day, and held until somebody says.
        where = Whereabouts((known.zone,))
    first = booked[told.first.id]
    dues = schedule.reminders(
        told,
        where,
        known.now,
        plan=schedule.wished(known.plan, Wish(phone.fewer or "all")),
        confirmed=confirmed,
        sent=known.sent.get((phone.contact_id, first["id"]), ()),
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
            fields=json.dumps(_facts(known, told, phone, site)),
            due_at=int(when.timestamp()),
            not_after=int((told.first.start - BEFORE_VISIT).timestamp()),
            reason=kept(due.reason) if due.reason else "" if site else "held.site_unknown",
            dedupe=f"v{first['id']}@{first['starts_at']}:{'w' if told.about is About.WEEK else due.before.name}",
        )


def _on(when: datetime, known: _Day, *, late: bool) -> bool:
    """Does it fall on the planned day, by the clinic's clock? What is held because its time is over counts today."""
    day = when.astimezone(ZoneInfo(known.zone)).date()
    return known.day <= day <= known.last or (late and day < known.day)


def _facts(known: _Day, told: Told, phone: _Phone, site: Any) -> dict[str, Any]:
    others = [own["zone"] for own in known.sites.values()] + list(Whereabouts.from_key(phone.zones).zones)
    towns = {own["town"] for own in known.sites.values() if own["town"]}
    say_zone = zone_matters(told.first.start, told.first.zone, others)
    return facts_of(known.name, site, told, initial=phone.initial, say_zone=say_zone, towns=len(towns))


def _visit(row: Any, known: _Day) -> Visit:
    site = known.sites.get(row["site_id"])
    start = datetime.fromtimestamp(row["starts_at"], UTC)
    return Visit(str(row["id"]), start, site["zone"] if site else known.zone, site["town"] if site else "")


def _visits(connection: Connection, known: _Day) -> dict[int, list[Any]]:
    """The booked visits around the day, by patient."""
    first = (known.day - timedelta(days=DAYS_BACK)).isoformat()
    last = (known.last + timedelta(days=DAYS_AHEAD)).isoformat()
    rows = connection.execute(
        select(visits)
        .join(patients, and_(patients.c.id == visits.c.patient_id, patients.c.clinic_id == visits.c.clinic_id))
        .where(visits.c.clinic_id == known.clinic_id, visits.c.local_day.between(first, last))
        .where(visits.c.state == "booked", patients.c.state == "active")
        .order_by(visits.c.starts_at)
    ).mappings()
    by_patient: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_patient[row["patient_id"]].append(row)
    return by_patient


def _phones(connection: Connection, known: _Day) -> dict[int, list[_Phone]]:
    link = patient_contacts
    rows = connection.execute(
        select(
            link.c.patient_id,
            link.c.contact_id,
            contacts.c.zones,
            contacts.c.fewer,
            contacts.c.whose,
            link.c.initial,
            patients.c.first_initial,
        )
        .join(contacts, and_(contacts.c.id == link.c.contact_id, contacts.c.clinic_id == link.c.clinic_id))
        .join(patients, and_(patients.c.id == link.c.patient_id, patients.c.clinic_id == link.c.clinic_id))
        .where(link.c.clinic_id == known.clinic_id)
    )
    phones: dict[int, list[_Phone]] = defaultdict(list)
    for patient, contact, zones, fewer, whose, initial, first in rows:
        shown = (initial or first) if whose == "shared" else ""
        phones[patient].append(_Phone(patient, contact, zones, fewer, shown))
    return phones


def _sent(connection: Connection, clinic_id: int, now: int) -> dict[tuple[int, int], tuple[datetime, ...]]:
    """When each phone was told of each visit, as far as it was."""
    told = defaultdict(list)
    rows = connection.execute(
        select(deliveries.c.contact_id, deliveries.c.visits, deliveries.c.due_at, deliveries.c.accepted_at).where(
            deliveries.c.clinic_id == clinic_id,
            deliveries.c.visit_id.is_not(None),
            deliveries.c.due_at > now - 14 * 86400,
            deliveries.c.state.not_in((stored.HELD, stored.CANCELLED, stored.EXPIRED, stored.UNDELIVERED)),
        )
    )
    for contact, names, due_at, accepted_at in rows:
        for visit in json.loads(names):
            told[contact, visit].append(datetime.fromtimestamp(accepted_at or due_at, UTC))
    return {key: tuple(moments) for key, moments in told.items()}


def _channels(connection: Connection, clinic_id: int) -> Sequence[str]:
    standing = select(plans.c.channels).where(plans.c.clinic_id == clinic_id, plans.c.retired_at.is_(None))
    lines: Iterable[str] = connection.execute(standing.order_by(func.length(plans.c.channels).desc())).scalars()
    return next(iter(lines), "text").split(",")
