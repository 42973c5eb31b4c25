"""Statements of the hot path: compiled once for each kind of database and handed straight to its driver."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect


class Hot:
    """A statement whose parameters are all named. `build` makes it for a dialect's name (`sqlite`, `postgresql`)."""

    def __init__(self, build: Callable[[str], Any]) -> None:
        self._build = build
        self._compiled = cache(self._compile)

    def run(self, connection: Connection, values: dict[str, Any]) -> Any:
        """Execute with `values`, one for each parameter, in the transaction of `connection`; returns the driver's
        cursor. What SQLAlchemy adds to a result took longer than these statements do."""
        sql, order = self._compiled(connection.dialect)
        cursor = connection.connection.cursor()
        cursor.execute(sql, tuple(values[name] for name in order) if order else values)
        return cursor

    def _compile(self, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
        compiled = self._build(dialect.name).compile(dialect=dialect)
        # sqlite takes values by position, psycopg by name.
        return str(compiled), tuple(compiled.positiontup or ())
