"""Trying an uploaded file: every row checked, the load done and taken back, so that staff see what it would do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import request

from service.reminders.clinics import clinic, sites_of
from service.reminders.imports.checking import Checked, check
from service.reminders.imports.columns import Kind, is_heading, recall
from service.reminders.imports.finding import BadFile, Finding
from service.reminders.imports.loading import Loaded, load, loaded_before
from service.reminders.imports.reading import Sheet, open_sheet
from service.web.console import upload_columns
from service.web.console.seat import Seat
from service.web.console.uploads import Upload

# Through a page so many rows at most; longer lists go in with `clearline import`.
MOST_ROWS = 5000


@dataclass(frozen=True)
class Trial:
    """What a file would do. `seen`: when and by whom this very file was loaded before; `refused` says why it cannot
    be loaded at all."""

    checked: Checked
    loaded: Loaded | None
    seen: tuple[int, str] | None
    refused: str

    @property
    def bad(self) -> list[Finding]:
        """The rows that are left out."""
        tally = self.loaded.tally if self.loaded else self.checked.tally
        return list(tally.bad.values())


@contextmanager
def trial(seat: Seat, found: Upload) -> Iterator[Trial]:
    """Load the file and take it back: what it would do."""
    with checked_rows(seat, found) as checked:
        with seat.read() as connection:
            seen = loaded_before(connection, seat.clinic_id, checked.sheet.sha256)
        if checked.tally.rows > MOST_ROWS:
            refused = seat.say("imports.too_many", rows=checked.tally.rows, most=MOST_ROWS)
            yield Trial(checked, None, seen, refused)
            return
        try:
            loaded = load(seat.parts.database, seat.privacy, checked, seat.name, seat.now, dry_run=True)
        except BadFile as error:
            yield Trial(checked, None, seen, said(error, seat))
            return
        yield Trial(checked, loaded, seen, "")


@contextmanager
def checked_rows(seat: Seat, found: Upload) -> Iterator[Checked]:
    """Every row read and checked, with the columns that were kept for such a file."""
    with found.on_disk() as path:
        sheet = sheet_of(found.kind, path)
        with seat.read() as connection:
            own, sites = clinic(connection, seat.clinic_id), sites_of(connection, seat.clinic_id)
            # The page before says under which name it kept the columns; another file's may fit too.
            name = request.values.get("columns", "")
            match = recall(connection, seat.clinic_id, found.kind, sheet.header, name)
            match = match or upload_columns.proposed(connection, seat.clinic_id, found.kind, sheet)
        with check(found.kind, sheet, match, own, sites, seat.dates.today) as checked:
            yield checked


def sheet_of(kind: Kind, path: Path) -> Sheet:
    """The file opened as a list of this kind. Raises BadFile where it is none."""
    return open_sheet(path, lambda heading: is_heading(kind, heading))


def read_through(sheet: Sheet) -> None:
    """Raises BadFile for what is found only further down, such as a quotation mark that never closes."""
    for _ in sheet.rows():
        pass


def said(error: BadFile, seat: Seat) -> str:
    """Why a file cannot be loaded, in the language of whoever reads."""
    return error.reason.say(seat.language)
