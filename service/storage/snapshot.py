"""All rows of a database as they stand at one moment, and putting them into another, of either kind."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    cast,
    column,
    delete,
    func,
    insert,
    select,
    table,
    text,
)

from service.storage.backup_file import Row
from service.storage.database import Database

AT_ONCE = 500
# The shape of the tables comes from the migrations, Procrastinate's from its package; its jobs are made anew from
# the deliveries once a minute.
NOT_OURS = ("alembic_version", "procrastinate_")


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """A connection that sees one moment of the whole database, while others go on writing. Raises StorageDown."""
    with database.read() as connection:
        # SQLite's readers see the moment of their first look; PostgreSQL must be asked for that.
        connection.exec_driver_sql(
            "BEGIN" if database.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        )
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK")


def tables(connection: Connection) -> list[Table]:
    """Our tables as they stand in the database, whatever release made them; those that others point to first."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith(NOT_OURS))
    return found.sorted_tables


def rows_of(connection: Connection, note_key: Callable[[str], None]) -> Iterator[Row]:
    """Every row of every table. Sealed values stay sealed; `note_key` is told the id of each key they need."""
    for kept in tables(connection):
        columns = tuple(kept.c.keys())
        asked = select(*(cast(c, Text) if isinstance(c.type, JSON) else c for c in kept.c))
        streamed = connection.execute(asked, execution_options={"stream_results": True, "yield_per": AT_ONCE})
        for row in streamed:
            for value in row:
                if isinstance(value, bytes):
                    note_key(value.partition(b":")[0].decode("ascii", "replace"))
            yield Row(kept.name, columns, tuple(_plain(value) for value in row))


def is_empty(connection: Connection) -> bool:
    """Does no table of ours hold a row?"""
    return not any(connection.execute(select(kept).limit(1)).first() for kept in tables(connection))


def empty(connection: Connection) -> None:
    """Take every row out of our tables."""
    for kept in reversed(tables(connection)):
        connection.execute(delete(kept))


def put_in(connection: Connection, rows: Iterable[Row]) -> None:
    """Write rows into empty tables of the same shape. Raises KeyError for a table or column that is not there."""
    known = {kept.name: kept for kept in tables(connection)}
    for (name, columns), found in groupby(rows, key=lambda row: (row.table, row.columns)):
        into = [known[name].c[column] for column in columns]
        # `null()` cannot stand among many rows, so an empty value of JSON must not turn into JSON's own null.
        typed = [column(c.name, JSON(none_as_null=True) if isinstance(c.type, JSON) else c.type) for c in into]
        statement, batch = insert(table(name, *typed)), []
        for row in found:
            batch.append({c.name: _kept(c, value) for c, value in zip(into, row.values, strict=True)})
            if len(batch) == AT_ONCE:
                connection.execute(statement, batch)
                batch = []
        if batch:
            connection.execute(statement, batch)
    if connection.dialect.name == "postgresql":
        _count_on(connection, known.values())


def _count_on(connection: Connection, known: Iterable[Table]) -> None:
    """Let the next id follow the highest one; PostgreSQL keeps count beside the table."""
    for kept in known:
        for key in kept.primary_key:
            where = {"name": f'"{kept.name}"', "key": key.name}
            sequence = text("SELECT pg_get_serial_sequence(:name, :key)")
            if isinstance(key.type, Integer) and connection.execute(sequence, where).scalar_one():
                highest = select(func.coalesce(func.max(key), 0) + 1).scalar_subquery()
                connection.execute(
                    select(func.setval(func.pg_get_serial_sequence(where["name"], key.name), highest, False))
                )


def _plain(value: Any) -> Any:
    return b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _kept(kept: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kept.type, LargeBinary):
        return b64decode(value)
    if isinstance(kept.type, JSON):
        meant = json.loads(value)
        return JSON.NULL if meant is None else meant
    return bool(value) if isinstance(kept.type, Boolean) else value
