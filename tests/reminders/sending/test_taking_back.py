"""A closing day that was undone and a death that was told by mistake: what had stopped for it goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clock import Clock
from databases import on_both_databases
from sqlalchemy import select, update

from service.reminders import approval, stored
from service.reminders.answers.staff import raise_it
from service.reminders.closing_day import close_day
from service.reminders.planning import plan_day
from service.reminders.visits import Decision, death_was_mistaken, decide
from service.storage.reminder_tables import audit, contacts, deliveries, tasks, visits
from tests.reminders.sending.by_hand import ByHand, post, reasons, send_all, states
from tests.reminders.sending.planned_clinic import TODAY, TOMORROW, Clinic, approve_all, book
from tests.reminders.sending.sample_clinic import SENDERS, Sample, phone_of
from tests.twilio.phone_company import PhoneCompany


@pytest.fixture
def reminded(clinic: Clinic) -> Callable[..., Sample]:
    """A clinic with visits tomorrow and their reminders waiting in a run that goes."""

    def make(people: int = 2) -> Sample:
        sample = clinic(people)
        approve_all(sample)
        with sample.database.write() as connection:
            for person in range(1, people + 1):
                book(connection, sample, person, TOMORROW, "14:30")
            run = plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now)
            assert run
            approval.settle(connection, sample.clinic_id, run.id, sample.now)
            approval.approve(connection, sample.clinic_id, run.id, "Bea", sample.now)
        return sample

    return make


def close(sample: Sample) -> int:
    with sample.database.write() as connection:
        run = close_day(connection, sample.clinic_id, sample.site_id, TOMORROW, "Ana", sample.now)
        assert run
        approval.approve(connection, sample.clinic_id, run.id, "Bea", sample.now)
        return run.id


def open_tasks(sample: Sample) -> list[str]:
    with sample.database.read() as connection:
        return list(connection.execute(select(tasks.c.kind).where(tasks.c.closed_at.is_(None))).scalars())


@on_both_databases
def test_an_undone_closing_day_leaves_everything_as_it_was(reminded: Clinic, clock: Clock) -> None:
    sample = reminded()
    run = close(sample)
    assert open_tasks(sample) == ["rebook"] * 2
    with sample.database.write() as connection:
        assert approval.undo(connection, sample.clinic_id, run, "Bea", sample.now + 60) == 2
    assert open_tasks(sample) == []
    assert reasons(sample) == ["held.closed_undone"] * 4 + [""] * 2
    company = PhoneCompany(clock)
    clock.pass_time(3 * 3600)
    send_all(post(sample, ByHand(company), clock))
    assert [message.body.split("\n")[0] for message in company.ledger] == [
        "Lakeside Clinic: visit Thursday Dec 3, 2:30 PM."
    ] * 2


def test_a_day_that_was_opened_can_be_closed_again(reminded: Clinic) -> None:
    sample = reminded()
    for _ in range(2):
        run = close(sample)
        with sample.database.write() as connection:
            assert approval.cancel(connection, sample.clinic_id, run, "Bea", sample.now + 60) == 2
    with sample.database.write() as connection:
        assert plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now) is None


def test_whoever_was_told_of_a_closed_day_stays_told(reminded: Clinic) -> None:
    sample = reminded()
    run = close(sample)
    with sample.database.write() as connection:
        first = (deliveries.c.broadcast_id == run, deliveries.c.contact_id == 1)
        connection.execute(update(deliveries).where(*first).values(state=stored.DELIVERED))
        approval.cancel(connection, sample.clinic_id, run, "Bea", sample.now + 3600)
        again = select(deliveries.c.contact_id).where(deliveries.c.state == stored.QUEUED)
        assert connection.execute(again).scalars().all() == [2]
        left = select(tasks.c.patient_id).where(tasks.c.closed_at.is_(None))
        assert connection.execute(left).scalars().all() == [1]


def test_a_draft_that_nobody_approved_ends_nothing(reminded: Clinic) -> None:
    sample = reminded()
    with sample.database.write() as connection:
        run = close_day(connection, sample.clinic_id, sample.site_id, TOMORROW, "Ana", sample.now)
        assert run
        approval.cancel(connection, sample.clinic_id, run.id, "Ana", sample.now)
    assert states(sample) == [stored.QUEUED] * 2 + [stored.CANCELLED] * 2


def told_of_a_death(sample: Sample) -> None:
    with sample.database.write() as connection:
        raise_it(connection, sample.privacy.phone(phone_of(1)), SENDERS[0], "bereavement", sample.now)


def standing(sample: Sample) -> tuple[str, str, int]:
    """Of the first person: their visit, the reminder of it, and until when their phone is left in peace."""
    with sample.database.read() as connection:
        visit = connection.execute(select(visits.c.state).where(visits.c.id == 1)).scalar_one()
        message = connection.execute(select(deliveries.c.state).where(deliveries.c.contact_id == 1)).scalar_one()
        paused = connection.execute(select(contacts.c.paused_until).where(contacts.c.id == 1)).scalar_one()
        return visit, message, paused or 0


@on_both_databases
@pytest.mark.parametrize("how", ["a mistake", "kept"])
def test_a_death_told_by_mistake_holds_nothing_any_more(reminded: Clinic, how: str) -> None:
    sample = reminded()
    told_of_a_death(sample)
    assert standing(sample)[:2] == ("held", stored.HELD)
    assert standing(sample)[2] > sample.now
    with sample.database.write() as connection:
        if how == "kept":
            decide(connection, sample.clinic_id, 1, Decision.KEEP, "Ana", sample.now)
        else:
            assert death_was_mistaken(connection, sample.clinic_id + 1, [1], "Ana", sample.now) == 0
            assert death_was_mistaken(connection, sample.clinic_id, [1], "Ana", sample.now) == 1
            assert "told death mistaken" in connection.execute(select(audit.c.what)).scalars().all()
    assert standing(sample) == ("booked", stored.QUEUED, 0)


def test_a_mourning_family_is_told_nothing_about_the_visit(reminded: Clinic) -> None:
    sample = reminded(people=1)
    with sample.database.write() as connection:
        connection.execute(update(deliveries).values(state=stored.DELIVERED, accepted_at=sample.now))
    told_of_a_death(sample)
    with sample.database.write() as connection:
        decide(connection, sample.clinic_id, 1, Decision.CANCELLED, "Ana", sample.now)
    assert states(sample) == [stored.DELIVERED]
