"""What a person at the terminal sees of a trial: the clinic's own hour, what was cut off, and what must be known."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from service.cli import main
from service.cli.pretending import clock_of
from service.reminders import stored
from service.reminders.rules.reason import because
from service.reminders.to_do import alert
from service.reminders.why import kept
from service.settings import BadSettings, Settings, from_environment
from service.storage.reminder_tables import deliveries
from tests.reminders.sending.sample_clinic import Sample, queue

Clinic = Callable[..., Sample]


def settings_beside(sample: Sample, folder: Path) -> Settings:
    address = sample.database.url.render_as_string(hide_password=False)
    return from_environment({"DATABASE_URL": address, "CLINIC_ZONE": "America/Los_Angeles"}, folder)


def test_a_pretended_hour_is_the_one_of_the_clinic_that_there_is(clinic: Clinic, tmp_path: Path) -> None:
    clock = clock_of(settings_beside(clinic(), tmp_path), "2026-12-02 10:00")
    assert datetime.fromtimestamp(clock(), ZoneInfo("America/New_York")).strftime("%H:%M") == "10:00"


def test_without_a_clinic_it_is_the_one_of_the_settings(settings: Settings) -> None:
    moment = datetime.fromtimestamp(clock_of(settings, "2026-12-02 10:00")(), ZoneInfo(settings.clinic_zone))
    assert f"{moment:%H:%M}" == "10:00"


def test_an_hour_that_nobody_can_read_is_refused(settings: Settings) -> None:
    with pytest.raises(BadSettings, match="like"):
        clock_of(settings, "half past five")


def test_the_list_says_what_becomes_of_what_was_cut_off_and_what_must_be_known(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = clinic(3)
    queue(sample, range(1, 4))
    monkeypatch.setenv("DATABASE_URL", sample.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CLEARLINE_VAR", str(tmp_path))
    quiet = CliRunner().invoke(main, ["deliveries"]).output
    assert "3 planned: 3 queued" in quiet
    assert "decide" not in quiet
    with sample.database.write() as connection:
        connection.execute(update(deliveries).where(deliveries.c.id == 2).values(state=stored.UNKNOWN))
        about = kept(because("error.sending_rests"))
        alert(connection, sample.clinic_id, "sending.rests", about, int(time.time()))
    shown = CliRunner().invoke(main, ["deliveries"]).output
    assert "clearline deliveries decide NUMBER sent (or not-sent)" in shown
    assert "Sending rests and tries again by itself" in shown
