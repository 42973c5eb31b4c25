"""The queue of jobs past one machine: a run and the jobs that send it are written in one transaction."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from service.storage.reminder_tables import deliveries

if TYPE_CHECKING:
    from procrastinate import App


@cache
def queue_app() -> App:
    """The queue. The tasks themselves stand in `many_machines`; this opens no connection but writes over the one it
    is given. Loaded only with PostgreSQL, for on SQLite its weight would serve nobody."""
    from procrastinate import App, PsycopgConnector

    return App(connector=PsycopgConnector())


def enqueue_run(connection: Connection, clinic_id: int, run: int, at: int) -> None:
    """Set the numbers of a run to work at `at` (seconds since 1970), in the transaction of `connection`: the jobs are
    there when and only when the run is. On SQLite nothing is to do, for the one worker looks by itself."""
    if connection.dialect.name == "sqlite":
        return
    from procrastinate.exceptions import AlreadyEnqueued

    mine = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.broadcast_id == run,
        deliveries.c.sender_id.is_not(None),
    )
    numbers = connection.execute(select(deliveries.c.sender_id).where(*mine).distinct()).scalars().all()
    driver = connection.connection.driver_connection
    for sender_id in numbers:
        # A failed insert would end the whole transaction, so it stands in one of its own.
        with suppress(AlreadyEnqueued), connection.begin_nested():
            when = datetime.fromtimestamp(at, UTC)
            waiting = sending_of(queue_app(), sender_id, f".{at // 60}", connection=driver, schedule_at=when)
            waiting.defer(clinic_id=clinic_id, sender_id=sender_id)


def sending_of(queue: App, sender_id: int, minute: str = "", **more: Any) -> Any:
    """The job of one number, to be deferred: it runs in one worker at a time, and waits once at the most (once for
    each `minute` in which it is to begin)."""
    waits_once = f"send.{sender_id}{minute}"
    return queue.configure_task(
        "send", allow_unknown=True, lock=f"sender.{sender_id}", queueing_lock=waits_once, **more
    )
