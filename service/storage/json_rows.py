"""Rows handed to a statement as one JSON parameter, so that its words stay the same however many rows there are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.types import TypeEngine

Value = TypeVar("Value")
TYPES: dict[type, TypeEngine[Any]] = {str: Text(), int: BigInteger()}


def json_rows(dialect: str, name: str, columns: Mapping[str, type]) -> FromClause:
    """A table called `name` with `columns` (str or int) that reads its rows from the parameter `name`: bind it to
    what `as_json` gives. `dialect`: sqlite or postgresql."""
    if dialect == "sqlite":
        each = func.json_each(bindparam(name, type_=Text())).table_valued("value", name=f"{name}_each")
        fields = [
            cast(func.json_extract(each.c.value, f"$.{field}"), Integer if kind is int else Text).label(field)
            for field, kind in columns.items()
        ]
        return select(*fields).select_from(each).subquery(name)
    record = func.jsonb_to_recordset(cast(bindparam(name, type_=Text()), JSONB))
    valued = record.table_valued(*(column(field, TYPES[kind]) for field, kind in columns.items()), name=name)
    return valued.render_derived(with_types=True)


def unindexed(column: ColumnElement[Value]) -> ColumnElement[Value]:
    """`column` in a form that no index serves, for what is asked besides ids that were handed in: SQLite would rather
    walk through all rows of a clinic or a state than look up those ids."""
    return func.coalesce(column, column)


def as_json(rows: Iterable[Mapping[str, object]]) -> str:
    """`rows` as the parameter of `json_rows`."""
    return json.dumps(list(rows), ensure_ascii=False)
