"""The sheet for tomorrow: everyone seen then who has not confirmed or was not reached, with the reason and a box.

It is written to disk at three in the afternoon, so that it is there, and on paper, when the server is not."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, select

from service.conversation.world import written
from service.languages import Language
from service.reminders import stored
from service.reminders.privacy import Privacy
from service.reminders.rules.tables import table
from service.reminders.rules.written_dates import clock
from service.reminders.rules.written_dates import day as day_words
from service.reminders.why import told
from service.storage.reminder_tables import clinics, contacts, deliveries, patient_contacts, patients, sites, visits
from service.storage.vault import Sealed

READY_AT = 15
REACHED = (stored.DELIVERED,)


@dataclass(frozen=True)
class Line:
    """One visit of tomorrow: `who` as the clinic knows them, `phones` as people write them, `why` in words."""

    time: str
    site: str
    who: str
    phones: tuple[str, ...]
    needs: str
    why: str


def lines(
    connection: Connection, privacy: Privacy, clinic_id: int, day: date, language: Language = Language.ENGLISH
) -> list[Line]:
    """Everyone to be seen on `day` (a date at the site) who has not confirmed, or whom nothing has reached."""
    shown = []
    for visit in _unconfirmed(connection, clinic_id, day):
        phones = _phones(connection, privacy, clinic_id, visit["patient_id"])
        local = datetime.fromtimestamp(visit["starts_at"], UTC).astimezone(ZoneInfo(visit["zone"]))
        shown.append(
            Line(
                time=clock(local.time(), language),
                site=visit["short_name"] or "",
                who=_name(privacy, visit),
                phones=tuple(number for number, _ in phones),
                needs=", ".join(dict.fromkeys(need for _, needs in phones for need in needs.split(",") if need)),
                why=_why(connection, clinic_id, visit["id"], visit["patient_id"], language),
            )
        )
    return shown


def write_sheet(
    folder: Path, name: str, day: date, listed: Sequence[Line], language: Language = Language.ENGLISH
) -> Path:
    """The sheet as a page to print, in `folder`, readable by its owner only; returns its path."""
    words = table("sheet")[language.value]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"tomorrow-{day.isoformat()}-{_plain(name)}.html"
    rows = "".join(_row(line) for line in listed)
    head = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in words["columns"])
    title = words["title"].replace("{clinic}", name).replace("{day}", day_words(day, language))
    page = (
        f'<!doctype html><html lang="{language.value}"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        "<style>body{font:12pt sans-serif}table{border-collapse:collapse;width:100%}th,td{border:1px solid;"
        "padding:.3em;text-align:left;vertical-align:top}.box{font-size:150%}</style>"
        f"<h1>{html.escape(title)}</h1><p>{html.escape(words['count'].replace('{count}', str(len(listed))))}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></html>\n"
    )
    partial = path.with_suffix(".partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(page)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
    return path


def tomorrow(now: float, zone: str) -> date:
    """The day after `now` by the clinic's clock."""
    return datetime.fromtimestamp(now, ZoneInfo(zone)).date() + timedelta(days=1)


def _unconfirmed(connection: Connection, clinic_id: int, day: date) -> list[Any]:
    reached = (
        select(deliveries.c.id)
        .where(
            deliveries.c.clinic_id == clinic_id,
            deliveries.c.patient_id == visits.c.patient_id,
            deliveries.c.visit_id == visits.c.id,
            deliveries.c.state.in_(REACHED),
        )
        .exists()
    )
    return list(
        connection.execute(
            select(
                visits.c.id,
                visits.c.patient_id,
                visits.c.starts_at,
                func.coalesce(sites.c.zone, clinics.c.zone).label("zone"),
                sites.c.short_name,
                patients.c.name_sealed,
                patients.c.first_initial,
            )
            .join(patients, and_(patients.c.id == visits.c.patient_id, patients.c.clinic_id == visits.c.clinic_id))
            .join(clinics, clinics.c.id == visits.c.clinic_id)
            .outerjoin(sites, and_(sites.c.id == visits.c.site_id, sites.c.clinic_id == visits.c.clinic_id))
            .where(
                visits.c.clinic_id == clinic_id,
                visits.c.local_day == day.isoformat(),
                visits.c.state.in_(("booked", "held")),
                patients.c.state == "active",
                visits.c.confirmed_at.is_(None) | ~reached,
            )
            .order_by(visits.c.starts_at, visits.c.id)
        ).mappings()
    )


def _phones(connection: Connection, privacy: Privacy, clinic_id: int, patient_id: int) -> list[tuple[str, str]]:
    link = patient_contacts
    rows = connection.execute(
        select(contacts.c.id, contacts.c.phone_sealed, contacts.c.needs)
        .join(link, and_(link.c.contact_id == contacts.c.id, link.c.clinic_id == contacts.c.clinic_id))
        .where(contacts.c.clinic_id == clinic_id, link.c.patient_id == patient_id)
        .order_by(contacts.c.id)
    )
    return [(written(_open(privacy, row.phone_sealed, "contacts.phone_sealed", row.id)), row.needs) for row in rows]


def _why(connection: Connection, clinic_id: int, visit_id: int, patient_id: int, language: Language) -> str:
    """The reason of the last message about this visit, or that nobody has answered it."""
    last = (
        select(deliveries.c.state, deliveries.c.reason)
        .where(
            deliveries.c.clinic_id == clinic_id,
            deliveries.c.patient_id == patient_id,
            deliveries.c.visit_id == visit_id,
        )
        .order_by(deliveries.c.due_at.desc(), deliveries.c.id.desc())
    )
    row = connection.execute(last.limit(1)).first()
    words = table("sheet")[language.value]["why"]
    if row is None:
        return str(words["none"])
    return told(row.reason, language) or str(words.get(row.state, words["none"]))


def _name(privacy: Privacy, visit: Any) -> str:
    name = _open(privacy, visit["name_sealed"], "patients.name_sealed", visit["patient_id"])
    return name or f"{visit['first_initial']} ({visit['patient_id']})"


def _open(privacy: Privacy, sealed: bytes | None, column: str, row_id: int) -> str:
    try:
        return privacy.open(sealed, column, row_id)
    except Sealed:
        return ""


def _row(line: Line) -> str:
    cells = (line.time, line.site, line.who, ", ".join(line.phones), line.needs, line.why)
    return '<tr><td class="box">☐</td>' + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"


def _plain(name: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower()).strip("-")[:40]
