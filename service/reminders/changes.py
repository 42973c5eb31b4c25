"""Changes: who was told of a visit hears at once that it moved or will not take place.

So does whoever asked to hear only of changes, as they were promised. Everybody else hears of the new time with their
next reminder."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, select

from service.reminders import approval, keys
from service.reminders.insertion import Row, insert_rows
from service.reminders.known_day import Day, Phone, phones_of_patients, read_day
from service.reminders.planning import facts_about, visit_of
from service.reminders.plans import leading_plan
from service.reminders.rules.grouping import About, Told
from service.reminders.rules.schedule import LATEST, Wish, moved
from service.reminders.rules.validity import BEFORE_VISIT
from service.reminders.rules.zones import Whereabouts
from service.reminders.runs import Run, counted, new_run
from service.reminders.waiting import batches
from service.storage.reminder_tables import patients, visits

# Time for whoever loaded a wrong file to cancel what follows from it.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class _Changed:
    """What changed on one day of a patient: the visits that did, and those that stand on that day, changed or not."""

    patient_id: int
    changed: tuple[Any, ...]
    standing: tuple[Any, ...]

    @property
    def told(self) -> tuple[Any, ...]:
        """What the message tells of: what stands that day, else what was called off."""
        return self.standing or self.changed


def tell_changes(
    connection: Connection, clinic_id: int, visit_ids: Collection[int], who: str, now: int
) -> Run | None:
    """Plan the messages about visits ahead that moved or were cancelled, and let them go after ten minutes unless
    they are many; None where nobody needs one. A clinic that reminds nobody tells nobody."""
    if not visit_ids:
        return None
    today = datetime.fromtimestamp(now, UTC).date()
    known = read_day(connection, clinic_id, today, today, now)
    if not known.plan:
        return None
    day = known.now.astimezone(ZoneInfo(known.zone)).date().isoformat()
    about = list(_by_day(_read(connection, clinic_id, visit_ids, now)))
    rows = [(not one.standing, row) for one, row in _rows(connection, known, about)]
    if not rows:
        return None
    plan_id, channels = leading_plan(connection, clinic_id)
    run = new_run(connection, clinic_id, "change", f"Changed visits {day}", who, now, plan_id=plan_id, local_day=day)
    insert_rows(connection, clinic_id, run, (row for off, row in rows if not off), channels, now)
    # No call says that a visit is off: what cannot be texted is for the telephone.
    insert_rows(connection, clinic_id, run, (row for off, row in rows if off), ("text",), now)
    made = counted(connection, clinic_id, run)
    if made:
        approval.settle(connection, clinic_id, run, now)
    return made


def _read(connection: Connection, clinic_id: int, visit_ids: Collection[int], now: int) -> Iterator[tuple[bool, Any]]:
    """The visits ahead of active patients on the days concerned, each with whether it is one that changed."""
    wanted = set(visit_ids)
    changed = visits.alias("changed")
    same_day = and_(
        changed.c.clinic_id == visits.c.clinic_id,
        changed.c.patient_id == visits.c.patient_id,
        changed.c.local_day == visits.c.local_day,
    )
    for batch in batches(sorted(wanted)):
        rows = connection.execute(
            select(visits)
            .distinct()
            .join(changed, same_day)
            .join(patients, and_(patients.c.id == visits.c.patient_id, patients.c.clinic_id == visits.c.clinic_id))
            .where(visits.c.clinic_id == clinic_id, changed.c.id.in_(batch), patients.c.state == "active")
            .where(visits.c.state.in_(("booked", "cancelled")), visits.c.starts_at > now)
            .order_by(visits.c.starts_at, visits.c.id)
        ).mappings()
        yield from ((row["id"] in wanted, row) for row in rows)


def _by_day(found: Iterator[tuple[bool, Any]]) -> Iterator[_Changed]:
    days: dict[tuple[int, str], dict[int, tuple[bool, Any]]] = defaultdict(dict)
    for changed, row in found:
        days[row["patient_id"], row["local_day"]][row["id"]] = (changed, row)
    for (patient_id, _), rows in days.items():
        changed_ones = tuple(row for changed, row in rows.values() if changed)
        standing = tuple(row for _, row in rows.values() if row["state"] == "booked")
        if changed_ones:
            yield _Changed(patient_id, changed_ones, standing)


def _rows(connection: Connection, known: Day, about: Sequence[_Changed]) -> Iterator[tuple[_Changed, Row]]:
    phones = phones_of_patients(connection, known.clinic_id)
    by_moment = sorted((max(moments), about) for about, moments in known.sent.items())
    believed = {(contact_id, visit_id): start for _, (contact_id, visit_id, start) in by_moment}
    for one in about:
        for phone in phones.get(one.patient_id, ()):
            wrong = any(_is_wrong(row, believed.get((phone.contact_id, row["id"]))) for row in one.changed)
            if wrong or phone.fewer == Wish.CHANGES:
                yield one, _row(known, one, phone)


def _is_wrong(row: Any, believed: int | None) -> bool:
    """Is the start of a visit of which a phone heard last (None: of none) no longer so?"""
    return believed is not None and (row["state"] == "cancelled" or row["starts_at"] != believed)


def _row(known: Day, one: _Changed, phone: Phone) -> Row:
    told = Told(About.DAY, tuple(visit_of(row, known) for row in one.told))
    first, start = one.told[0], told.first.start
    where = Whereabouts.from_key(phone.zones)
    where = where if where.zones else Whereabouts((known.zone,))
    soon = known.now + PATIENCE
    at = moved(soon, start - LATEST, told.first.zone, where, soon)
    site = known.sites.get(first["site_id"])
    return Row(
        contact_id=phone.contact_id,
        patient_id=phone.patient_id,
        visit_id=first["id"],
        visits=json.dumps([row["id"] for row in one.told]),
        template_id=known.templates.get("visit_moved" if one.standing else "visit_off", 0),
        fields=json.dumps(facts_about(known, told, phone, site)),
        due_at=int((at or soon).timestamp()),
        not_after=int((start - BEFORE_VISIT).timestamp()),
        reason="schedule.too_late" if at is None else "" if site else "held.site_unknown",
        dedupe=keys.of_visit(first["id"], first["starts_at"], keys.OF_CHANGE if one.standing else keys.OFF),
    )
