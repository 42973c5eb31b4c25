"""Errands: texts that callers asked for with key 8, each queued once and sent by the worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.languages import Language
from service.storage.tables import errands
from service.storage.vault import Sealed, Vault


@dataclass(frozen=True)
class Wanted:
    """A page that a caller wants as a text. `to` and `sender` are E.164 numbers."""

    call_sid: str
    to: str
    sender: str
    language: Language
    place: str
    page: int


@dataclass(frozen=True)
class Errand:
    """A queued text, claimed by this worker."""

    id: int
    to: str
    sender: str
    language: Language
    place: str
    page: int
    tries: int


def queue(connection: Connection, vault: Vault, wanted: Wanted, now: int) -> bool:
    """Queue a text once a page a call. False where it is queued already."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {
        "call_sid": wanted.call_sid,
        "place": wanted.place,
        "page": wanted.page,
        "language": wanted.language.value,
        "sender": wanted.sender,
        "to_sealed": vault.seal(wanted.to, f"errands.to.{wanted.call_sid}"),
        "due_at": now,
    }
    return connection.execute(insert(errands).values(row).on_conflict_do_nothing()).rowcount == 1


def cancel(connection: Connection, vault: Vault, phone: str) -> None:
    """Send nothing more to `phone` (E.164), which has opted out. Few errands wait at a time, so each is looked at."""
    for row in connection.execute(select(errands).where(errands.c.state == "queued")).mappings().all():
        try:
            if _errand(row, vault).to == phone:
                give_up(connection, row["id"], "cancelled", "the person opted out")
        except Sealed:
            continue


def claim(connection: Connection, vault: Vault, now: int) -> Errand | None:
    """Take the oldest errand that is due. It is marked as tried before anything is sent, so a crash leaves it
    unknown and never sends it twice. One at a time: what a crash did not reach stays queued."""
    due = (
        select(errands.c.id)
        .where(errands.c.state == "queued", errands.c.due_at <= now)
        .order_by(errands.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = connection.execute(
        update(errands)
        .where(errands.c.id.in_(due.scalar_subquery()))
        .values(state="sending", tries=errands.c.tries + 1, due_at=now)
        .returning(*errands.c)
    ).mappings()
    row = taken.one_or_none()
    if row is None:
        return None
    try:
        return _errand(row, vault)
    except Sealed:
        give_up(connection, row["id"], "rejected", "no key of ours opens its number")
        return claim(connection, vault, now)


def finish(connection: Connection, errand_id: int, message_sid: str) -> None:
    """Twilio took it: the number is no longer needed."""
    _final(connection, errand_id, state="accepted", message_sid=message_sid)


def give_up(connection: Connection, errand_id: int, state: str, reason: str) -> None:
    """It cannot be sent (`rejected`) or nobody knows whether it was (`unknown`)."""
    _final(connection, errand_id, state=state, reason=reason[:200])


def again(connection: Connection, errand_id: int, due_at: int, reason: str) -> None:
    """It was surely not sent: try again at `due_at`."""
    connection.execute(
        update(errands).where(errands.c.id == errand_id).values(state="queued", due_at=due_at, reason=reason[:200])
    )


def orphaned(connection: Connection, before: int) -> int:
    """Mark as unknown what a worker took before `before` and never finished. They are not sent again: the person
    can press 8 once more."""
    lost = errands.c.state == "sending", errands.c.due_at < before
    values = {"state": "unknown", "reason": "the worker stopped while sending", "to_sealed": None}
    return connection.execute(update(errands).where(*lost).values(values)).rowcount


def _final(connection: Connection, errand_id: int, **values: Any) -> None:
    connection.execute(update(errands).where(errands.c.id == errand_id).values(to_sealed=None, **values))


def _errand(row: Any, vault: Vault) -> Errand:
    return Errand(
        id=row["id"],
        to=vault.open(row["to_sealed"], f"errands.to.{row['call_sid']}"),
        sender=row["sender"],
        language=Language(row["language"]),
        place=row["place"],
        page=row["page"],
        tries=row["tries"],
    )
