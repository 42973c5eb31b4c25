"""What a reminder call says: only to the phone that was called, and only what still holds when it is answered."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from service.conversation.reply import Say
from service.conversation.world import written
from service.languages import Language
from service.reminders.letters import fields
from service.reminders.optouts import stopped
from service.storage import reminder_tables
from service.storage.reminder_tables import clinics, contacts, deliveries, visits

# How a message of each kind begins on a call; the words of its date follow.
BEGINS = {
    "visit": "reminder.call_visit",
    "visit_week": "reminder.call_visit",
    "visit_moved": "reminder.call_moved",
    "visit_note": "reminder.call_note",
    "closing_day": "reminder.call_closing",
    "follow_up": "reminder.call_follow_up",
}
# The kinds that ask, and so are followed by the three answers.
ASKS = frozenset({"visit", "visit_week", "visit_moved"})


@dataclass(frozen=True)
class Spoken:
    """A message to be said. `parts` without the answers; `asks`: do 1, 2 and 3 answer it; `phone` as people write
    it; `visit_id` 0 where it is about none."""

    clinic_name: str
    language: Language
    phone: str
    parts: tuple[Say, ...]
    asks: bool
    visit_id: int


def spoken(connection: Connection, delivery_id: int, phone: str) -> Spoken | None:
    """What this delivery says to this phone (its blind index); None where it is another's, was stopped, or is about a
    visit that no longer stands. The address of a call alone thus tells nobody anything."""
    table = reminder_tables.templates
    row = connection.execute(
        select(
            contacts.c.language,
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
    if row is None or row.kind not in BEGINS or row.state in ("cancelled", "done", "noshow"):
        return None
    language, facts = Language(row.language), json.loads(row.fields)
    said = fields(facts, language)
    when = said.get("when", "") + said["initial"] + said["more"]
    parts = [Say(BEGINS[row.kind])]
    if when:
        parts.append(Say("as_written", (("words", f"{when}."),)))
    return Spoken(
        clinic_name=row.name_in_texts,
        language=language,
        phone=written(facts.get("phone", "")),
        parts=tuple(parts),
        asks=row.kind in ASKS and bool(row.visit_id),
        visit_id=row.visit_id or 0,
    )
