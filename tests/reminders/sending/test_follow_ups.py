"""Whoever has no visit set is asked again every few months, once for each period, and nobody else is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from clock import Clock
from databases import on_both_databases
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from service.reminders import approval, stored
from service.reminders.died import record_death
from service.reminders.follow_ups import plan_follow_ups
from service.reminders.plans import retire_plan
from service.reminders.preview import preview
from service.reminders.rules.schedule import MISSED, follow_up_due
from service.reminders.runs import Run
from service.storage.reminder_tables import contacts, deliveries, patients, plans
from tests.reminders.sending.by_hand import ByHand, post, reasons, send_all, states
from tests.reminders.sending.planned_clinic import NEW_YORK, TODAY, TOMORROW, Clinic, approve_all, book
from tests.reminders.sending.sample_clinic import DAY, Sample, queue
from tests.twilio.phone_company import PhoneCompany

THREE_MONTHS_AGO = date(2026, 9, 2)


@pytest.fixture
def seen(clinic: Clinic) -> Callable[..., Sample]:
    """A clinic that asks every three months, and one person (or more) last seen on a day."""

    def make(day: date = THREE_MONTHS_AGO, state: str = "done", people: int = 1) -> Sample:
        sample = clinic(people)
        approve_all(sample, ("1 day", "every 3 months"))
        with sample.database.write() as connection:
            for person in range(1, people + 1):
                book(connection, sample, person, day, "10:00", state)
        return sample

    return make


def plan(sample: Sample, day: date = TODAY) -> Run | None:
    now = int(datetime.combine(day, datetime.min.time(), NEW_YORK).timestamp()) + 8 * 3600
    with sample.database.write() as connection:
        return plan_follow_ups(connection, sample.clinic_id, day, "plan", now)


@on_both_databases
@pytest.mark.parametrize(
    ("day", "state", "asked"),
    [
        (THREE_MONTHS_AGO, "done", True),
        # Many lists never say that a visit took place.
        (THREE_MONTHS_AGO, "booked", True),
        (THREE_MONTHS_AGO, "noshow", False),
        (THREE_MONTHS_AGO, "cancelled", False),
        (THREE_MONTHS_AGO + timedelta(days=1), "done", False),
        # The worker was off that day: up to two weeks late, then the next one is waited for.
        (THREE_MONTHS_AGO - timedelta(days=15), "done", True),
        (THREE_MONTHS_AGO - timedelta(days=16), "done", False),
        (date(2026, 6, 2), "done", True),
        (date(2024, 9, 2), "done", False),
    ],
)
def test_who_was_seen_so_long_ago_is_asked(seen: Clinic, day: date, state: str, asked: bool) -> None:
    assert (plan(seen(day, state)) is not None) == asked


@on_both_databases
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c, s: book(c, s, 1, TOMORROW, "10:00"), None),
        (lambda c, s: book(c, s, 1, TOMORROW, "10:00", "held"), None),
        (lambda c, s: book(c, s, 1, TOMORROW, "10:00", "cancelled"), ""),
        (lambda c, s: record_death(c, s.clinic_id, 1, "Ana", s.now), None),
        (lambda c, s: c.execute(update(patients).values(state="left")), None),
        (lambda c, s: c.execute(update(contacts).values(fewer="day before")), None),
        (lambda c, s: c.execute(update(contacts).values(fewer="changes")), None),
        (lambda c, s: c.execute(update(contacts).values(paused_until=s.now + DAY)), "held.paused"),
        (lambda c, s: c.execute(update(plans).where(plans.c.kind != "1 day").values(retired_at=1)), None),
    ],
    ids=["visit set", "visit held", "visit off", "died", "left", "day before", "only changes", "paused", "retired"],
)
def test_who_is_not_asked(seen: Clinic, change: Callable[..., object], reason: str | None) -> None:
    sample = seen()
    with sample.database.write() as connection:
        change(connection, sample)
    run = plan(sample)
    assert (run is None) == (reason is None)
    assert reasons(sample) == ([] if reason is None else [reason])


@on_both_databases
def test_planning_again_plans_nothing_anew_until_the_next_period(seen: Clinic) -> None:
    sample = seen()
    days = [TODAY + timedelta(days=n) for n in range(180)]
    assert [day for day in days if plan(sample, day)] == [TODAY, date(2027, 3, 2)]


def test_what_a_retired_plan_planned_does_not_go(seen: Clinic) -> None:
    sample = seen(people=3)
    run = plan(sample)
    assert run
    with sample.database.write() as connection:
        assert retire_plan(connection, sample.clinic_id, 2, "Ana", sample.now) == 3
        shown = preview(connection, sample.clinic_id, run.id, sample.now)
    assert shown.left_out == {"held.plan_retired": 3}
    assert states(sample) == [stored.CANCELLED] * 3


def test_a_follow_up_says_how_to_set_the_next_visit(seen: Clinic, clock: Clock) -> None:
    sample = seen()
    run = plan(sample)
    assert run
    with sample.database.write() as connection:
        assert approval.settle(connection, sample.clinic_id, run.id, sample.now) == ("odd.first",)
        approval.approve(connection, sample.clinic_id, run.id, "Bea", sample.now)
    company = PhoneCompany(clock)
    clock.pass_time(601)
    assert send_all(post(sample, ByHand(company), clock)) == 1
    assert company.ledger[0].body.startswith("Lakeside Clinic: it is time to set your next visit. Call 555-010-0100")


def test_three_in_a_week_and_no_more(seen: Clinic, clock: Clock) -> None:
    sample = seen()
    for day in range(3):
        queue(sample, [1], kind="broadcast", due_at=sample.now + day * DAY, life=5 * DAY)
    run = plan(sample)
    assert run
    with sample.database.write() as connection:
        approval.approve(connection, sample.clinic_id, run.id, "Bea", sample.now)
        mine = update(deliveries).where(deliveries.c.broadcast_id == run.id)
        connection.execute(mine.values(due_at=sample.now + 3 * DAY, not_after=sample.now + 5 * DAY))
    company = PhoneCompany(clock)
    for _ in range(4):
        send_all(post(sample, ByHand(company), clock))
        clock.pass_time(DAY)
    assert company.requests == 3


def test_another_clinic_plans_nothing_of_ours(seen: Clinic) -> None:
    sample = seen()
    with sample.database.write() as connection:
        assert plan_follow_ups(connection, sample.clinic_id + 1, TODAY, "plan", sample.now) is None
        assert connection.execute(select(deliveries)).first() is None


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(1, 12), st.integers(0, 1000))
def test_a_follow_up_is_never_early_nor_too_late_and_each_period_has_one(
    anchor: date, months: int, after: int
) -> None:
    day = anchor + timedelta(days=after)
    due = follow_up_due(anchor, months, day, day)
    if due:
        assert day - MISSED <= due <= day
        assert (due.year - anchor.year) * 12 + due.month - anchor.month in range(months, 1200, months)
        assert due.day == anchor.day or (due + timedelta(days=1)).day == 1
