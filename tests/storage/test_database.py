"""A database that is stopped, locked, full or spoiled says so within the time that a person can wait."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from databases import on_both_databases
from sqlalchemy import text

from service.storage import migrate, talks
from service.storage.database import PATIENCE, Database, StorageDown
from service.storage.vault import Sealed, Vault


@contextmanager
def in_time() -> Iterator[None]:
    """Storage answers within its patience, once for a connection and once for a lock, and a little."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < 2 * PATIENCE + 0.5


def try_to_write(database: Database) -> None:
    with database.write() as connection:
        talks.opt_out(connection, "a" * 64, "text", 1)


def write_half(database: Database, mishap: str) -> None:
    with database.write() as connection:
        talks.opt_out(connection, "b" * 64, "text", 1)
        if mishap:
            connection.exec_driver_sql(mishap)
        _ = 1 / 0


def fill(database: Database, pages: int) -> None:
    """Write more than `pages` hold, as on a disk without room for another."""
    with database.write() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        for number in range(10_000):
            talks.remember(connection, f"{number:064}", {"state": "x" * 100})


@on_both_databases
def test_the_shape_is_made_once_and_then_known(database: Database) -> None:
    migrate.upgrade(database)
    assert migrate.is_current(database)


def test_a_lock_held_by_another_process(database: Database) -> None:
    holder = sqlite3.connect(str(database.url.database), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with in_time(), pytest.raises(StorageDown, match="locked"):
        try_to_write(database)
    holder.execute("ROLLBACK")
    try_to_write(database)


@on_both_databases
@pytest.mark.parametrize("mishap", ["SELECT nonsense FROM nowhere", ""])
def test_a_write_that_failed_leaves_nothing_behind_for_the_next(database: Database, mishap: str) -> None:
    with pytest.raises((StorageDown, ZeroDivisionError)):
        write_half(database, mishap)
    try_to_write(database)
    with database.read() as connection:
        assert not talks.is_stopped(connection, "b" * 64)
        assert talks.is_stopped(connection, "a" * 64)


def test_closing_waits_for_who_writes(database: Database) -> None:
    begun, closing = threading.Event(), threading.Event()

    def write() -> None:
        with database.write() as connection:
            begun.set()
            closing.wait(5)
            for number in range(200):
                talks.opt_out(connection, f"{number:064}", "text", 1)

    try_to_write(database)
    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(5)
    closing.set()
    database.close()
    writer.join()
    with database.read() as connection:
        assert talks.is_stopped(connection, f"{199:064}")


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_row_held_by_another_transaction(database: Database, database_url: str) -> None:
    other = Database(database_url)
    try_to_write(database)
    with other.engine.begin() as holding:
        holding.execute(text("LOCK TABLE opt_outs IN ACCESS EXCLUSIVE MODE"))
        with in_time(), pytest.raises(StorageDown, match="lock"):
            try_to_write(database)
    try_to_write(database)
    other.close()


@pytest.mark.parametrize("spoiled", [b"not a database at all" * 500, b""], ids=["garbage", "empty"])
def test_a_spoiled_file(database: Database, spoiled: bytes) -> None:
    Path(str(database.url.database)).write_bytes(spoiled)
    with in_time(), pytest.raises(StorageDown):
        try_to_write(database)
    with in_time(), pytest.raises(StorageDown), database.read() as connection:
        talks.recall(connection, "a" * 64)


def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    with in_time(), pytest.raises(StorageDown):
        try_to_write(Database(f"sqlite:///{tmp_path}"))


def test_a_full_disk(database: Database) -> None:
    with database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    full = Database(str(database.url))
    with pytest.raises(StorageDown, match="full"):
        fill(full, pages)
    full.close()
    try_to_write(database)


def test_a_server_that_is_not_there() -> None:
    gone = Database("postgresql://nobody@127.0.0.1:9/none")
    with in_time(), pytest.raises(StorageDown):
        try_to_write(gone)
    with in_time(), pytest.raises(StorageDown), gone.read() as connection:
        talks.recall(connection, "a" * 64)


def test_what_went_wrong_is_said_in_one_line_without_the_words_stored(database: Database) -> None:
    with pytest.raises(StorageDown) as raised, database.write() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": "canary"})
    assert "nowhere" in str(raised.value)
    assert "canary" not in str(raised.value)
    assert "\n" not in str(raised.value)


KEYS = [("k2", b"2" * 32), ("k1", b"1" * 32)]


def test_the_vault_opens_what_any_of_its_keys_sealed() -> None:
    old, both = Vault(KEYS[1:]), Vault(KEYS)
    sealed = old.seal("+12025550123", "errands.to.CA1")
    assert both.open(sealed, "errands.to.CA1") == "+12025550123"
    assert not both.is_current(sealed)
    assert both.is_current(both.seal("x", "y"))


@pytest.mark.parametrize("spoil", ["place", "bytes", "key", "short", "empty"])
def test_the_vault_opens_nothing_else(spoil: str) -> None:
    vault = Vault(KEYS)
    sealed = vault.seal("secret", "here")
    spoiled = {
        "place": sealed,
        "bytes": sealed[:-1] + bytes([sealed[-1] ^ 1]),
        "key": b"k9" + sealed[2:],
        "short": sealed[:8],
        "empty": b"",
    }[spoil]
    with pytest.raises(Sealed):
        vault.open(spoiled, "there" if spoil == "place" else "here")


def test_the_same_words_are_sealed_differently_each_time() -> None:
    vault = Vault(KEYS)
    assert vault.seal("secret", "here") != vault.seal("secret", "here")
