"""A letter: one delivery made ready to go, its words put together just before it is sent."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, select

from service.conversation.world import written
from service.languages import Language
from service.reminders.privacy import Privacy
from service.reminders.rules import written_dates
from service.reminders.rules.grouping import About, Told, Visit
from service.reminders.rules.template import Rendered, Template, render, templates
from service.storage import reminder_tables
from service.storage.json_rows import as_json, json_rows, unindexed
from service.storage.prepared import Prepared
from service.storage.reminder_tables import contacts, deliveries, senders
from service.storage.vault import Sealed

# Between the forms of a template, from the longest to the shortest, in its column.
FORMS = "\n---\n"


@dataclass(frozen=True)
class Letter:
    """What is needed to send one delivery. `to` and `sender` are numbers in E.164, `not_after` in seconds since 1970,
    `template` its kind, English and Spanish, `facts` what the words are made of, as JSON."""

    delivery_id: int
    contact_id: int
    to: str
    sender: str
    channel: str
    language: Language
    zones: str
    not_after: int
    template: tuple[str, str, str]
    facts: str

    def words(self) -> Rendered:
        """The text as it goes out. Raises KeyError for a field that the template names and the facts lack."""
        return _words(self.template, self.language, self.facts)


def load(connection: Connection, privacy: Privacy, clinic_id: int, ids: Collection[int]) -> list[Letter]:
    """The letters of these deliveries of a clinic, in no order; one whose number no key opens has no number."""
    values = {"clinic": clinic_id, "ids": as_json({"id": delivery} for delivery in ids)}
    rows = _LOAD.run(connection, values).fetchall()
    return [_letter(_Row(*row), privacy) for row in rows]


def _load(dialect: str) -> Any:
    table = reminder_tables.templates
    mine = and_(contacts.c.id == deliveries.c.contact_id, contacts.c.clinic_id == deliveries.c.clinic_id)
    wanted = json_rows(dialect, "ids", {"id": int})
    return (
        select(
            deliveries.c.id,
            deliveries.c.fields,
            deliveries.c.channel,
            deliveries.c.not_after,
            contacts.c.id.label("contact_id"),
            contacts.c.phone_sealed,
            contacts.c.language,
            contacts.c.zones,
            table.c.kind,
            table.c.en,
            table.c.es,
            senders.c.number.label("sender"),
        )
        .select_from(wanted.join(deliveries, deliveries.c.id == wanted.c.id).join(contacts, mine))
        .join(table, and_(table.c.id == deliveries.c.template_id, table.c.clinic_id == deliveries.c.clinic_id))
        .join(senders, and_(senders.c.id == deliveries.c.sender_id, senders.c.clinic_id == deliveries.c.clinic_id))
        .where(unindexed(deliveries.c.clinic_id) == bindparam("clinic"))
    )


_LOAD = Prepared(_load)


class _Row(NamedTuple):
    """What `_load` selects, in its order."""

    id: int
    fields: str
    channel: str
    not_after: int
    contact_id: int
    phone_sealed: bytes | None
    language: str
    zones: str
    kind: str
    en: str
    es: str
    sender: str


def template_of(kind: str, en: str, es: str) -> Template:
    """A template from its columns; which digits answer it stands with the one it was made from."""
    forms = {Language.ENGLISH: tuple(en.split(FORMS)), Language.SPANISH: tuple(es.split(FORMS))}
    known = templates().get(kind)
    return Template(kind, known.asks if known else (), forms)


def fields(facts: Mapping[str, Any], language: Language) -> dict[str, str]:
    """The fields of a template in one language, from the facts of a delivery: `clinic`, `phone` (E.164), and where
    they matter `visits` ([start in seconds, zone] each), `about`, `town`, `initial`, `say_zone`, `day` (2026-12-03)
    and `by` ([seconds, zone])."""
    filled = {
        "clinic": facts.get("clinic", ""),
        "phone": written(facts.get("phone", "")),
        "town": written_dates.town(facts.get("town", ""), language),
        "initial": written_dates.initial(facts.get("initial", ""), language),
        "more": "",
    }
    if facts.get("visits"):
        told = told_of(facts)
        filled["when"] = written_dates.told(told, language, say_zone=bool(facts.get("say_zone")))
        filled["more"] = written_dates.more(told.more, language)
    elif "day" in facts:
        filled["when"] = written_dates.day(date.fromisoformat(facts["day"]), language)
    if "by" in facts:
        seconds, zone = facts["by"]
        filled["by"] = written_dates.deadline(datetime.fromtimestamp(seconds, UTC), zone, language)
    return filled


def told_of(facts: Mapping[str, Any]) -> Told:
    """The visits that a message tells of."""
    visits = (
        Visit(str(n), datetime.fromtimestamp(start, UTC), zone) for n, (start, zone) in enumerate(facts["visits"])
    )
    return Told(About(facts.get("about", "day")), tuple(visits))


def _letter(row: _Row, privacy: Privacy) -> Letter:
    try:
        to = privacy.open(row.phone_sealed, "contacts.phone_sealed", row.contact_id)
    except Sealed:
        to = ""
    return Letter(
        delivery_id=row.id,
        contact_id=row.contact_id,
        to=to,
        sender=row.sender,
        channel=row.channel,
        language=Language(row.language),
        zones=row.zones,
        not_after=row.not_after,
        template=(row.kind, row.en, row.es),
        facts=row.fields,
    )


# A broadcast sends the same words to thousands, and a day's reminders share their times.
@lru_cache(maxsize=1024)
def _words(template: tuple[str, str, str], language: Language, facts: str) -> Rendered:
    return render(template_of(*template), language, fields(json.loads(facts), language))
