"""Watermarks: how far something was read, or when it was last done."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.worker_tables import watermarks


def last_done(connection: Connection, name: str) -> int | None:
    """The mark called `name`, in seconds since 1970; None before the first."""
    found: int | None = connection.execute(
        select(watermarks.c.at).where(watermarks.c.name == name)
    ).scalar_one_or_none()
    return found


def mark(connection: Connection, name: str, at: int) -> None:
    """Set the mark called `name`."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(watermarks).values(name=name[:60], at=at)
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": at}))
