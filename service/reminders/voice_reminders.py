"""What a reminder call says: only to the phone that was called, and only what still holds when it is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, and_, select

from service.conversation.pace import Pace
from service.conversation.reply import Say
from service.conversation.world import written
from service.languages import Language
from service.reminders.letters import told_of
from service.reminders.optouts import stopped
from service.reminders.rules import spoken_dates, written_dates
from service.reminders.rules.grouping import Told
from service.reminders.rules.spoken_dates import Shape
from service.storage import reminder_tables
from service.storage.reminder_tables import clinics, contacts, deliveries, visits

# What a message of each kind says of one day, and what it says first where it is about several.
ONE_DAY = {"visit": "call_visit", "visit_week": "call_visit", "visit_moved": "call_moved", "visit_note": "call_note"}
FIRST = {"visit_moved": "call_moved_many", "visit_note": "call_note_many"}
SEVERAL = {Shape.RUN: "call_run", Shape.LIST: "call_list"}
CALLED_OFF = "visit_off"
KINDS = frozenset({*ONE_DAY, CALLED_OFF, "closing_day", "follow_up"})
# The kinds that ask, and so are followed by the three answers.
ASKS = frozenset({"visit", "visit_week", "visit_moved"})


@dataclass(frozen=True)
class Spoken:
    """A message to be said. `parts` without the answers; `asks`: do 1, 2 and 3 answer it; `calls_back`: does 2 alone;
    `phone` as people write it; `visit_id` 0 where it is about none."""

    clinic_id: int
    clinic_name: str
    language: Language
    pace: Pace
    phone: str
    parts: tuple[Say, ...]
    asks: bool
    calls_back: bool
    visit_id: int


def spoken(connection: Connection, delivery_id: int, phone: str) -> Spoken | None:
    """What this delivery says to this phone (its blind index); None where it is another's, was stopped, or is about a
    visit that no longer stands. The address of a call alone thus tells nobody anything."""
    table = reminder_tables.templates
    row = connection.execute(
        select(
            contacts.c.clinic_id,
            contacts.c.language,
            contacts.c.needs,
            deliveries.c.fields,
            deliveries.c.visit_id,
            table.c.kind,
            clinics.c.name_in_texts,
            visits.c.state,
        )
        .select_from(deliveries)
        .join(
            contacts, and_(contacts.c.id == deliveries.c.contact_id, contacts.c.clinic_id == deliveries.c.clinic_id)
        )
        .join(table, and_(table.c.id == deliveries.c.template_id, table.c.clinic_id == deliveries.c.clinic_id))
        .join(clinics, clinics.c.id == deliveries.c.clinic_id)
        .outerjoin(visits, and_(visits.c.id == deliveries.c.visit_id, visits.c.clinic_id == deliveries.c.clinic_id))
        .where(
            deliveries.c.id == delivery_id,
            deliveries.c.channel == "call",
            contacts.c.phone == phone,
            ~stopped(contacts.c.clinic_id, contacts.c.phone),
        )
    ).one_or_none()
    if row is None or row.kind not in KINDS:
        return None
    if row.kind != CALLED_OFF and row.state in ("cancelled", "done", "noshow"):
        return None
    language, facts = Language(row.language), json.loads(row.fields)
    return Spoken(
        clinic_id=row.clinic_id,
        clinic_name=row.name_in_texts,
        language=language,
        pace=Pace.SLOW if "slow" in row.needs.split(",") else Pace.NORMAL,
        phone=written(facts.get("phone", "")),
        parts=message_parts(row.kind, facts, language),
        asks=row.kind in ASKS and bool(row.visit_id),
        calls_back=row.kind in ("follow_up", CALLED_OFF),
        visit_id=row.visit_id or 0,
    )


def about_visits(
    kind: str, message: Told, language: Language, *, town: str = "", initial: str = "", say_zone: bool = False
) -> tuple[Say, ...]:
    """What a call says of visits: `kind` is that of the message (visit, visit_moved ...), `town` the site's where it
    must be said."""
    besides = spoken_dates.besides(message, initial, language)
    said = (
        ("moment", spoken_dates.moment(message, language, say_zone=say_zone, last=not (town or besides))),
        ("town", written_dates.town(town, language).strip()),
        ("besides", besides),
        ("until", str(spoken_dates.over(message))),
    )
    shape = spoken_dates.shape(message)
    if kind == CALLED_OFF:
        # Said before what follows, so without the falling tone at its end.
        when = spoken_dates.moment(message, language, say_zone=say_zone, last=False)
        return (Say("reminder.call_off", (("moment", when), ("until", str(spoken_dates.over(message))))),)
    if shape is Shape.DAY:
        return (Say(f"reminder.{ONE_DAY[kind]}", said),)
    first = (Say(f"reminder.{FIRST[kind]}"),) if kind in FIRST else ()
    return (*first, Say(f"reminder.{SEVERAL[shape]}", said))


def message_parts(kind: str, facts: Mapping[str, Any], language: Language) -> tuple[Say, ...]:
    """What a message of `kind` (one of KINDS) says of its `facts`, as a delivery keeps them."""
    if kind == "closing_day":
        day = date.fromisoformat(facts["day"])
        until = int(datetime.combine(day, time.max, UTC).timestamp()) + spoken_dates.LASTS
        return (Say("reminder.call_closing", (("moment", spoken_dates.day(day, language)), ("until", str(until)))),)
    if not facts.get("visits"):
        return (Say("reminder.call_follow_up"),)
    told = told_of(facts)
    return about_visits(
        kind,
        told,
        language,
        town=facts.get("town", ""),
        initial=facts.get("initial", ""),
        say_zone=bool(facts.get("say_zone")),
    )
