"""The pace of a sending number, shared by all workers: each takes its turns from one row.

Twilio keeps ten hours of messages per number and then refuses, so we keep the pace ourselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.worker_tables import paces

# After an outage of ours or Twilio's a sender runs at a tenth of its pace for ten minutes.
SLOW_SECONDS = 600
SLOW_SHARE = 0.1
# We look this far ahead, in milliseconds: turns further away are not taken, so that STOP is looked at in time.
AHEAD = 1000


@dataclass(frozen=True)
class Turns:
    """So many segments may start from `at` on (seconds since 1970), `apart` seconds from each other."""

    count: int
    at: float
    apart: float


def take_turns(connection: Connection, sender_id: int, pace: float, wanted: int, now: float) -> Turns:
    """Up to `wanted` turns of a sender with `pace` segments a second; none where it is busy for the next second.
    Pace 0 means no limit. Call it in a transaction that writes, and commit before sending."""
    if pace <= 0 or wanted <= 0:
        return Turns(max(wanted, 0), now, 0.0)
    millis = int(now * 1000)
    _know(connection, sender_id, millis)
    row = connection.execute(select(paces).where(paces.c.sender_id == sender_id).with_for_update()).mappings().one()
    apart = 1000 / (pace * SLOW_SHARE if row["slow_until"] > millis else pace)
    first = max(row["free_at"], millis)
    count = min(wanted, max(0, int((millis + AHEAD - first) / apart) + 1)) if first < millis + AHEAD else 0
    if count:
        connection.execute(
            update(paces).where(paces.c.sender_id == sender_id).values(free_at=first + int(count * apart))
        )
    return Turns(count, first / 1000, apart / 1000)


def rest(connection: Connection, sender_id: int, seconds: float, now: float, *, slow: bool = False) -> None:
    """Let a sender rest, for its queue is full or Twilio asked for it; with `slow` it comes back at a tenth of its
    pace."""
    millis = int(now * 1000)
    _know(connection, sender_id, millis)
    until = millis + int(seconds * 1000)
    values: dict[str, Any] = {"free_at": case((paces.c.free_at > until, paces.c.free_at), else_=until)}
    if slow:
        values["slow_until"] = until + SLOW_SECONDS * 1000
    connection.execute(update(paces).where(paces.c.sender_id == sender_id).values(values))


def _know(connection: Connection, sender_id: int, millis: int) -> None:
    kind = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(kind(paces).values(sender_id=sender_id, free_at=millis).on_conflict_do_nothing())
