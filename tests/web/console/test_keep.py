"""A clinic chooses how long it keeps what people wrote, and what was sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from console_staff import Browser, Hire, Person
from sqlalchemy import select

from service.app import Parts
from service.reminders.retention import Retention, retention
from service.storage.reminder_tables import audit


@pytest.fixture
def ana(hire: Hire, sit_down: Callable[[Person], Browser]) -> Browser:
    return sit_down(hire())


def test_days_are_chosen_shown_and_written_down(ana: Browser, parts: Parts, clinic_id: int) -> None:
    assert "Words 30 days, messages 180 days" in ana.get("/console/settings").text
    assert '<option value="30" selected>' in ana.get("/console/settings/keep").text
    assert ana.send("/console/settings/keep", {"words_days": "14", "deliveries_days": "365"}).status_code == 303
    with parts.database.read() as connection:
        assert retention(connection, clinic_id) == Retention(14, 365)
        (about,) = connection.execute(select(audit.c.about).where(audit.c.what == "retention changed")).scalars()
    assert about.endswith("words 14, messages 365 days")


@pytest.mark.parametrize("days", ["31", "7", "0", "9999", "x", ""])
def test_words_are_never_kept_longer_than_a_month_nor_too_short_to_be_copied(
    ana: Browser, parts: Parts, clinic_id: int, days: str
) -> None:
    ana.get("/console/settings/keep")
    assert ana.send("/console/settings/keep", {"words_days": days, "deliveries_days": "180"}).status_code == 422
    with parts.database.read() as connection:
        assert retention(connection, clinic_id) == Retention(30, 180)
