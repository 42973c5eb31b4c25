"""Long statements prepared once: their constants are kept, only what is named is handed in at each run."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_
from sqlalchemy.engine import Dialect

from service.storage.hot import Hot


class Prepared(Hot):
    """Like `Hot`, for statements that also hold constants; write `one_of` for a list of them."""

    def run(self, connection: Connection, values: dict[str, Any]) -> Any:
        """Execute with `values` for what is named; returns the driver's cursor."""
        sql, constants, order = self._constant(connection.dialect)
        given = constants | values
        cursor = connection.connection.cursor()
        cursor.execute(sql, tuple(given[name] for name in order) if order else given)
        return cursor

    def _constant(self, dialect: Dialect) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        sql, order = self._compiled(dialect)
        return sql, self._constants[dialect.name], order

    def _compile(self, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
        compiled = self._build(dialect.name).compile(dialect=dialect)
        constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._constants = {**getattr(self, "_constants", {}), dialect.name: constants}
        return str(compiled), tuple(compiled.positiontup or ())


def one_of(column: ColumnElement[str], words: Collection[str]) -> ColumnElement[bool]:
    """`column IN words`, in the form that can be prepared, and that takes many rows."""
    return or_(*(column == word for word in words))
