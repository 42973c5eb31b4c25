"""Fresh databases with a sample clinic in them: SQLite and PostgreSQL alike, each ready to plan or to send."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text, update

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from databases import emptied, migrated_sqlite, postgresql  # noqa: E402

from service.reminders.privacy import Privacy  # noqa: E402
from service.settings import Settings, from_environment  # noqa: E402
from service.storage.database import Database  # noqa: E402
from service.storage.reminder_tables import broadcasts, templates  # noqa: E402
from tests.proof.kill_runs import NOON  # noqa: E402
from tests.reminders.sending.sample_clinic import Sample, queue, settle  # noqa: E402

SENDERS = 4
NOW = int(NOON)

Fresh = dict[str, Callable[[], str]]


@contextmanager
def databases(folder: Path) -> Iterator[Fresh]:
    """For each kind of database a function that gives the address of an empty, migrated one."""
    with postgresql(folder / "postgresql") as make:
        address, empty = make("bench"), migrated_sqlite(folder)
        yield {"SQLite": lambda: _copied(empty, folder), "PostgreSQL": lambda: emptied(address)}


def settings_of(url: str, folder: Path) -> Settings:
    """The settings of an installation that keeps its things in `folder`."""
    return from_environment({"DATABASE_URL": url}, folder)


def to_plan(url: str, folder: Path, people: int) -> Sample:
    """A clinic with so many people who agreed, and nothing planned."""
    sample = _clinic(url, folder, people)
    with sample.database.write() as connection:
        connection.execute(update(templates).values(retired_at=None))
        connection.execute(broadcasts.delete())
    return sample


def to_send(url: str, folder: Path, people: int) -> tuple[int, ...]:
    """A clinic with a broadcast to so many people queued, shared by four unpaced numbers; returns their ids."""
    sample = _clinic(url, folder, people)
    queue(sample, range(1, people + 1), kind="broadcast")
    if not sample.database.is_sqlite:
        # As autovacuum does soon after so many rows came.
        with sample.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    sample.database.close()
    return sample.sender_ids


def _clinic(url: str, folder: Path, people: int) -> Sample:
    database = Database(url, patience=60)
    return settle(database, Privacy.of(settings_of(url, folder)), NOW, people, send_numbers=SENDERS)


def _copied(empty: Path, folder: Path) -> str:
    path = Path(tempfile.mkdtemp(dir=folder)) / "bench.db"
    shutil.copy(empty, path)
    return f"sqlite:///{path}"
