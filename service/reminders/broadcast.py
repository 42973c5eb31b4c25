"""Broadcasts: one message of a clinic to many phones, written in one statement however many there are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Connection, Insert, Integer, and_, bindparam, func, literal, or_, select, text

from service.reminders.insertion import reasons, writing
from service.reminders.refused import Refused
from service.reminders.runs import Run, counted, new_run
from service.reminders.templates import newest_templates
from service.storage.json_rows import as_json, json_rows
from service.storage.reminder_tables import (
    broadcasts,
    clinics,
    contacts,
    deliveries,
    files,
    patient_contacts,
    patients,
)

# A broadcast that has not gone out after so long helps nobody any more.
LIFE = 2 * 86400


def plan_broadcast(
    connection: Connection,
    clinic_id: int,
    template_kind: str,
    facts: Mapping[str, Any],
    who: str,
    now: int,
    *,
    name: str = "",
    language: str = "",
    due_at: int | None = None,
    file_id: int | None = None,
    only: Sequence[str] | None = None,
) -> Run | None:
    """A draft to every phone of the clinic's active patients, one delivery a phone; with `language` only to those who
    read it, with `only` (blind indexes) only to these.

    `facts` are the same for all; see `letters.fields`. Raises Refused for a template that the clinic lacks."""
    template_id = newest_templates(connection, clinic_id).get(template_kind)
    if template_id is None:
        raise Refused("template.lacking", kind=template_kind)
    run = new_run(
        connection,
        clinic_id,
        "broadcast",
        name or template_kind,
        who,
        now,
        template_id=template_id,
        file_id=file_id,
        counts={"listed twice": len(only or ()) - len(set(only or ()))},
    )
    due = due_at or now
    values = {
        "clinic": clinic_id,
        "run": run,
        "template": template_id,
        "facts": json.dumps(dict(facts)),
        "language": language,
        "due": due,
        "late": due + LIFE,
        "now": now,
        "first": "text",
        "other": "text",
        "everybody": only is None,
        "only": as_json({"phone": phone} for phone in only or ()),
    }
    if connection.dialect.name == "postgresql":
        # After a large import it may not know yet how large these are, and would join them in the slowest way.
        connection.execute(text("ANALYZE contacts, consents, patients, patient_contacts, opt_outs, clinic_opt_outs"))
    connection.execute(_insert(connection.dialect.name), values)
    return counted(connection, clinic_id, run)


def sent_before(connection: Connection, clinic_id: int, sha256: str) -> str:
    """The name and day of an earlier run made from the same file; empty where there is none."""
    earlier = (
        select(broadcasts.c.name, broadcasts.c.made_at)
        .join(files, and_(files.c.id == broadcasts.c.file_id, files.c.clinic_id == broadcasts.c.clinic_id))
        .where(broadcasts.c.clinic_id == clinic_id, files.c.sha256 == sha256, broadcasts.c.state != "cancelled")
        .order_by(broadcasts.c.id.desc())
    )
    row = connection.execute(earlier.limit(1)).first()
    return str(row.name) if row else ""


@cache
def _insert(dialect: str) -> Insert:
    named = json_rows(dialect, "only", {"phone": str})
    active = (
        select(patient_contacts.c.contact_id, func.min(patient_contacts.c.patient_id).label("patient_id"))
        .join(
            patients,
            and_(
                patients.c.id == patient_contacts.c.patient_id, patients.c.clinic_id == patient_contacts.c.clinic_id
            ),
        )
        .where(patient_contacts.c.clinic_id == bindparam("clinic"), patients.c.state == "active")
        .group_by(patient_contacts.c.contact_id)
        .subquery("active")
    )
    nobody = literal("", type_=deliveries.c.reason.type)
    found = (
        select(
            contacts.c.id.label("contact_id"),
            active.c.patient_id,
            literal(0).label("visit_id"),
            literal("[]", type_=deliveries.c.visits.type).label("visits"),
            bindparam("template", type_=Integer).label("template_id"),
            bindparam("facts", type_=deliveries.c.fields.type).label("fields"),
            bindparam("due", type_=deliveries.c.due_at.type).label("due_at"),
            bindparam("late", type_=deliveries.c.not_after.type).label("not_after"),
            nobody.label("reason"),
            literal("", type_=deliveries.c.dedupe.type).label("dedupe"),
            contacts.c.zones,
            *reasons(),
        )
        .select_from(contacts)
        .join(active, active.c.contact_id == contacts.c.id)
        .join(clinics, clinics.c.id == contacts.c.clinic_id)
        .join(patients, and_(patients.c.id == active.c.patient_id, patients.c.clinic_id == contacts.c.clinic_id))
        .where(
            contacts.c.clinic_id == bindparam("clinic"),
            contacts.c.state != "erased",
            or_(bindparam("everybody", type_=Boolean), contacts.c.phone.in_(select(named.c.phone))),
            or_(
                bindparam("language", type_=contacts.c.language.type) == "",
                contacts.c.language == bindparam("language"),
            ),
        )
    )
    return writing(found)
