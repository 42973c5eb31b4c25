"""The audit: who did what, in rows that are only ever added, each sealed by a hash over the row before."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import Connection, insert, select

from service.storage.reminder_tables import audit, clinics

# Before the first row of a clinic there is no hash.
BEGINNING = ""


def note(connection: Connection, clinic_id: int, who: str, what: str, about: str, now: int) -> None:
    """Write down that `who` did `what`. `about` names rows by their id, never a person or a number."""
    # One writer at a time per clinic, or two rows would follow the same one. (SQLite has one writer anyway.)
    connection.execute(select(clinics.c.id).where(clinics.c.id == clinic_id).with_for_update())
    last = select(audit.c.hash).where(audit.c.clinic_id == clinic_id).order_by(audit.c.id.desc()).limit(1)
    before = connection.execute(last).scalar_one_or_none() or BEGINNING
    row = {"clinic_id": clinic_id, "at": now, "who": who[:80], "what": what, "about": about}
    connection.execute(insert(audit).values(row | {"prev_hash": before, "hash": _hash(before, row)}))


def first_broken(connection: Connection, clinic_id: int) -> int | None:
    """The id of the first row that was changed, or that follows a missing one; None where the chain holds."""
    before = BEGINNING
    rows = connection.execute(select(audit).where(audit.c.clinic_id == clinic_id).order_by(audit.c.id)).mappings()
    for found in rows:
        row = {name: found[name] for name in ("clinic_id", "at", "who", "what", "about")}
        if found["prev_hash"] != before or found["hash"] != _hash(before, row):
            return int(found["id"])
        before = found["hash"]
    return None


def _hash(before: str, row: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps([before, *row.values()], ensure_ascii=False).encode()).hexdigest()
