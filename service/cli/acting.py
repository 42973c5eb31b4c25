"""What commands about a clinic share: the database prepared, the clinic they mean, and who acts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import click
from sqlalchemy import Connection

from service.reminders.clinics import Clinic, find_clinic
from service.reminders.privacy import Privacy
from service.reminders.refused import Refused
from service.reminders.staff import find_staff
from service.settings import BadSettings, Settings, from_environment
from service.storage.database import Database, StorageDown
from service.storage.migrate import upgrade

# A person at a terminal waits longer for a busy database than a caller may.
PATIENCE = 15.0

Wrapped = TypeVar("Wrapped", bound=Callable[..., Any])


@dataclass(frozen=True)
class Installation:
    """The parts that commands about clinics need. `now` is the time at which the command began, in seconds."""

    settings: Settings
    database: Database
    privacy: Privacy
    now: int

    def clinic(self, name: str) -> Clinic:
        """The clinic meant by --clinic. Raises Refused."""
        with self.database.read() as connection:
            return find_clinic(connection, name)

    def acting(self, connection: Connection, clinic: Clinic, name: str) -> str:
        """The name of the staff record that --as names. Raises Refused where there is none."""
        return find_staff(connection, clinic.id, name).name


@contextmanager
def installation(*, upgraded: bool = True) -> Iterator[Installation]:
    """The installation of the environment, its database brought to this release's shape unless told otherwise. What
    cannot be done ends the command with its sentence."""
    try:
        settings = from_environment(os.environ)
        database = Database(settings.database_url, patience=PATIENCE)
        try:
            if upgraded:
                upgrade(database)
            yield Installation(settings, database, Privacy.of(settings), int(time.time()))
        finally:
            database.close()
    except (BadSettings, Refused, StorageDown) as error:
        raise click.ClickException(str(error)) from error


def for_clinic(command: Wrapped) -> Wrapped:
    """Adds --clinic NAME; with one clinic it may be left out."""
    option = click.option(
        "--clinic", "clinic_name", default="", metavar="NAME", help="Which clinic, if there are several."
    )
    return option(command)


def by_staff(command: Wrapped) -> Wrapped:
    """Adds --as NAME, which names a staff record."""
    option = click.option(
        "--as", "who", envvar="CLEARLINE_AS", default="", metavar="NAME", help="Who you are (a staff record)."
    )
    return option(command)
