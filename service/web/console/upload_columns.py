"""Which column of an uploaded file holds what: proposed from earlier files or headings, and decided on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection

from service.reminders.clinics import Site
from service.reminders.imports.bookings import Places
from service.reminders.imports.columns import Kind, Match, recall
from service.reminders.imports.reading import Row, Sheet, normal
from service.reminders.rules.reason import Reason
from service.reminders.rules.tables import table

# A person has at most three phones.
PHONES = 3
# So many unknown places are asked about at once; a place column with more holds something else.
MOST_PLACES = 30


@dataclass(frozen=True)
class Column:
    """One question of the page: which heading was `chosen` for `field` (the `nth` of several), and first cells."""

    field: str
    nth: int
    chosen: str
    needed: bool
    cells: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in the form."""
        return f"column.{self.field}.{self.nth}"


def proposed(connection: Connection, clinic_id: int, kind: Kind, sheet: Sheet) -> Match:
    """The columns kept for such a file; where there are none, those whose headings we know."""
    return recall(connection, clinic_id, kind, sheet.header) or _by_headings(kind, sheet.header)


def chosen(kind: Kind, header: Sequence[str], form: Mapping[str, str], name: str) -> Match:
    """The columns and places as somebody chose them on the page; headings that the file lacks count as none."""
    columns: dict[str, tuple[str, ...]] = {}
    for field in table("column_words")["uses"][kind.value]:
        asked = (form.get(f"column.{field}.{nth}", "") for nth in range(PHONES))
        headings = tuple(dict.fromkeys(heading for heading in asked if heading in header))
        if headings:
            columns[field] = headings
    cells = (form.get(f"cell.{n}", "") for n in range(MOST_PLACES))
    places = {cell: site for n, cell in enumerate(cells) if cell and (site := form.get(f"place.{n}", ""))}
    return Match(columns, places, name)


def missing(kind: Kind, match: Match) -> list[str]:
    """The fields without which such a file cannot be loaded."""
    needed: list[str] = table("column_words")["need"][kind.value]
    return [field for field in needed if not match.has(field) and not _may_lack(kind, field, match)]


def questions(kind: Kind, match: Match, rows: Sequence[Row]) -> list[Column]:
    """What the page asks, each with the cells of the first rows."""
    needed = table("column_words")["need"][kind.value]
    asked = []
    for field in table("column_words")["uses"][kind.value]:
        headings = match.columns.get(field, ())
        for nth in range(PHONES if field in table("column_words")["several"] else 1):
            heading = headings[nth] if nth < len(headings) else ""
            cells = tuple(row.cells[heading] for row in rows) if heading else ()
            asked.append(Column(field, nth, heading, field in needed and nth == 0, cells))
    return asked


def unknown_places(sheet: Sheet, match: Match, sites: Sequence[Site], zone: str) -> list[str]:
    """The cells of the place column that name no site of the clinic, each once."""
    if not match.has("site") or len(sites) < 2:
        return []
    places = Places(sites, {}, zone)
    rows = (row for row in sheet.rows() if isinstance(row, Row))
    cells = dict.fromkeys(match.cell(row, "site") for row in rows)
    return list(islice((cell for cell in cells if cell and isinstance(places.find(cell), Reason)), MOST_PLACES))


def _by_headings(kind: Kind, header: Sequence[str]) -> Match:
    words = table("column_words")
    columns: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for field in words["uses"][kind.value]:
        found = [heading for heading in header if heading not in taken and normal(heading) in words["words"][field]]
        found = found[: PHONES if field in words["several"] else 1]
        if found:
            columns[field] = tuple(found)
            taken.update(found)
    return Match(columns)


def _may_lack(kind: Kind, field: str, match: Match) -> bool:
    """Consents name the phone, or the patient."""
    return kind is Kind.CONSENTS and field == "phone" and match.has("ref")
