"""The visits that a question is about, and how an answer names them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from service.languages import Language
from service.reminders.answers.known import Known, Site, other_zones, serves, site
from service.reminders.answers.questions import Question
from service.reminders.rules import written_dates
from service.reminders.rules.grouping import About, Told, Visit
from service.reminders.rules.zones import Whereabouts
from service.storage.reminder_tables import deliveries, visits


@dataclass(frozen=True)
class AskedVisits:
    """Visits of one patient that one message told of, never empty; `ids` in order of their start.

    `stands`: all are still booked, and at the time that was told."""

    ids: tuple[int, ...]
    patient_id: int
    told: Told
    site: Site
    initial: str
    say_zone: bool
    stands: bool

    @property
    def starts_at(self) -> int:
        """When the first of them begins, in seconds since 1970."""
        return int(self.told.first.start.timestamp())

    def when(self, language: Language) -> str:
        """As a reminder names them: `Tuesday Dec 3, 2:30 PM`, on a shared phone with ` for M` behind it."""
        said = written_dates.told(self.told, language, say_zone=self.say_zone)
        return said + written_dates.initial(self.initial, language)

    def days_ahead(self, at: int) -> int:
        """How many days lie between `at` and the day of the first visit, on the site's calendar."""
        return (self.told.first.day - datetime.fromtimestamp(at, ZoneInfo(self.site.zone)).date()).days


def of_question(connection: Connection, person: Known, question: Question) -> AskedVisits | None:
    """The visits of a question; None for one that is about no visit that we know."""
    ids = [question.visit_id] if question.visit_id else []
    if question.delivery_id:
        mine = (deliveries.c.clinic_id == person.clinic_id, deliveries.c.id == question.delivery_id)
        listed = connection.execute(select(deliveries.c.visits).where(*mine)).scalar_one_or_none()
        ids = json.loads(listed or "[]") or ids
    wanted = (visits.c.clinic_id == person.clinic_id, visits.c.id.in_(ids))
    rows = connection.execute(select(visits).where(*wanted).order_by(visits.c.starts_at)).mappings().all()
    if not rows:
        return None
    moved = any((row["changed_at"] or 0) > question.asked_at for row in rows)
    found = _asked(connection, person, rows)
    return replace(found, stands=not moved and all(row["state"] == "booked" for row in rows))


def next_visit(connection: Connection, person: Known, after: int) -> AskedVisits | None:
    """The next booked visit of anybody whom this phone serves, with the others of the same patient and day."""
    ids = [served.id for served in serves(connection, person)]
    ahead = (
        visits.c.clinic_id == person.clinic_id,
        visits.c.patient_id.in_(ids),
        visits.c.state == "booked",
        visits.c.starts_at > after,
    )
    rows = connection.execute(select(visits).where(*ahead).order_by(visits.c.starts_at).limit(20)).mappings().all()
    same_day = [r for r in rows if (r["patient_id"], r["local_day"]) == (rows[0]["patient_id"], rows[0]["local_day"])]
    return _asked(connection, person, same_day) if same_day else None


def _asked(connection: Connection, person: Known, rows: Sequence[Any]) -> AskedVisits:
    first = rows[0]
    place = site(connection, person.clinic_id, first["site_id"])
    told = _told([Visit(str(r["id"]), datetime.fromtimestamp(r["starts_at"], UTC), place.zone) for r in rows])
    served = serves(connection, person)
    initials = {patient.id: patient.initial for patient in served}
    others = {*other_zones(connection, person.clinic_id), *Whereabouts.from_key(person.zones).zones}
    return AskedVisits(
        ids=tuple(row["id"] for row in rows),
        patient_id=first["patient_id"],
        told=told,
        site=place,
        initial=initials.get(first["patient_id"], "") if len(served) > 1 else "",
        say_zone=written_dates.zone_matters(told.first.start, place.zone, others),
        stands=True,
    )


def _told(visits_told: list[Visit]) -> Told:
    one_day = all(visit.day == visits_told[0].day for visit in visits_told)
    return Told(About.DAY if one_day else About.WEEK, tuple(visits_told))
