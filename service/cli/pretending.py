"""Pretending another time in the try-out, so that a day of reminders can be seen in a minute."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from service.settings import BadSettings, Settings
from service.storage.database import Database, StorageDown
from service.storage.reminder_tables import clinics


def clock_of(settings: Settings, pretend: str) -> Callable[[], float]:
    """A clock that begins at the local time `pretend` of the clinic, or the real one where that is empty.

    Raises BadSettings for a time that cannot be read, and with a real account."""
    if not pretend:
        return time.time
    if not settings.tryout:
        raise BadSettings("Leave --pretend out: with a real account only the real time counts.")
    try:
        moment = datetime.fromisoformat(pretend).replace(tzinfo=ZoneInfo(_zone(settings))).timestamp()
    except ValueError as error:
        raise BadSettings(f'Write --pretend like "2026-12-02 10:00"; it is {pretend!r}.') from error
    ahead = moment - time.time()
    return lambda: time.time() + ahead


def _zone(settings: Settings) -> str:
    """Where the one clinic of the database is, such as the sample clinic; else where the settings say."""
    database = Database(settings.database_url)
    try:
        with database.read() as connection:
            zones = connection.execute(select(clinics.c.zone).distinct()).scalars().all()
    except StorageDown:
        # Nothing was set up yet.
        return settings.clinic_zone
    finally:
        database.close()
    return zones[0] if len(zones) == 1 else settings.clinic_zone
