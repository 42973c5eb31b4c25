"""A sample clinic to try things with: invented people, their visits tomorrow, and everything approved."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from service.content.phrase import fill
from service.languages import Language
from service.reminders.clinics import Clinic, Sender, Site, add_sender, add_site, clinic, create_clinic, sites_of
from service.reminders.consent import Channel, Consent, record_consent
from service.reminders.imports.checking import check
from service.reminders.imports.columns import Kind, guess, is_heading, keep
from service.reminders.imports.loading import load
from service.reminders.imports.reading import open_sheet
from service.reminders.letters import FORMS
from service.reminders.optouts import carry_over
from service.reminders.privacy import Privacy
from service.reminders.rules.tables import table
from service.reminders.rules.template import templates as shipped
from service.reminders.staff import add_staff
from service.storage.database import Database
from service.storage.reminder_tables import contacts, plans, templates

PEOPLE = 200
SAMPLE_PACE = 20  # segments a second
DAY = 86400
PLANS = ("7 days", "1 day", "2 hours")
# So that a preview has something to explain: every so many people one has no consent, has opted out, speaks Spanish.
NO_CONSENT, OPTED_OUT, SPANISH, SHARED, DEAF = 40, 67, 5, 50, 90


@dataclass(frozen=True)
class Made:
    """The sample: its clinic, and the lists it was loaded from, to load again or change."""

    clinic: Clinic
    patients_file: Path
    visits_file: Path
    people: int
    visits: int


def make_sample(database: Database, privacy: Privacy, folder: Path, sender: str, now: int, chance: Random) -> Made:
    """Make the sample clinic; it sends from `sender` and its lists are written to `folder`. Raises Refused where it
    is there already."""
    sample = table("sample")
    with database.write() as connection:
        made = _make_clinic(connection, sample, sender, now)
        sites = sites_of(connection, made.id)
    tomorrow = datetime.fromtimestamp(now, ZoneInfo(made.zone)).date() + timedelta(days=1)
    people = list(_people(sample, chance))
    folder.mkdir(parents=True, exist_ok=True)
    patients_file, visits_file = folder / "patients.csv", folder / f"visits-{tomorrow}.csv"
    _write(patients_file, ("MRN", "Pt Name", "Mobile", "Lang", "Needs"), people)
    bookings = list(_visits(people, sites, tomorrow, chance))
    _write(visits_file, ("Visit ID", "MRN", "Appt Date", "Appt Time", "Dept", "Status"), bookings)
    for kind, path in ((Kind.PATIENTS, patients_file), (Kind.VISITS, visits_file)):
        _load(database, privacy, made, kind, path, sample["staff"][2]["name"], now)
    with database.write() as connection:
        _agree(connection, privacy, made, now)
        _approve(connection, made.id, sample, now)
    return Made(made, patients_file, visits_file, len(people), len(bookings))


def _make_clinic(connection: Connection, sample: Any, sender: str, now: int) -> Clinic:
    first = sample["staff"][0]["name"]
    clinic_id = create_clinic(connection, **sample["clinic"], now=now, who=first)
    for member in sample["staff"]:
        add_staff(connection, clinic_id, member["name"], member["role"], first, now)
    for site in sample["sites"]:
        add_site(connection, clinic_id, Site(**site), first, now)
    # A pretend number has no carrier that slows it down; a real long code sends one segment a second.
    add_sender(connection, clinic_id, Sender(sender, role="both", pace=SAMPLE_PACE), first, now)
    return clinic(connection, clinic_id)


def _people(sample: Any, chance: Random) -> Iterator[tuple[str, str, str, str, str]]:
    numbers = [f"{area}-555-01{last:02}" for area in sample["area_codes"] for last in range(100)]
    chance.shuffle(numbers)
    for count in range(PEOPLE):
        name = f"{chance.choice(sample['last_names'])}, {chance.choice(sample['first_names'])}"
        number = numbers[count - 1] if count and count % SHARED == 0 else numbers[count]
        language = "Spanish" if count % SPANISH == 0 else "English"
        yield f"S{1000 + count}", name, number, language, "deaf" if count % DEAF == 1 else ""


def _visits(
    people: list[tuple[str, str, str, str, str]], sites: list[Site], day: date, chance: Random
) -> Iterator[tuple[str, str, str, str, str, str]]:
    for count, (ref, *_) in enumerate(people):
        site = sites[count % len(sites)]
        hour, minute = chance.randint(8, 16), chance.choice((0, 15, 30, 45))
        # Some come for two things on one day: one message names the first.
        for part in range(2 if count % 8 == 0 else 1):
            clock = f"{(hour + part) % 12 or 12}:{minute:02} {'AM' if hour + part < 12 else 'PM'}"
            yield f"V{5000 + 2 * count + part}", ref, f"{day:%m/%d/%Y}", clock, site.short_name, "Scheduled"


def _load(database: Database, privacy: Privacy, made: Clinic, kind: Kind, path: Path, who: str, now: int) -> None:
    sheet = open_sheet(path, lambda heading: is_heading(kind, heading))
    with database.write() as connection:
        match = keep(connection, made.id, kind, guess(kind, sheet.header), "sample", who, now)
        sites = sites_of(connection, made.id)
    today = datetime.fromtimestamp(now, ZoneInfo(made.zone)).date()
    with check(kind, sheet, match, made, sites, today) as checked:
        load(database, privacy, checked, who, now)


def _agree(connection: Connection, privacy: Privacy, made: Clinic, now: int) -> None:
    """Most agreed to texts and calls with a card from the desk; a few did not, and a few said STOP since."""
    words = table("consent_words")
    phones = connection.execute(
        select(contacts.c.id, contacts.c.phone, contacts.c.language)
        .where(contacts.c.clinic_id == made.id)
        .order_by(contacts.c.id)
    ).all()
    for count, (contact_id, _, language) in enumerate(phones, 1):
        for channel in Channel:
            if count % NO_CONSENT:
                shown = fill(words[channel.value][language], {"clinic": made.name_in_texts})
                medium, by = channel.value, "the person's own answer 1"
                consent = Consent(channel, shown, words["version"], medium, now - 30 * DAY, by, source="sample")
                record_consent(connection, made.id, contact_id, consent, now)
    stopped = [(phone, now - DAY) for count, (_, phone, _) in enumerate(phones, 1) if count % OPTED_OUT == 0]
    carry_over(connection, made.id, stopped, "sample", now)


def _approve(connection: Connection, clinic_id: int, sample: Any, now: int) -> None:
    """Templates and plans as two people approved them."""
    first, second = sample["staff"][0]["name"], sample["staff"][1]["name"]
    approved = {"first_by": first, "first_at": now, "approved_by": second, "approved_at": now}
    for template in shipped().values():
        forms = {language.value: FORMS.join(template.forms[language]) for language in Language}
        values = {"clinic_id": clinic_id, "kind": template.id, "version": 1, **forms, **approved}
        connection.execute(insert(templates).values(values))
    for kind in PLANS:
        values = {"clinic_id": clinic_id, "kind": kind, "template_kind": "visit", **approved}
        connection.execute(insert(plans).values(values))


def _write(path: Path, header: tuple[str, ...], rows: list[Any]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
