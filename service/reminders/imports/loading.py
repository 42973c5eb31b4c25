"""Loading a checked file: everything in one transaction, or nothing; a trial run does the same and takes it back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.reminders import audit, optouts
from service.reminders.imports.checking import Checked
from service.reminders.imports.columns import Kind
from service.reminders.imports.consents import Evidence, keep_consents
from service.reminders.imports.finding import BadFile, told
from service.reminders.imports.optouts import keep_optouts
from service.reminders.imports.patients import keep_people
from service.reminders.imports.tally import Tally
from service.reminders.imports.visits import Changes, follow, hold_unlisted, keep_visits
from service.reminders.privacy import Privacy
from service.storage.database import Database
from service.storage.reminder_tables import files


@dataclass(frozen=True)
class Loaded:
    """What a load did, or in a trial run would have done. `file_id` is 0 in a trial run; `held` the visits that wait
    for a decision, `messages` how many waiting messages were cancelled, `seconds` how long the transaction took."""

    tally: Tally
    file_id: int
    held: list[int] = field(default_factory=list)
    messages: int = 0
    seconds: float = 0.0


class _TakeBack(Exception):
    """Ends a trial run."""


def load(
    database: Database,
    privacy: Privacy,
    checked: Checked,
    who: str,
    now: int,
    *,
    source: str = "",
    again: bool = False,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Loaded:
    """Load what was checked for its clinic. `source` names the system that opt-outs and consents come from; `again`
    lets a file be loaded that was loaded before; `progress` gets the rows done so far.

    Raises BadFile where most rows are bad or the file was loaded before, StorageDown where the database is."""
    if checked.mostly_bad and checked.tally.rows:
        line, first = next(iter(sorted(checked.tally.bad.items())))
        counts = {"bad": len(checked.tally.bad), "rows": checked.tally.rows}
        raise BadFile(told("file.mostly_bad", **counts, line=line, reason=first.reason))
    done: list[Loaded] = []
    begun = time.monotonic()
    try:
        with database.write() as connection:
            _refuse_seen(connection, checked, again or dry_run)
            done.append(_load(connection, privacy, checked, who, now, source, progress))
            if dry_run:
                raise _TakeBack
    except _TakeBack:
        return Loaded(done[0].tally, 0, done[0].held, done[0].messages, time.monotonic() - begun)
    return Loaded(done[0].tally, done[0].file_id, done[0].held, done[0].messages, time.monotonic() - begun)


def loaded_before(connection: Connection, clinic_id: int, sha256: str) -> tuple[int, str] | None:
    """When and by whom this very file was loaded for this clinic."""
    mine = (files.c.clinic_id == clinic_id, files.c.sha256 == sha256)
    row = connection.execute(select(files.c.loaded_at, files.c.loaded_by).where(*mine).order_by(files.c.id)).first()
    return (row.loaded_at, row.loaded_by) if row else None


def _refuse_seen(connection: Connection, checked: Checked, again: bool) -> None:
    before = loaded_before(connection, checked.clinic.id, checked.sheet.sha256)
    if before and not again:
        day = datetime.fromtimestamp(before[0], UTC).date()
        raise BadFile(told("file.seen", day=day, who=before[1] or "somebody"))


def _load(
    connection: Connection,
    privacy: Privacy,
    checked: Checked,
    who: str,
    now: int,
    source: str,
    progress: Callable[[int], None],
) -> Loaded:
    clinic_id, tally = checked.clinic.id, Tally()
    file_id = _write_down(connection, checked, who, now)
    changes, rows = Changes(), 0
    for batch in checked.stash.batches():
        _keep(connection, privacy, checked, file_id, batch, who, now, source, tally, changes)
        rows += len(batch)
        progress(rows)
    messages = follow(connection, clinic_id, changes, who, now)
    held: list[int] = []
    if checked.covered and not checked.correction:
        held = hold_unlisted(connection, privacy, clinic_id, file_id, checked.covered, now)
        tally.counts["no longer listed"] += len(held)
    both = checked.tally.with_more(tally)
    if checked.kind is Kind.OPTOUTS and not both.bad:
        optouts.unlock(connection, clinic_id, now)
    connection.execute(update(files).where(files.c.id == file_id).values(counts=dict(both.counts)))
    counts = ", ".join(f"{name} {count}" for name, count in sorted(both.counts.items()) if count)
    audit.note(connection, clinic_id, who, f"{checked.kind.value} loaded", f"file {file_id}: {counts}", now)
    return Loaded(both, file_id, held, messages)


def _keep(
    connection: Connection,
    privacy: Privacy,
    checked: Checked,
    file_id: int,
    batch: list[Any],
    who: str,
    now: int,
    source: str,
    tally: Tally,
    changes: Changes,
) -> None:
    clinic_id = checked.clinic.id
    match checked.kind:
        case Kind.PATIENTS:
            keep_people(connection, privacy, clinic_id, batch, who, now, tally)
        case Kind.VISITS:
            keep_visits(connection, privacy, clinic_id, file_id, batch, who, now, tally, changes)
        case Kind.OPTOUTS:
            keep_optouts(connection, privacy, clinic_id, batch, source or "another system", now, tally)
        case Kind.CONSENTS:
            evidence = Evidence(source or checked.sheet.path.name, who)
            keep_consents(connection, privacy, clinic_id, batch, evidence, now, tally)


def _write_down(connection: Connection, checked: Checked, who: str, now: int) -> int:
    covered = checked.covered
    values = {
        "clinic_id": checked.clinic.id,
        "kind": checked.kind.value,
        "sha256": checked.sheet.sha256,
        "name": checked.sheet.path.name[:200],
        "covers_from": covered.first_day if covered else "",
        "covers_to": covered.last_day if covered else "",
        "loaded_at": now,
        "loaded_by": who,
    }
    file_id: int = connection.execute(insert(files).values(values).returning(files.c.id)).scalar_one()
    return file_id
