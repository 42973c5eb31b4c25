"""A sample clinic on either database, at noon of a Wednesday in New York."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from clock import Clock

from service.reminders.privacy import Privacy
from service.settings import Settings
from service.storage.database import Database
from tests.reminders.sending.sample_clinic import Sample, settle

NOON = int(datetime(2026, 12, 2, 17, 0, tzinfo=UTC).timestamp())


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = NOON
    return clock


@pytest.fixture
def privacy(settings: Settings) -> Privacy:
    return Privacy.of(settings)


@pytest.fixture
def clinic(database: Database, privacy: Privacy, clock: Clock) -> Callable[..., Sample]:
    """Makes a sample clinic with so many people."""
    return lambda people=5, **more: settle(database, privacy, int(clock()), people, **more)
