"""Which column of a file holds what: guessed by its heading, shown on five rows, and kept under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.reminders.imports.finding import BadFile, told
from service.reminders.imports.reading import Row, normal
from service.reminders.rules.tables import table
from service.storage.reminder_tables import column_matches


class Kind(StrEnum):
    """What a list holds."""

    PATIENTS = "patients"
    VISITS = "visits"
    OPTOUTS = "optouts"
    CONSENTS = "consents"


@dataclass(frozen=True)
class Match:
    """`columns`: the headings for each field. `places`: which site (by short name) a cell of the place column means.
    `name`: under which it is kept; empty for a guess that nobody has seen yet."""

    columns: Mapping[str, tuple[str, ...]]
    places: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    def has(self, field_name: str) -> bool:
        """Does the file have a column for this?"""
        return bool(self.columns.get(field_name))

    def cell(self, row: Row, field_name: str) -> str:
        """What stands there for a field; empty where nothing does."""
        return next((row.cells[heading] for heading in self.columns.get(field_name, ()) if row.cells[heading]), "")

    def cells(self, row: Row, field_name: str) -> list[str]:
        """What stands there in every column of a field, without the empty ones."""
        return [row.cells[heading] for heading in self.columns.get(field_name, ()) if row.cells[heading]]


def is_heading(kind: Kind, heading: str) -> bool:
    """Do we know this heading in files of this kind?"""
    return normal(heading) in _fields_of(kind)


def guess(kind: Kind, header: Sequence[str], said: Mapping[str, Sequence[str]] | None = None) -> Match:
    """Match headings to fields; what was `said` (field to headings) counts more than any guess.

    Raises BadFile for a heading that the file does not have, or a needed field without a column."""
    said = said or {}
    for heading in (heading for headings in said.values() for heading in headings):
        if heading not in header:
            raise BadFile(told("file.strange_column", column=heading, columns=", ".join(header)))
    columns: dict[str, list[str]] = {name: list(headings) for name, headings in said.items()}
    taken = {heading for headings in columns.values() for heading in headings}
    for heading in header:
        found = _fields_of(kind).get(normal(heading))
        if not found or heading in taken or found in said:
            continue
        if found in columns and found not in table("column_words")["several"]:
            continue
        columns.setdefault(found, []).append(heading)
    match = Match({name: tuple(headings) for name, headings in columns.items()})
    for needed in table("column_words")["need"][kind.value]:
        if not match.has(needed) and not (kind is Kind.CONSENTS and needed == "phone" and match.has("ref")):
            name = table("column_words")["names"][needed]
            raise BadFile(told("file.no_column", field=name, name=needed, columns=", ".join(header)))
    return match


def recall(connection: Connection, clinic_id: int, kind: Kind, header: Sequence[str], name: str = "") -> Match | None:
    """The match kept earlier that fits this header (of this name, if given), the one with the most columns first."""
    mine = select(column_matches).where(column_matches.c.clinic_id == clinic_id, column_matches.c.kind == kind.value)
    if name:
        mine = mine.where(column_matches.c.name == name)
    kept = [_match(row) for row in connection.execute(mine.order_by(column_matches.c.name)).mappings()]
    fitting = [match for match in kept if {h for hs in match.columns.values() for h in hs} <= set(header)]
    return max(fitting, key=lambda match: sum(map(len, match.columns.values())), default=None)


def keep(connection: Connection, clinic_id: int, kind: Kind, match: Match, name: str, who: str, now: int) -> Match:
    """Keep a match under `name`; an earlier one of that name is replaced."""
    columns: dict[str, Any] = {
        "columns": {k: list(v) for k, v in match.columns.items()},
        "places": dict(match.places),
    }
    values = {"columns": columns, "made_by": who, "made_at": now}
    mine = (
        column_matches.c.clinic_id == clinic_id,
        column_matches.c.kind == kind.value,
        column_matches.c.name == name,
    )
    if not connection.execute(update(column_matches).where(*mine).values(values)).rowcount:
        named = {"clinic_id": clinic_id, "kind": kind.value, "name": name}
        connection.execute(insert(column_matches).values(named | values))
    return Match(match.columns, match.places, name)


def shown(match: Match, rows: Sequence[Row]) -> list[tuple[str, str, list[str]]]:
    """For each field: what it is called, its headings, and its cells in `rows`, to be looked over by a person."""
    names = table("column_words")["names"]
    return [
        (names[field_name], " + ".join(headings), [" / ".join(match.cells(row, field_name)) for row in rows])
        for field_name, headings in match.columns.items()
    ]


@cache
def _fields_of(kind: Kind) -> Mapping[str, str]:
    """Heading to field, in files of this kind; where two fields share a heading the earlier in `uses` has it."""
    words = table("column_words")
    found: dict[str, str] = {}
    for name in words["uses"][kind.value]:
        for heading in words["words"][name]:
            found.setdefault(heading, name)
    return found


def _match(row: Any) -> Match:
    kept = row["columns"]
    return Match({name: tuple(headings) for name, headings in kept["columns"].items()}, kept["places"], row["name"])
