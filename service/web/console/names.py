"""The names of a clinic's patients in order, opened once and kept in memory while they stay the same."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from service.reminders.people import NAME_SEALED
from service.reminders.privacy import Privacy
from service.storage.reminder_tables import patients
from service.storage.vault import Sealed

# Sealed names cannot be sorted or searched by the database. Twenty thousand take a tenth of a second to open and a
# hundredth to compare, so each process opens them once.
_OPENED: dict[int, dict[int, tuple[bytes, str, str]]] = {}
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Named:
    """A patient in the list. `key` orders the list and stands in addresses of its pages only as the id."""

    id: int
    name: str
    key: str
    state: str


def names(connection: Connection, privacy: Privacy, clinic_id: int) -> Sequence[Named]:
    """Everybody in a clinic, by name; whoever was erased is left out."""
    rows = connection.execute(
        select(patients.c.id, patients.c.name_sealed, patients.c.state).where(
            patients.c.clinic_id == clinic_id, patients.c.state != "erased"
        )
    ).all()
    with _LOCK:
        before = _OPENED.get(clinic_id, {})
        opened = {}
        for patient_id, sealed, _ in rows:
            kept = before.get(patient_id)
            if kept is None or kept[0] != sealed:
                name = _open(privacy, patient_id, sealed)
                kept = (sealed, name, folded(name))
            opened[patient_id] = kept
        _OPENED[clinic_id] = opened
    return sorted(
        (Named(patient_id, opened[patient_id][1], opened[patient_id][2], state) for patient_id, _, state in rows),
        key=lambda one: (one.key == "", one.key, one.id),
    )


def matching(listed: Sequence[Named], words: str) -> Sequence[Named]:
    """Those whose name has each of `words`, at the beginning of a part of it."""
    wanted = folded(words).split()
    return [one for one in listed if all(_has(one.key, word) for word in wanted)]


def folded(name: str) -> str:
    """A name in small letters without accents: `Muñoz` is found by `munoz`."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).replace(",", " ")


def _has(key: str, word: str) -> bool:
    return key.startswith(word) or f" {word}" in key or f"-{word}" in key


def _open(privacy: Privacy, patient_id: int, sealed: bytes | None) -> str:
    try:
        return privacy.open(sealed, NAME_SEALED, patient_id)
    except Sealed:
        return ""
