"""A clinic whose plans and templates two people approved, and its visits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, update

from service.languages import Language
from service.reminders.letters import FORMS
from service.reminders.rules.template import templates as shipped
from service.storage import reminder_tables
from service.storage.reminder_tables import plans, sites, visits
from tests.reminders.sending.sample_clinic import Sample

NEW_YORK = ZoneInfo("America/New_York")
# The clock of these tests stands at noon of Wednesday, December 2.
TODAY, TOMORROW = date(2026, 12, 2), date(2026, 12, 3)
BEFORE_VISITS = ("7 days", "1 day", "2 hours")

Clinic = Callable[..., Sample]


def approve_all(sample: Sample, kinds: Sequence[str] = BEFORE_VISITS) -> None:
    """Give a sample clinic every template, plans of these kinds, and hours, all approved."""
    approved = {"first_by": "Ana", "approved_by": "Bea", "first_at": sample.now, "approved_at": sample.now}
    with sample.database.write() as connection:
        connection.execute(delete(reminder_tables.templates))
        for template in shipped().values():
            forms = {language.value: FORMS.join(template.forms[language]) for language in Language}
            values = {"clinic_id": sample.clinic_id, "kind": template.id, **forms, **approved}
            connection.execute(insert(reminder_tables.templates).values(values))
        for kind in kinds:
            values = {"clinic_id": sample.clinic_id, "kind": kind, "template_kind": "visit", **approved}
            connection.execute(insert(plans).values(values))
        connection.execute(update(sites).values(hours="Mon-Fri 08:00-17:00"))


def book(connection: Connection, sample: Sample, person: int, day: date, clock: str, state: str = "booked") -> int:
    """A visit of a person on a day at a time in New York; returns its id."""
    start = datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), NEW_YORK)
    values = {
        "clinic_id": sample.clinic_id,
        "site_id": sample.site_id,
        "patient_id": person,
        "ref": f"{person}-{day}-{clock}",
        "starts_at": int(start.timestamp()),
        "local_day": day.isoformat(),
        "state": state,
    }
    visit_id: int = connection.execute(insert(visits).values(values).returning(visits.c.id)).scalar_one()
    return visit_id
