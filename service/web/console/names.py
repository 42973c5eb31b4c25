"""The names of a clinic's patients in order, opened once and kept in memory while they stay the same."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from service.reminders.people import NAME_SEALED
from service.reminders.privacy import Privacy
from service.storage.reminder_tables import patients
from service.storage.vault import Sealed

# Sealed names cannot be sorted or searched by the database. Twenty thousand take a while to open and to sort and
# hardly any time to compare, so each process keeps those of a clinic until one of them changes.
_KEPT: dict[int, _Kept] = {}
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Named:
    """A patient in the list, which is in the order of `key`. `state` as in patients.state."""

    id: int
    name: str
    key: str
    state: str


@dataclass(frozen=True)
class _Kept:
    rows: Sequence[Any]
    opened: dict[int, tuple[bytes, str]]
    listed: Sequence[Named]


def names(connection: Connection, privacy: Privacy, clinic_id: int) -> Sequence[Named]:
    """Everybody in a clinic, by name; whoever was erased is left out."""
    rows = connection.execute(
        select(patients.c.id, patients.c.name_sealed, patients.c.state)
        .where(patients.c.clinic_id == clinic_id, patients.c.state != "erased")
        .order_by(patients.c.id)
    ).all()
    with _LOCK:
        kept = _KEPT.get(clinic_id)
        if kept is None or kept.rows != rows:
            kept = _KEPT[clinic_id] = _opened(rows, privacy, kept.opened if kept else {})
        return kept.listed


def _opened(rows: Sequence[Any], privacy: Privacy, before: dict[int, tuple[bytes, str]]) -> _Kept:
    opened = {}
    for patient_id, sealed, _ in rows:
        known = before.get(patient_id)
        opened[patient_id] = known if known and known[0] == sealed else (sealed, _open(privacy, patient_id, sealed))
    listed = [Named(one, opened[one][1], folded(opened[one][1]), state) for one, _, state in rows]
    return _Kept(rows, opened, sorted(listed, key=lambda one: (one.key == "", one.key, one.id)))


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
