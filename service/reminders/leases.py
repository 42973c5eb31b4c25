"""Leases: how long a worker may keep what it claimed, and what becomes of it when the worker dies.

Whatever was not begun is queued again; whatever was begun is unknown, and is asked about before anything else."""

from __future__ import annotations

import os
import secrets
import socket
from typing import Any

from sqlalchemy import Connection, select, update

from service.reminders import stored
from service.storage.reminder_tables import attempts, deliveries

# A worker that has not begun what it claimed within this many seconds has lost it to another.
LEASE = 120
# Which machine and which run of this process: a process number alone comes again.
HOST, PROCESS = socket.gethostname()[:24], secrets.token_hex(4)


def worker_name(number: int) -> str:
    """The name under which this process claims for the `number`-th time."""
    return f"{HOST}/{os.getpid()}/{PROCESS}/{number}"


def recover(connection: Connection, clinic_id: int, now: int) -> tuple[int, int]:
    """Settle what workers that are gone have left: queued again where nothing was begun, unknown where a try was.
    Returns how many of each."""
    lost = (deliveries.c.clinic_id == clinic_id, deliveries.c.state == stored.CLAIMED, deliveries.c.lease_until < now)
    unknown = connection.execute(
        update(deliveries)
        .where(*lost, has_open_try())
        .values(state=stored.UNKNOWN, reason="unknown.open", next_try_at=now, worker="", lease_until=None)
    ).rowcount
    connection.execute(
        update(attempts)
        .where(
            attempts.c.clinic_id == clinic_id,
            attempts.c.outcome == "",
            attempts.c.delivery_id.in_(
                select(deliveries.c.id).where(
                    deliveries.c.clinic_id == clinic_id, deliveries.c.state == stored.UNKNOWN
                )
            ),
        )
        .values(outcome="unknown", ended_at=now)
    )
    queued = connection.execute(
        update(deliveries).where(*lost).values(state=stored.QUEUED, worker="", lease_until=None)
    ).rowcount
    return queued, unknown


def give_up_dead(connection: Connection, now: int) -> int:
    """End the leases of workers of this machine whose process is gone, so that nobody waits for them; returns how
    many workers that were."""
    held = select(deliveries.c.worker).where(deliveries.c.state == stored.CLAIMED).distinct()
    dead = [name for name in connection.execute(held).scalars() if _is_dead(name)]
    for name in dead:
        mine = (deliveries.c.state == stored.CLAIMED, deliveries.c.worker == name)
        connection.execute(update(deliveries).where(*mine).values(lease_until=now - 1))
    return len(dead)


def _is_dead(name: str) -> bool:
    """Was this name given by a process of this machine that runs no more?"""
    host, pid, process, *_ = (*name.split("/"), "", "", "")
    if host != HOST or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        # The same number and another start: given anew, as in a container that started again.
        return process != PROCESS
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def has_open_try() -> Any:
    """A delivery has a try that was written down and whose end nobody knows yet."""
    return (
        select(attempts.c.id)
        .where(attempts.c.delivery_id == deliveries.c.id, attempts.c.outcome == "")
        .correlate(deliveries)
    ).exists()
