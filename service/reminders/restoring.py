"""Taking over a backup: only a whole one, only what our keys open, and nothing goes out until a person looked."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, update

from service.reminders import audit
from service.reminders.clinics import all_clinics
from service.reminders.privacy import Privacy
from service.reminders.refused import Refused
from service.storage.backup_file import Damaged, Head, Tail, check, rows, write
from service.storage.database import Database
from service.storage.migrate import is_made, newest, revision, upgrade
from service.storage.reminder_tables import broadcasts, clinics
from service.storage.snapshot import empty, is_empty, put_in, rows_of, snapshot

HELD_WHY = "restored from a backup"
GOING = ("approved", "sending")


def back_up(database: Database, privacy: Privacy, path: Path, now: int) -> Tail:
    """Write all that the database holds at this moment to `path`; returns what was counted. Others may go on working.

    Raises Refused for a database that was never set up, StorageDown, and OSError where the file cannot be written."""
    made = revision(database)
    if not made:
        raise Refused("backup.nothing")
    keys: set[str] = set()
    with snapshot(database) as connection:
        return write(path, Head(made, now), rows_of(connection, keys.add), lambda: sorted(keys), fingerprint(privacy))


def looked_at(path: Path) -> tuple[Head, Tail]:
    """What a backup says about itself, its checksum made again. Raises Refused, and OSError."""
    try:
        return check(path)
    except Damaged as error:
        raise Refused("backup.damaged", file=path.name) from error


def refuse_unfit(head: Head, tail: Tail, keys: Sequence[str], privacy: Privacy) -> None:
    """Would this installation be able to use the backup? `keys` are the ids of its DATA_KEYS. Raises Refused."""
    if head.revision > newest():
        raise Refused("backup.newer", revision=head.revision, ours=newest())
    if tail.secret != fingerprint(privacy):
        raise Refused("backup.secret")
    lacking = [key for key in tail.keys if key not in keys]
    if lacking:
        raise Refused("backup.keys", needed=", ".join(tail.keys), lacking=", ".join(lacking))


def restore(database: Database, path: Path, head: Head, now: int, *, replace: bool, as_it_was: bool) -> None:
    """Put a backup that `looked_at` found whole into `database`, in one transaction, then bring it to the shape of
    this release. `replace` lets go of what is there. Unless `as_it_was`, every clinic waits for its opt-outs, and
    runs that were under way for a person: what was stopped or sent since the backup stands nowhere here.

    Raises Refused where rows are there already or the tables have another shape, and StorageDown."""
    if not is_made(database):
        upgrade(database, head.revision)
    shape = revision(database)
    if shape != head.revision:
        raise Refused("backup.shape", revision=head.revision, shape=shape)
    with database.write() as connection:
        if replace:
            empty(connection)
        elif not is_empty(connection):
            raise Refused("backup.not_empty")
        put_in(connection, rows(path))
    upgrade(database)
    with database.write() as connection:
        _arrive(connection, head, now, hold=not as_it_was)


def fingerprint(privacy: Privacy) -> str:
    """Tells whether the blind indexes of two installations agree, and nothing about the secret behind them."""
    return hmac.new(privacy.phone_key, b"clearline backup", hashlib.sha256).hexdigest()[:32]


def _arrive(connection: Connection, head: Head, now: int, *, hold: bool) -> None:
    if hold:
        going = broadcasts.c.state.in_(GOING)
        connection.execute(update(broadcasts).where(going).values(state="paused", paused_why=HELD_WHY))
        connection.execute(update(clinics).values(moving=True, optouts_loaded_at=None))
    made = datetime.fromtimestamp(head.made_at, UTC).isoformat(timespec="minutes")
    for clinic in all_clinics(connection):
        audit.note(connection, clinic.id, "server", "backup restored", f"clinic {clinic.id}, of {made}", now)
