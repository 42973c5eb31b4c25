"""A day is planned once, each message has its state and reason, and people let it go."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from clock import Clock
from databases import on_both_databases
from sqlalchemy import insert, select, update

from service.reminders import approval, jobs, stored
from service.reminders.broadcast import plan_broadcast, sent_before
from service.reminders.closing_day import close_day
from service.reminders.planning import plan_day
from service.reminders.preview import preview
from service.reminders.refused import Refused
from service.reminders.runs import Run
from service.reminders.tomorrow_sheet import lines
from service.storage import reminder_tables
from service.storage.reminder_tables import (
    broadcasts,
    clinics,
    consents,
    contacts,
    deliveries,
    files,
    patients,
    plans,
    senders,
    tasks,
    visits,
)
from tests.reminders.sending.by_hand import ByHand, post, reasons, send_all, states
from tests.reminders.sending.planned_clinic import NEW_YORK, TODAY, TOMORROW, Clinic, approve_all, book
from tests.reminders.sending.sample_clinic import Sample
from tests.twilio.phone_company import PhoneCompany


@pytest.fixture
def planned(clinic: Clinic) -> Callable[..., Sample]:
    """A clinic with plans and templates that two people approved, and visits on some days at a time of day."""

    def make(people: int = 5, days: tuple[date, ...] = (TOMORROW,), clock: str = "14:30") -> Sample:
        sample = clinic(people)
        approve_all(sample)
        with sample.database.write() as connection:
            for person in range(1, people + 1):
                for day in days:
                    book(connection, sample, person, day, clock)
        return sample

    return make


def plan(sample: Sample, day: date = TODAY, last: date | None = None) -> Run | None:
    with sample.database.write() as connection:
        return plan_day(connection, sample.clinic_id, day, "Ana", sample.now, last)


def due(sample: Sample) -> list[str]:
    """When each delivery is due, in New York."""
    with sample.database.read() as connection:
        moments = connection.execute(select(deliveries.c.due_at).order_by(deliveries.c.id)).scalars()
        return [f"{datetime.fromtimestamp(moment, NEW_YORK):%a %H:%M}" for moment in moments]


@on_both_databases
def test_the_day_before_a_visit_everyone_is_reminded_once(planned: Clinic) -> None:
    sample = planned(3)
    run = plan(sample)
    assert run
    assert (run.count, run.held) == (3, 0)
    assert due(sample) == ["Wed 14:30"] * 3
    assert plan(sample) is None


def test_visits_of_one_day_are_one_message(planned: Clinic) -> None:
    sample = planned(1)
    with sample.database.write() as connection:
        book(connection, sample, 1, TOMORROW, "16:00")
    plan(sample)
    with sample.database.read() as connection:
        row = connection.execute(select(deliveries)).mappings().one()
    assert len(json.loads(row["visits"])) == 2
    with sample.database.read() as connection:
        shown = preview(connection, sample.clinic_id, 1, sample.now)
    assert "2:30 PM, and 1 more that day" in shown.samples[0].text


def test_a_run_of_daily_visits_is_one_message_a_week_and_one_before_the_first(planned: Clinic) -> None:
    week = tuple(date(2026, 12, 7) + timedelta(days=n) for n in range(5))
    sample = planned(1, week, "08:15")
    plan(sample, TODAY, date(2026, 12, 12))
    assert sorted(due(sample)) == ["Sat 09:00", "Sun 17:00"]


def test_what_fits_nowhere_before_an_early_visit_is_for_the_telephone(planned: Clinic, clock: Clock) -> None:
    sample = planned(1, (TOMORROW,), "08:00")
    with sample.database.write() as connection:
        connection.execute(update(plans).values(kind="2 hours"))
        late = sample.now + 9 * 3600
        plan_day(connection, sample.clinic_id, TOMORROW, "Ana", late)
    assert states(sample) == [stored.HELD]
    assert reasons(sample) == ["schedule.too_early"]


@on_both_databases
@pytest.mark.parametrize(
    ("table", "values", "reason", "state"),
    [
        (consents, {"superseded_at": 1}, "held.no_consent", stored.HELD),
        (contacts, {"state": "bad"}, "held.phone_bad", stored.HELD),
        (contacts, {"zones": ""}, "held.no_zone", stored.HELD),
        (clinics, {"moving": True}, "held.moving", stored.HELD),
        (senders, {"role": "line"}, "held.no_sender", stored.HELD),
    ],
)
def test_who_is_left_out_is_shown_with_the_reason(
    planned: Clinic, table: object, values: dict[str, object], reason: str, state: str
) -> None:
    sample = planned(2)
    with sample.database.write() as connection:
        connection.execute(update(table).values(values))  # type: ignore[arg-type]
    plan(sample)
    assert (reasons(sample), states(sample)) == ([reason] * 2, [state] * 2)
    with sample.database.read() as connection:
        shown = preview(connection, sample.clinic_id, 1, sample.now)
    assert (shown.going, shown.left_out, shown.estimate) == (0, {reason: 2}, None)


def test_nobody_plans_for_a_dead_patient(planned: Clinic) -> None:
    sample = planned(2)
    with sample.database.write() as connection:
        connection.execute(update(patients).where(patients.c.id == 1).values(state="died"))
    run = plan(sample)
    assert run
    assert run.count == 1


def test_a_landline_is_planned_as_a_call(planned: Clinic) -> None:
    sample = planned(1)
    with sample.database.write() as connection:
        connection.execute(update(contacts).values(line_kind="landline"))
    plan(sample)
    with sample.database.read() as connection:
        assert connection.execute(select(deliveries.c.channel)).scalar_one() == "call"
        assert preview(connection, sample.clinic_id, 1, sample.now).calls == 1


def test_whoever_wants_only_the_day_before_gets_only_that(planned: Clinic) -> None:
    sample = planned(1, (TODAY + timedelta(days=7),))
    with sample.database.write() as connection:
        connection.execute(update(contacts).values(fewer="day before"))
    assert plan(sample, TODAY, TODAY + timedelta(days=7))
    assert due(sample) == ["Tue 14:30"]


def test_after_a_confirmation_only_a_quiet_note_is_left(planned: Clinic) -> None:
    sample = planned(1)
    with sample.database.write() as connection:
        connection.execute(update(visits).values(confirmed_at=1))
    plan(sample, TODAY, TOMORROW)
    with sample.database.read() as connection:
        shown = preview(connection, sample.clinic_id, 1, sample.now)
    assert shown.going == 1
    assert "short note" in shown.samples[0].text


def test_the_preview_says_what_it_costs_and_when_it_ends(planned: Clinic) -> None:
    sample = planned(20)
    plan(sample)
    with sample.database.read() as connection:
        shown = preview(connection, sample.clinic_id, 1, sample.now)
    assert shown.estimate
    assert (shown.texts, shown.estimate.segments, shown.expensive) == (20, 20, ())
    assert f"{shown.estimate.dollars}" == "0.24"
    assert shown.estimate.refused is None


def test_words_that_cost_double_are_shown(planned: Clinic) -> None:
    sample = planned(1)
    with sample.database.write() as connection:
        connection.execute(
            update(reminder_tables.templates).values(en="{clinic}: " + "very long words " * 12 + "{phone}")
        )
    plan(sample)
    with sample.database.read() as connection:
        [dear] = preview(connection, sample.clinic_id, 1, sample.now).expensive
    assert dear.segments == 2


def test_the_first_run_waits_for_a_second_person_and_later_ones_go(planned: Clinic, clock: Clock) -> None:
    sample = planned(2)
    with sample.database.write() as connection:
        run = plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now)
        assert run
        assert approval.settle(connection, sample.clinic_id, run.id, sample.now) == ("odd.first",)
        approval.approve(connection, sample.clinic_id, run.id, "Bea", sample.now)
        for person in (1, 2):
            book(connection, sample, person, TOMORROW + timedelta(days=1), "10:00")
        later = sample.now + 86400
        run = plan_day(connection, sample.clinic_id, TOMORROW, "plan", later)
        assert run
        assert approval.settle(connection, sample.clinic_id, run.id, later) == ()


def test_a_template_that_nobody_approved_makes_a_run_wait(planned: Clinic) -> None:
    sample = planned(1)
    plan(sample)
    with sample.database.write() as connection:
        connection.execute(update(reminder_tables.templates).values(approved_at=None))
        assert "odd.unapproved|name=visit" in approval.settle(connection, sample.clinic_id, 1, sample.now)


def facts() -> dict[str, object]:
    return {"clinic": "Lakeside Clinic", "phone": "+15550100100"}


@on_both_databases
def test_a_broadcast_goes_to_all_who_agreed_and_above_fifty_needs_two_people(planned: Clinic, clock: Clock) -> None:
    sample = planned(52)
    with sample.database.write() as connection:
        run = plan_broadcast(connection, sample.clinic_id, "follow_up", facts(), "Ana", sample.now)
        assert run
        assert run.count == 52
        with pytest.raises(Refused, match="another person"):
            approval.approve(connection, sample.clinic_id, run.id, "Ana", sample.now)
        until = approval.approve(connection, sample.clinic_id, run.id, "Bea", sample.now)
    assert until == sample.now + 600
    company = PhoneCompany(clock)
    assert send_all(post(sample, ByHand(company), clock)) == 0
    clock.pass_time(600)
    assert send_all(post(sample, ByHand(company), clock)) == 52


def test_a_small_broadcast_goes_with_one_person_and_can_be_undone(planned: Clinic, clock: Clock) -> None:
    sample = planned(3)
    with sample.database.write() as connection:
        run = plan_broadcast(connection, sample.clinic_id, "follow_up", facts(), "Ana", sample.now)
        assert run
        approval.approve(connection, sample.clinic_id, run.id, "Ana", sample.now)
        assert approval.undo(connection, sample.clinic_id, run.id, "Ana", sample.now + 599) == 3
        with pytest.raises(Refused, match="ended already"):
            approval.cancel(connection, sample.clinic_id, run.id, "Ana", sample.now)
    assert states(sample) == [stored.CANCELLED] * 3


def test_pause_and_resume(planned: Clinic, clock: Clock) -> None:
    sample = planned(2)
    company = PhoneCompany(clock)
    with sample.database.write() as connection:
        run = plan_broadcast(connection, sample.clinic_id, "follow_up", facts(), "Ana", sample.now)
        assert run
        approval.approve(connection, sample.clinic_id, run.id, "Ana", sample.now)
        approval.pause(connection, sample.clinic_id, run.id, "Bea", sample.now)
    clock.pass_time(601)
    assert send_all(post(sample, ByHand(company), clock)) == 0
    with sample.database.write() as connection:
        approval.resume(connection, sample.clinic_id, run.id, "Bea", sample.now)
    assert send_all(post(sample, ByHand(company), clock)) == 2


def test_a_file_that_was_sent_before_is_named(planned: Clinic) -> None:
    sample = planned(1)
    with sample.database.write() as connection:
        row = {"clinic_id": sample.clinic_id, "kind": "numbers", "sha256": "abc", "name": "x.txt", "loaded_at": 1}
        connection.execute(insert(files).values(row))
        plan_broadcast(connection, sample.clinic_id, "follow_up", facts(), "Ana", 1, name="November", file_id=1)
        assert sent_before(connection, sample.clinic_id, "abc") == "November"
        assert sent_before(connection, sample.clinic_id + 1, "abc") == ""


def test_a_rehearsal_lists_everything_and_sends_nothing(planned: Clinic, clock: Clock, tmp_path: Path) -> None:
    sample = planned(2)
    plan(sample)
    with sample.database.write() as connection:
        connection.execute(update(broadcasts).values(state="approved"))
    company = PhoneCompany(clock)
    clock.pass_time(3 * 3600)
    sending = post(sample, ByHand(company), clock)
    work = jobs.Work(sending, None, clock, tmp_path, shadow=True)  # type: ignore[arg-type]
    assert jobs.rehearse(work, sample.clinic_id) == 0
    assert reasons(sample) == ["held.shadow"] * 2
    assert company.requests == 0


def test_visits_of_a_list_that_comes_after_the_mornings_planning_are_reminded_too(
    planned: Clinic, clock: Clock, tmp_path: Path
) -> None:
    sample = planned(1)
    work = jobs.Work(post(sample, ByHand(PhoneCompany(clock)), clock), None, clock, tmp_path)  # type: ignore[arg-type]
    assert jobs.plan_today(work) == 1
    clock.pass_time(600)
    assert jobs.plan_today(work) == 0
    with sample.database.write() as connection:
        book(connection, sample, 1, TOMORROW + timedelta(days=6), "14:30")
        row = {"clinic_id": sample.clinic_id, "kind": "visits", "sha256": "abc", "name": "x.csv"}
        connection.execute(insert(files).values(**row, loaded_at=sample.now + 600))
    clock.pass_time(60)
    assert jobs.plan_today(work) == 1
    clock.pass_time(60)
    assert jobs.plan_today(work) == 0
    assert due(sample) == ["Wed 14:30", "Wed 14:30"]


def test_what_staff_have_mended_goes_after_all(planned: Clinic, clock: Clock) -> None:
    sample = planned(1)
    with sample.database.write() as connection:
        connection.execute(update(consents).values(superseded_at=1))
    plan(sample)
    assert states(sample) == [stored.HELD]
    with sample.database.write() as connection:
        assert jobs.take_up_again(connection, sample.clinic_id, sample.now) == 0
        connection.execute(update(consents).values(superseded_at=None))
        assert jobs.take_up_again(connection, sample.clinic_id, sample.now) == 1
    assert states(sample) == [stored.QUEUED]


@on_both_databases
def test_a_closing_day_tells_all_ends_its_reminders_and_lists_whom_to_rebook(planned: Clinic, clock: Clock) -> None:
    sample = planned(3)
    plan(sample)
    with sample.database.write() as connection:
        run = close_day(connection, sample.clinic_id, sample.site_id, TOMORROW, "Ana", sample.now)
        assert run
        shown = preview(connection, sample.clinic_id, run.id, sample.now)
        assert shown.samples[0].text == (
            "Lakeside Clinic is closed Thursday Dec 3. Your visit is not on that day. We will call you by Friday 5 PM"
            " with a new time. Questions 555-010-0100. STOP to end."
        )
        with pytest.raises(Refused, match="another person"):
            approval.approve(connection, sample.clinic_id, run.id, "Ana", sample.now)
        assert connection.execute(select(tasks)).first() is None
        approval.approve(connection, sample.clinic_id, run.id, "Bea", sample.now)
        assert connection.execute(select(tasks.c.kind)).scalars().all() == ["rebook"] * 3
    assert reasons(sample)[:3] == ["held.closed"] * 3
    assert states(sample)[3:] == [stored.QUEUED] * 3


def test_the_sheet_for_tomorrow_names_who_was_not_reached_and_why(planned: Clinic) -> None:
    sample = planned(4)
    plan(sample)
    with sample.database.write() as connection:
        connection.execute(update(deliveries).values(state=stored.DELIVERED))
        connection.execute(update(visits).where(visits.c.id == 1).values(confirmed_at=1))
        gone = update(deliveries).where(deliveries.c.contact_id == 2)
        connection.execute(gone.values(state=stored.HELD, reason="held.landline"))
    with sample.database.read() as connection:
        listed = lines(connection, sample.privacy, sample.clinic_id, TOMORROW)
        assert lines(connection, sample.privacy, sample.clinic_id + 1, TOMORROW) == []
    assert [line.why.split(".")[0] for line in listed] == [
        "A landline cannot get texts",
        "The message arrived; no answer yet",
        "The message arrived; no answer yet",
    ]
    assert listed[0].time == "2:30 PM"


def test_another_clinics_run_is_nobodys(planned: Clinic) -> None:
    sample = planned(2)
    plan(sample)
    stranger = sample.clinic_id + 1
    with sample.database.write() as connection:
        for act in (approval.approve, approval.cancel, approval.pause, approval.resume, approval.undo):
            with pytest.raises(Refused):
                act(connection, stranger, 1, "Bea", sample.now)
        with pytest.raises(Refused):
            preview(connection, stranger, 1, sample.now)
        assert jobs.counts(connection, stranger) == {}
        assert jobs.take_up_again(connection, stranger, sample.now) == 0
    assert states(sample) == [stored.QUEUED] * 2
