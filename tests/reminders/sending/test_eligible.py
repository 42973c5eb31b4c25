"""Caps and wishes for fewer hold back what we start, never an answer nor what takes back what people were told."""

from __future__ import annotations

import pytest
from databases import on_both_databases
from sqlalchemy import func, insert, select, update

from service.reminders import stored
from service.reminders.claiming import zones_due
from service.reminders.holding_back import hold_back
from service.reminders.templates import retire_template
from service.storage.reminder_tables import attempts, broadcasts, contacts, deliveries
from tests.reminders.sending.planned_clinic import Clinic
from tests.reminders.sending.sample_clinic import DAY, Sample, queue

GOES = ""
KINDS = ("daily", "follow_up", "broadcast", "answer", "change", "closing")


def waiting(sample: Sample, kind: str, end: str = "1d") -> int:
    """A run with one message of this kind to the first person about their visit."""
    run = queue(sample, [1], life=5 * DAY)
    with sample.database.write() as connection:
        connection.execute(update(broadcasts).where(broadcasts.c.id == run).values(kind=kind))
        key = func.replace(deliveries.c.dedupe, ":1d", f":{end}")
        connection.execute(update(deliveries).where(deliveries.c.broadcast_id == run).values(dedupe=key))
    return run


def went(sample: Sample, kind: str, *, days_ago: int = 0) -> None:
    """A message of this kind that went out some days ago."""
    run = waiting(sample, kind)
    at = sample.now - days_ago * DAY
    with sample.database.write() as connection:
        mine = update(deliveries).where(deliveries.c.broadcast_id == run).returning(deliveries.c.id)
        delivery_id = connection.execute(mine.values(state=stored.DELIVERED, accepted_at=at)).scalar_one()
        tried = {"clinic_id": sample.clinic_id, "delivery_id": delivery_id, "at": at, "outcome": "accepted"}
        connection.execute(insert(attempts).values(tried))


def hindrance(sample: Sample, run: int) -> str:
    """Why the message of a run may not go now; GOES where it may."""
    with sample.database.write() as connection:
        hold_back(connection, sample.clinic_id, sample.now, zones_due(connection, sample.clinic_id, sample.now))
        mine = select(deliveries.c.reason).where(deliveries.c.broadcast_id == run)
        return str(connection.execute(mine).scalar_one())


@on_both_databases
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        ("", KINDS),
        ("day before", ("daily", "answer", "change", "closing")),
        ("changes", ("answer", "change", "closing")),
    ],
)
def test_who_asked_for_fewer_gets_what_they_asked_for(
    clinic: Clinic, wish: str, wanted: tuple[str, ...], kind: str
) -> None:
    sample = clinic(1)
    run = waiting(sample, kind)
    with sample.database.write() as connection:
        connection.execute(update(contacts).values(fewer=wish))
    assert hindrance(sample, run) == (GOES if kind in wanted else "held.fewer")


@pytest.mark.parametrize(("end", "reason"), [("7d", "held.fewer"), ("1d", GOES), ("2h", "held.fewer"), ("w", GOES)])
def test_only_the_day_before_holds_the_other_reminders_that_wait(clinic: Clinic, end: str, reason: str) -> None:
    sample = clinic(1)
    run = waiting(sample, "daily", end)
    with sample.database.write() as connection:
        connection.execute(update(contacts).values(fewer="day before"))
    assert hindrance(sample, run) == reason


@on_both_databases
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("earlier", ["daily", "answer"])
def test_one_a_day_but_for_answers_and_what_takes_back(clinic: Clinic, kind: str, earlier: str) -> None:
    sample = clinic(1)
    went(sample, earlier)
    held = earlier != "answer" and kind in ("daily", "follow_up", "broadcast")
    assert hindrance(sample, waiting(sample, kind)) == ("held.capped_day" if held else GOES)


@pytest.mark.parametrize(
    ("kind", "earlier", "days", "reason"),
    [
        ("follow_up", "broadcast", 3, "held.capped_week"),
        ("broadcast", "follow_up", 3, "held.capped_week"),
        ("follow_up", "broadcast", 2, GOES),
        ("follow_up", "daily", 6, GOES),
        ("follow_up", "answer", 6, GOES),
        ("daily", "broadcast", 6, GOES),
        ("daily", "daily", 6, GOES),
        ("answer", "broadcast", 6, GOES),
    ],
)
def test_three_a_week_of_what_is_about_no_visit(
    clinic: Clinic, kind: str, earlier: str, days: int, reason: str
) -> None:
    sample = clinic(1)
    for ago in range(1, days + 1):
        went(sample, earlier, days_ago=ago)
    assert hindrance(sample, waiting(sample, kind)) == reason


@on_both_databases
def test_nothing_goes_with_the_words_of_a_retired_template(clinic: Clinic) -> None:
    sample = clinic(1)
    run = waiting(sample, "daily")
    with sample.database.write() as connection:
        assert retire_template(connection, sample.clinic_id, sample.template_id, "Ana", sample.now) == 1
        # One that was under way at that moment, came back and waits to be tried again.
        connection.execute(update(deliveries).values(state=stored.QUEUED, reason=""))
    assert hindrance(sample, run) == "held.template_retired"
