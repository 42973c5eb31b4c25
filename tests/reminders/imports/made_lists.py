"""Lists as clinics' systems write them, and one function that loads such a list as the command line does."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from service.reminders.clinics import Clinic, clinic, sites_of
from service.reminders.imports.checking import check
from service.reminders.imports.columns import Kind, Match, guess, is_heading
from service.reminders.imports.loading import Loaded, load
from service.reminders.imports.reading import open_sheet
from service.reminders.privacy import Privacy
from service.storage.database import Database

NOW = int(datetime(2026, 11, 23, 14, tzinfo=UTC).timestamp())
TODAY = date(2026, 11, 23)

PATIENTS = """MRN,Pt Name,Mobile,Lang
1,"Ruiz, Ana",(812) 555-0134,Spanish
2,"Stone, Ben",812-555-0135,English
"""
VISITS = """Visit ID,MRN,Appt Dt/Tm,Status
V1,1,11/26/2026 1430,Scheduled
V2,2,11/26/2026 0900,Scheduled
"""


def read_list(kind: Kind, path: Path, places: dict[str, str] | None = None):
    """A list opened, with its columns guessed."""
    sheet = open_sheet(path, lambda heading: is_heading(kind, heading))
    match = guess(kind, sheet.header)
    return sheet, Match(match.columns, places or {})


class Loader:
    """Loads text as a file of a kind into one clinic."""

    def __init__(self, database: Database, privacy: Privacy, folder: Path, clinic_id: int) -> None:
        self.database, self.privacy, self.folder = database, privacy, folder
        with database.read() as connection:
            self.clinic: Clinic = clinic(connection, clinic_id)
            self.sites = sites_of(connection, clinic_id)
        self.count = 0

    def file(self, content: str | bytes, name: str = "") -> Path:
        """`content` as a file of its own."""
        self.count += 1
        path = self.folder / (name or f"list{self.count}.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def __call__(self, kind: Kind, content: str | bytes, now: int = NOW, **options) -> Loaded:
        path = self.file(content)
        sheet, match = read_list(kind, path, options.pop("places", None))
        covers = options.pop("covers", None)
        with check(kind, sheet, match, self.clinic, self.sites, TODAY, covers=covers) as checked:
            return load(self.database, self.privacy, checked, "Carla", now, **options)
