"""An installation with nothing in it, its web server and worker under way, and a clock that a test moves ahead."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hands import until
from sqlalchemy import select
from werkzeug.serving import make_server

from service.app import Parts, put_together, serve_parts
from service.cli.worker import work_of
from service.reminders import worker
from service.settings import from_environment
from service.storage import migrate
from service.storage.marks import last_done
from service.storage.reminder_tables import clinics


class MovingClock:
    """The real time from a Monday afternoon in Evansville on, and ahead of it when a test lets time go by.

    It is late enough for all reminders a day before tomorrow's visits to be due at once."""

    def __init__(self) -> None:
        begin = datetime(2026, 11, 30, 15, 35, tzinfo=ZoneInfo("America/Chicago")).timestamp()
        self.ahead = begin - time.time()

    def __call__(self) -> float:
        return time.time() + self.ahead

    def pass_time(self, seconds: float) -> None:
        self.ahead += seconds


@dataclass(frozen=True)
class Machine:
    """An installation with nothing in it, its web server and its worker under way."""

    address: str
    parts: Parts
    clock: MovingClock


@contextmanager
def empty_machine(folder: Path) -> Iterator[Machine]:
    """An installation below `folder`, served on a free port until the end of the block."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    placeholder = make_server("127.0.0.1", 0, lambda environ, start: [])
    port = placeholder.server_port
    placeholder.server_close()
    clock = MovingClock()
    parts = put_together(from_environment({"PORT": str(port)}, folder / "var"), clock)
    migrate.upgrade(parts.database)
    server = make_server("127.0.0.1", port, serve_parts(parts), threaded=True)
    stop = threading.Event()
    work = work_of(parts, stop.is_set)
    threads = [
        threading.Thread(target=server.serve_forever),
        threading.Thread(target=lambda: asyncio.run(worker.run(work, lambda: 1, []))),
    ]
    for thread in threads:
        thread.start()
    yield Machine(f"http://localhost:{port}", parts, clock)
    stop.set()
    server.shutdown()
    for thread in threads:
        thread.join()
    parts.database.close()


def worker_has_planned(machine: Machine) -> None:
    """The worker plans once a day, and again when visits were loaded; what is planned by hand comes after that."""
    before = machine.clock()
    machine.clock.pass_time(61)
    with machine.parts.database.read() as connection:
        clinic_id = connection.execute(select(clinics.c.id)).scalar_one()

    def planned() -> bool:
        with machine.parts.database.read() as connection:
            return (last_done(connection, f"plan.{clinic_id}") or 0) > before

    until(planned)
