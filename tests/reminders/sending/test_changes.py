"""A visit that moves or is called off: who was told otherwise, or asked to hear of changes, hears of it in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from clock import Clock
from databases import on_both_databases
from sqlalchemy import Connection, insert, select, update

from service.reminders import stored
from service.reminders.changes import tell_changes
from service.reminders.planning import plan_day
from service.reminders.preview import preview
from service.reminders.visits import Decision, decide
from service.reminders.waiting import cancel_of_visits
from service.storage.reminder_tables import broadcasts, contacts, deliveries, patients, plans, templates, visits
from tests.reminders.sending.by_hand import ByHand, post, reasons, send_all, states
from tests.reminders.sending.planned_clinic import TODAY, TOMORROW, Clinic, approve_all, book
from tests.reminders.sending.sample_clinic import DAY, Sample
from tests.twilio.phone_company import PhoneCompany

MOVED = ["Lakeside Clinic: your visit is now Thursday Dec 10, 2:30 PM."]
OFF = ["Lakeside Clinic: your visit Wednesday Dec 9, 2:30 PM will not take place. Please do not come."]

HOUR = 3600
NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def told(clinic: Clinic, clock: Clock) -> Callable[..., Sample]:
    """A clinic whose people were told of a visit next week, at 2:30 PM."""

    def make(people: int = 1, day: date = NEXT_WEEK, wish: str = "") -> Sample:
        sample = clinic(people)
        approve_all(sample, ("7 days", "1 day"))
        with sample.database.write() as connection:
            connection.execute(update(contacts).values(fewer=wish))
            for person in range(1, people + 1):
                book(connection, sample, person, day, "14:30")
            plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now)
            sent = {"state": stored.DELIVERED, "accepted_at": sample.now, "final_at": sample.now}
            connection.execute(update(deliveries).values(sent))
        return sample

    return make


def move(connection: Connection, sample: Sample, hours: int = 24, visit: int = 1) -> None:
    """As a list does it: the visit has another time, what waits about the old one is cancelled, people are told."""
    mine = update(visits).where(visits.c.id == visit)
    connection.execute(mine.values(starts_at=visits.c.starts_at + hours * HOUR))
    cancel_of_visits(connection, sample.clinic_id, [visit], "held.visit_moved", sample.now)
    tell_changes(connection, sample.clinic_id, [visit], "Ana", sample.now)


def call_off(connection: Connection, sample: Sample, visit: int = 1) -> None:
    connection.execute(update(visits).where(visits.c.id == visit).values(state="cancelled"))
    cancel_of_visits(connection, sample.clinic_id, [visit], "held.visit_cancelled", sample.now)
    tell_changes(connection, sample.clinic_id, [visit], "Ana", sample.now)


def said(sample: Sample, clock: Clock) -> list[str]:
    """The first line of each text that goes out within the next hours."""
    company = PhoneCompany(clock)
    clock.pass_time(HOUR)
    send_all(post(sample, ByHand(company), clock))
    return [message.body.split("\n")[0] for message in company.ledger]


@on_both_databases
@pytest.mark.parametrize(
    ("wish", "change", "words"),
    [
        ("", move, MOVED),
        ("day before", move, []),
        ("changes", move, MOVED),
        ("", call_off, OFF),
        ("day before", call_off, []),
        ("changes", call_off, OFF),
    ],
)
def test_who_was_told_or_asked_for_changes_hears_of_it(
    told: Clinic, clock: Clock, wish: str, change: Callable[[Connection, Sample], None], words: list[str]
) -> None:
    sample = told(wish=wish)
    with sample.database.write() as connection:
        change(connection, sample)
    assert said(sample, clock) == words


def test_only_changes_means_nothing_but_changes(told: Clinic) -> None:
    sample = told(wish="changes")
    assert states(sample) == []
    week = [NEXT_WEEK + timedelta(days=n) for n in range(5)]
    with sample.database.write() as connection:
        for day in week:
            book(connection, sample, 1, day, "08:15")
        assert plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now, week[-1]) is None


def test_the_reminders_after_a_move_say_the_new_time(told: Clinic) -> None:
    sample = told()
    with sample.database.write() as connection:
        plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now, NEXT_WEEK)
        move(connection, sample)
        run = plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now, NEXT_WEEK)
        assert run
        shown = preview(connection, sample.clinic_id, run.id, sample.now)
        assert plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now, NEXT_WEEK) is None
    assert [one.text.split("\n")[0] for one in shown.samples] == ["Lakeside Clinic: visit Thursday Dec 10, 2:30 PM."]
    assert "held.visit_moved" in reasons(sample)


def test_what_is_left_of_a_day_is_told_instead_of_do_not_come(told: Clinic, clock: Clock) -> None:
    sample = told()
    with sample.database.write() as connection:
        book(connection, sample, 1, NEXT_WEEK, "15:30")
        call_off(connection, sample)
    assert said(sample, clock) == ["Lakeside Clinic: your visit is now Wednesday Dec 9, 3:30 PM."]


def test_the_other_visit_of_a_day_is_reminded_when_one_is_called_off(clinic: Clinic) -> None:
    sample = clinic(1)
    approve_all(sample)
    with sample.database.write() as connection:
        book(connection, sample, 1, TOMORROW, "14:30")
        book(connection, sample, 1, TOMORROW, "16:00")
        plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now)
        call_off(connection, sample, visit=2)
        assert plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now)
    assert states(sample) == [stored.CANCELLED, stored.QUEUED]


def test_a_change_goes_although_a_reminder_went_that_day(told: Clinic, clock: Clock) -> None:
    sample = told(day=TOMORROW)
    with sample.database.write() as connection:
        connection.execute(update(deliveries).values(state=stored.QUEUED, due_at=sample.now))
        connection.execute(update(broadcasts).values(state="approved"))
    assert len(said(sample, clock)) == 1
    with sample.database.write() as connection:
        move(connection, sample, hours=-2)
    assert said(sample, clock) == ["Lakeside Clinic: your visit is now Thursday Dec 3, 12:30 PM."]


@pytest.mark.parametrize(("state", "texts"), [("booked", 0), ("cancelled", 1)])
def test_no_visit_is_called_off_that_stands_again(told: Clinic, clock: Clock, state: str, texts: int) -> None:
    sample = told()
    with sample.database.write() as connection:
        call_off(connection, sample)
        connection.execute(update(visits).values(state=state))
    assert len(said(sample, clock)) == texts


@pytest.mark.parametrize(
    "change",
    [
        lambda c, s: c.execute(update(plans).values(retired_at=1)),
        lambda c, s: c.execute(update(patients).values(state="died")),
        lambda c, s: c.execute(update(visits).values(starts_at=s.now - 60)),
        lambda c, s: c.execute(update(visits).values(state="done")),
    ],
    ids=["no plan", "died", "over", "took place"],
)
def test_nobody_is_told_where_nothing_is_to_be_told(told: Clinic, change: Callable[..., object]) -> None:
    sample = told()
    with sample.database.write() as connection:
        change(connection, sample)
        assert tell_changes(connection, sample.clinic_id, [1], "Ana", sample.now) is None


@on_both_databases
def test_very_many_changes_wait_for_a_second_person(told: Clinic) -> None:
    sample = told(people=51)
    with sample.database.write() as connection:
        connection.execute(update(visits).values(starts_at=visits.c.starts_at + DAY))
        run = tell_changes(connection, sample.clinic_id, range(1, 52), "Ana", sample.now)
        assert run
        head = connection.execute(select(broadcasts).where(broadcasts.c.id == run.id)).mappings().one()
    assert (head["state"], head["odd_why"]) == ("waiting", "odd.changes|count=51")


def test_a_clinic_without_the_words_has_them_phoned(told: Clinic) -> None:
    sample = told()
    with sample.database.write() as connection:
        connection.execute(update(templates).where(templates.c.kind == "visit_moved").values(retired_at=1))
        move(connection, sample)
    assert reasons(sample)[-1] == "held.no_template"


def test_a_visit_that_staff_call_off_is_told_too(told: Clinic, clock: Clock) -> None:
    sample = told()
    with sample.database.write() as connection:
        connection.execute(update(visits).values(state="held", held_why="held.visit_held"))
        decide(connection, sample.clinic_id, 1, Decision.CANCELLED, "Ana", sample.now)
    assert len(said(sample, clock)) == 1


def test_a_shared_phone_hears_whose_visit_moved(told: Clinic, clock: Clock) -> None:
    sample = told()
    with sample.database.write() as connection:
        connection.execute(update(contacts).values(whose="shared"))
        connection.execute(update(patients).values(first_initial="M"))
        move(connection, sample)
    assert said(sample, clock) == ["Lakeside Clinic: your visit for M is now Thursday Dec 10, 2:30 PM."]


def test_a_phone_that_never_heard_of_a_visit_hears_of_no_change(told: Clinic) -> None:
    sample = told()
    with sample.database.write() as connection:
        values = {"clinic_id": sample.clinic_id, "patient_id": 1, "ref": "new", "local_day": "2027-01-05"}
        connection.execute(insert(visits).values(**values, site_id=sample.site_id, starts_at=sample.now + 30 * DAY))
        assert tell_changes(connection, sample.clinic_id, [2], "Ana", sample.now) is None
