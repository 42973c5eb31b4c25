"""Short ways to write the columns of a table, so that a table reads like a list of what is remembered."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.sql.schema import SchemaItem

from service.storage.tables import metadata


def table(name: str, *columns: SchemaItem) -> Table:
    return Table(name, metadata, Column("id", Integer, primary_key=True, autoincrement=True), *columns)


def number(name: str = "clinic_id", default: int | None = None) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=None if default is None else str(default))


def words(name: str, length: int, default: str | None = "") -> Column[str]:
    return Column(name, String(length), nullable=False, server_default=default)


def time(name: str, required: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=not required)


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def belongs(column: str, table: str) -> ForeignKeyConstraint:
    """`column` names a row of `table` of the same clinic: the database itself refuses another clinic's."""
    return ForeignKeyConstraint(["clinic_id", column], [f"{table}.clinic_id", f"{table}.id"])


def owned() -> UniqueConstraint:
    """Lets other tables name a row together with its clinic."""
    return UniqueConstraint("clinic_id", "id")
