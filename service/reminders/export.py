"""Everything that a clinic has about its people, as lists for a spreadsheet in one zip file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, and_, or_, select

from service.reminders.contacts import SEALED as NUMBER_SEALED
from service.reminders.imports.error_file import safe
from service.reminders.people import NAME_SEALED, REF_SEALED
from service.reminders.privacy import Privacy
from service.storage.reminder_tables import (
    audit,
    clinic_opt_outs,
    consents,
    contacts,
    deliveries,
    patient_contacts,
    patients,
    replies,
    sites,
    visits,
)
from service.storage.tables import opt_outs
from service.storage.vault import Sealed

AT_ONCE = 500
WORDS_SEALED = "replies.words_sealed"


@dataclass(frozen=True)
class Words:
    """How an export speaks: `head` names a column or a list, `told` says the reason of a delivery, `zone` is the
    clock on which times are written."""

    head: Callable[[str], str]
    told: Callable[[str], str]
    zone: str

    def time(self, seconds: int | None) -> str:
        """A moment such as 2026-12-03 14:30 EST; empty where there was none."""
        if not seconds:
            return ""
        return f"{datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M %Z}"


def export(
    connection: Connection, privacy: Privacy, clinic_id: int, words: Words, file: IO[bytes]
) -> Mapping[str, int]:
    """Write the lists of one clinic to `file`; returns how many rows each has. No cell is run as a formula, and what
    our keys do not open any more stays empty."""
    rows = {}
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        for name, (query, columns) in _lists(clinic_id).items():
            with zipped.open(f"{words.head(name)}.csv", "w", force_zip64=True) as raw:
                found = connection.execute(query, execution_options={"yield_per": AT_ONCE}).mappings()
                cells = (_cells(row, columns, privacy, words) for row in found)
                rows[name] = _write(raw, [words.head(f"column_{column}") for column in columns], cells)
    return rows


def _write(raw: IO[bytes], heads: list[str], rows: Iterator[list[str]]) -> int:
    # The mark at the beginning tells Excel that the letters are UTF-8.
    with io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
        out, count = csv.writer(text), 0
        out.writerow(map(safe, heads))
        for row in rows:
            out.writerow(map(safe, row))
            count += 1
        return count


def _cells(row: Any, columns: tuple[str, ...], privacy: Privacy, words: Words) -> list[str]:
    return [_cell(row, column, privacy, words) for column in columns]


def _cell(row: Any, column: str, privacy: Privacy, words: Words) -> str:
    opened = {
        "name": ("name_sealed", NAME_SEALED, "patient_id"),
        "chart_number": ("clinic_ref_sealed", REF_SEALED, "patient_id"),
        "phone": ("phone_sealed", NUMBER_SEALED, "contact_id"),
        "words": ("words_sealed", WORDS_SEALED, "id"),
    }
    if column in opened:
        sealed, place, key = opened[column]
        return _open(privacy, row[sealed], place, row[key])
    if column.endswith("_at"):
        return words.time(row[column])
    if column == "stopped":
        return words.head("yes") if row["stopped_at"] else ""
    if column == "reason":
        return words.told(row["reason"])
    value = row[column]
    return "" if value is None or value is False else words.head("yes") if value is True else str(value)


def _open(privacy: Privacy, sealed: bytes | None, place: str, row_id: int | None) -> str:
    try:
        return privacy.open(sealed, place, row_id) if row_id is not None else ""
    except Sealed:
        return ""


def _lists(clinic_id: int) -> dict[str, tuple[Select[Any], tuple[str, ...]]]:
    """The query of each list, and its columns."""
    return {
        "people": (_people(clinic_id), PEOPLE),
        "visits": (_visits(clinic_id), VISITS),
        "deliveries": (_deliveries(clinic_id), DELIVERIES),
        "replies": (_replies(clinic_id), REPLIES),
        "consents": (_consents(clinic_id), CONSENTS),
        "audit": (_audit(clinic_id), AUDIT),
    }


PATIENT = ("patient_id", "chart_number", "name")
PEOPLE = (*PATIENT, "state", "phone", "whose", "language", "never_text", "never_call", "needs", "interpreter",
          "fewer", "paused_until_at", "phone_state", "stopped")  # fmt: skip
VISITS = ("id", *PATIENT, "site", "starts_at", "state", "confirmed_at")
DELIVERIES = ("id", *PATIENT, "phone", "channel", "state", "reason", "due_at", "accepted_at", "final_at")
REPLIES = ("id", "phone", "written_at", "meaning", "words")
CONSENTS = ("id", "phone", "channel", "wording", "medium", "given_by", "recorded_by", "source", "carried_over",
            "given_at", "superseded_at", "superseded_why")  # fmt: skip
AUDIT = ("id", "written_at", "who", "what", "about")
OF_PATIENT = (patients.c.id.label("patient_id"), patients.c.name_sealed, patients.c.clinic_ref_sealed)
OF_CONTACT = (contacts.c.id.label("contact_id"), contacts.c.phone_sealed)


def _people(clinic_id: int) -> Select[Any]:
    linked = and_(
        patient_contacts.c.clinic_id == patients.c.clinic_id, patient_contacts.c.patient_id == patients.c.id
    )
    phone = and_(contacts.c.clinic_id == patients.c.clinic_id, contacts.c.id == patient_contacts.c.contact_id)
    stopped = and_(opt_outs.c.phone == contacts.c.phone, opt_outs.c.lifted_at.is_(None))
    brought = and_(
        clinic_opt_outs.c.clinic_id == contacts.c.clinic_id,
        clinic_opt_outs.c.phone == contacts.c.phone,
        clinic_opt_outs.c.lifted_at.is_(None),
    )
    wishes = [contacts.c[name] for name in ("whose", "language", "never_text", "never_call", "needs", "interpreter")]
    more = (contacts.c.fewer, contacts.c.paused_until.label("paused_until_at"), contacts.c.state.label("phone_state"))
    since = or_(opt_outs.c.since.is_not(None), clinic_opt_outs.c.since.is_not(None)).label("stopped_at")
    joined = (
        patients.outerjoin(patient_contacts, linked)
        .outerjoin(contacts, phone)
        .outerjoin(opt_outs, stopped)
        .outerjoin(clinic_opt_outs, brought)
    )
    asked = select(*OF_PATIENT, patients.c.state, *OF_CONTACT, *wishes, *more, since).select_from(joined)
    return asked.where(patients.c.clinic_id == clinic_id).order_by(patients.c.id, contacts.c.id)


def _visits(clinic_id: int) -> Select[Any]:
    of_site = and_(sites.c.clinic_id == visits.c.clinic_id, sites.c.id == visits.c.site_id)
    own = [visits.c[name] for name in ("id", "starts_at", "state", "confirmed_at")]
    asked = select(*own, sites.c.short_name.label("site"), *OF_PATIENT).select_from(
        visits.outerjoin(patients, _patient_of(visits)).outerjoin(sites, of_site)
    )
    return asked.where(visits.c.clinic_id == clinic_id).order_by(visits.c.id)


def _deliveries(clinic_id: int) -> Select[Any]:
    names = ("id", "channel", "state", "reason", "due_at", "accepted_at", "final_at")
    asked = select(*(deliveries.c[name] for name in names), *OF_PATIENT, *OF_CONTACT).select_from(
        deliveries.outerjoin(patients, _patient_of(deliveries)).outerjoin(contacts, _contact_of(deliveries))
    )
    return asked.where(deliveries.c.clinic_id == clinic_id).order_by(deliveries.c.id)


def _replies(clinic_id: int) -> Select[Any]:
    own = (replies.c.id, replies.c.at.label("written_at"), replies.c.meaning, replies.c.words_sealed)
    asked = select(*own, *OF_CONTACT).select_from(replies.outerjoin(contacts, _contact_of(replies)))
    return asked.where(replies.c.clinic_id == clinic_id).order_by(replies.c.id)


def _consents(clinic_id: int) -> Select[Any]:
    own = [consents.c[name] for name in CONSENTS if name != "phone"]
    asked = select(*own, *OF_CONTACT).select_from(consents.outerjoin(contacts, _contact_of(consents)))
    return asked.where(consents.c.clinic_id == clinic_id).order_by(consents.c.id)


def _patient_of(kept: Any) -> Any:
    return and_(patients.c.clinic_id == kept.c.clinic_id, patients.c.id == kept.c.patient_id)


def _contact_of(kept: Any) -> Any:
    return and_(contacts.c.clinic_id == kept.c.clinic_id, contacts.c.id == kept.c.contact_id)


def _audit(clinic_id: int) -> Select[Any]:
    own = (audit.c.id, audit.c.at.label("written_at"), audit.c.who, audit.c.what, audit.c.about)
    return select(*own).where(audit.c.clinic_id == clinic_id).order_by(audit.c.id)
