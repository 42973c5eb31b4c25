"""The database: SQLite on one machine, PostgreSQL past it, never held open while a network waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

# Storage may keep a person waiting this long, in seconds; then the answer comes from memory.
PATIENCE = 1.0

Result = TypeVar("Result")


class StorageDown(Exception):
    """The database cannot be used now: stopped, locked, full, or slower than we let a person wait."""


class Database:
    """Opens transactions. On SQLite one writer at a time in this process, so that none waits inside SQLite itself."""

    def __init__(self, url: str, patience: float = PATIENCE, quick: str = "NORMAL") -> None:
        """Connects to nothing yet. `patience`: seconds to wait for a lock or a connection; `quick`: SQLite's
        `synchronous` for what may lose its last moments in a power cut."""
        self.url = make_url(url)
        self.patience = patience
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = threading.Lock()
        self._at_hand: dict[bool, Connection] = {}
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self._durable = self._sqlite("FULL")
            self._quick = self._sqlite(quick)
        else:
            self._durable = self._quick = self._postgres()
            self._threads = ThreadPoolExecutor(12, thread_name_prefix="database")
        self._driver_error: type[Exception] = self._durable.dialect.loaded_dbapi.Error

    @property
    def engine(self) -> Engine:
        """The engine whose commits survive a power cut, for migrations and long jobs."""
        return self._durable

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction, committed at the end of the block. `durable=False` may lose its last moments in a power
        cut: for what only remembers a talk, never for an opt-out, a consent or a delivery.

        Raises StorageDown for whatever goes wrong in or with the database."""
        if self.is_sqlite and not self._writing.acquire(timeout=self.patience):
            raise StorageDown("another write took too long")
        try:
            with self._writer(durable) as connection, connection.begin():
                if not durable and not self.is_sqlite:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                yield connection
        except (DBAPIError, PoolTimeout, OSError, self._driver_error) as error:
            raise _down(error) from error
        finally:
            if self.is_sqlite:
                self._writing.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with. Raises StorageDown."""
        try:
            with self._quick.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                yield connection
        except (SQLAlchemyError, OSError, self._driver_error) as error:
            raise _down(error) from error

    def in_time(self, work: Callable[[], Result]) -> Result:
        """What `work` gives, or StorageDown where a server does not even refuse within a person's patience.

        SQLite's own locks are bounded; a frozen PostgreSQL would hold a thread for ever. Work that is late may still
        be committed, so it must be safe to do again."""
        if self.is_sqlite:
            return work()
        future = self._threads.submit(work)
        try:
            return future.result(timeout=self.patience * 3)
        except TooLate as error:
            future.cancel()
            raise StorageDown("the database does not answer") from error

    def close(self) -> None:
        """Give every connection back."""
        # A connection must not be closed under a thread that writes with it.
        if self._at_hand and self._writing.acquire(timeout=self.patience):
            while self._at_hand:
                self._at_hand.popitem()[1].close()
            self._writing.release()
        self._durable.dispose()
        self._quick.dispose()

    @contextmanager
    def _writer(self, durable: bool) -> Iterator[Connection]:
        """A connection to write with. SQLite has one writer at a time, so its connection stays at hand."""
        engine = self._durable if durable else self._quick
        if not self.is_sqlite:
            with engine.connect() as connection:
                yield connection
            return
        connection = self._at_hand.get(durable) or engine.connect()
        try:
            yield connection
        except (DBAPIError, OSError, self._driver_error):
            self._at_hand.pop(durable, None)
            connection.close()
            raise
        self._at_hand[durable] = connection

    def _sqlite(self, synchronous: str) -> Engine:
        engine = create_engine(
            self.url,
            poolclass=QueuePool,
            pool_size=5,
            pool_timeout=self.patience,
            connect_args={"timeout": self.patience, "check_same_thread": False, "isolation_level": None},
        )

        @event.listens_for(engine, "connect")
        def pragmas(connection: Any, _: Any) -> None:
            for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # The driver would begin late and as a reader; we mean to write, so take the lock at once.
            if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
                connection.connection.cursor().execute("BEGIN IMMEDIATE")

        return engine

    def _postgres(self) -> Engine:
        milliseconds = int(self.patience * 1000)
        return create_engine(
            self.url.set(drivername="postgresql+psycopg"),
            pool_size=8,
            max_overflow=4,
            pool_timeout=self.patience,
            # The connection given back last has our statements prepared.
            pool_use_lifo=True,
            pool_pre_ping=False,
            connect_args={
                "connect_timeout": 2,
                "tcp_user_timeout": 10_000,
                "options": f"-c lock_timeout={milliseconds} -c timezone=UTC",
            },
        )


def always_by_index(connection: Connection) -> None:
    """For the rest of a transaction PostgreSQL looks rows up by their indexes and keeps the plans that it has made.

    Left to itself it plans while a table is still empty to read it whole, and does so for a minute of its growing;
    and planning a long statement anew takes longer than running it. On SQLite nothing is to do."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan TO off; SET LOCAL plan_cache_mode TO force_generic_plan")


def _down(error: Exception) -> StorageDown:
    """In one line, and without the statement: its parameters may be words of a person."""
    return StorageDown(f"{type(error).__name__}: {str(error).partition(chr(10))[0][:200]}")
