"""A clinic to load lists into."""

from __future__ import annotations

import pytest
from made_lists import NOW, Loader

from service.reminders.clinics import create_clinic
from service.reminders.privacy import Privacy
from service.reminders.staff import add_staff
from service.storage.vault import Vault


@pytest.fixture
def privacy() -> Privacy:
    return Privacy(Vault([("k1", b"1" * 32)]), b"phone-index:test")


@pytest.fixture
def make_loader(database, privacy, tmp_path):
    """Makes a clinic and gives what loads lists into it."""

    def make(name: str = "Lakeside", moving: bool = False) -> Loader:
        with database.write() as connection:
            clinic = create_clinic(connection, name, name, "America/Chicago", NOW, moving=moving, who="Ruth")
            add_staff(connection, clinic, "Carla", "desk", "Ruth", NOW)
        return Loader(database, privacy, tmp_path, clinic)

    return make


@pytest.fixture
def load_list(make_loader) -> Loader:
    return make_loader()


@pytest.fixture
def rows(database):
    """All rows of a table as dictionaries, by id."""
    from sqlalchemy import select

    def read(table) -> list[dict]:
        with database.read() as connection:
            order = table.c.id if "id" in table.c else table.c.phone
            return [dict(row) for row in connection.execute(select(table).order_by(order)).mappings()]

    return read
