"""A sample clinic with people who were reminded, on the number of the try-out line."""

from __future__ import annotations

import pytest
from clinic import Clinic
from clock import Clock

from service.app import Parts


@pytest.fixture
def clinic(parts: Parts, clock: Clock) -> Clinic:
    return Clinic.of(parts.database, parts.settings, clock)
