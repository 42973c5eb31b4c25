"""Past one machine: jobs stand in the transaction that needs them, and a dead worker's jobs are taken up again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from clock import Clock
from databases import on_both_databases
from sqlalchemy import text, update

from service.reminders import approval, stored
from service.reminders.jobs import Work
from service.reminders.many_machines import run_many
from service.reminders.reconcile import Lists
from service.reminders.refused import Refused
from service.storage.reminder_tables import broadcasts
from tests.reminders.sending.by_hand import ByHand, post, states
from tests.reminders.sending.sample_clinic import Sample, queue
from tests.twilio.phone_company import PhoneCompany

Clinic = Callable[..., Sample]
on_postgresql = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def work_of(sample: Sample, carrier: ByHand, clock: Clock, tmp_path: object) -> Work:
    sending = post(sample, carrier, clock)
    return Work(sending, Lists(sample.database, sample.privacy, carrier, clock), clock, tmp_path)  # type: ignore[arg-type]


def waiting(sample: Sample) -> int:
    with sample.database.read() as connection:
        count: int = connection.execute(
            text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        ).scalar_one()
    return count


def draft(sample: Sample, people: int) -> int:
    run = queue(sample, range(1, people + 1), kind="broadcast")
    with sample.database.write() as connection:
        connection.execute(update(broadcasts).values(state="draft", made_by="Ana"))
    return run


@on_postgresql
def test_a_job_is_enqueued_with_its_run_or_not_at_all(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(60, send_numbers=2)
    run = draft(sample, 60)
    with pytest.raises(Refused, match="another person"), sample.database.write() as connection:
        approval.approve(connection, sample.clinic_id, run, "Ana", int(clock()))
    assert waiting(sample) == 0
    with sample.database.write() as connection:
        approval.approve(connection, sample.clinic_id, run, "Bea", int(clock()))
        connection.rollback()
    assert waiting(sample) == 0
    with sample.database.write() as connection:
        approval.approve(connection, sample.clinic_id, run, "Bea", int(clock()))
    assert waiting(sample) == 2


@on_postgresql
def test_workers_send_everything_once(clinic: Clinic, clock: Clock, tmp_path: object) -> None:
    sample = clinic(60, send_numbers=2)
    run = draft(sample, 60)
    with sample.database.write() as connection:
        approval.approve(connection, sample.clinic_id, run, "Bea", int(clock()))
        # The undo window is over by the jobs' own clock, which is the database's.
        connection.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now()"))
    clock.pass_time(601)
    company = PhoneCompany(clock)
    for _ in range(2):
        asyncio.run(run_many(work_of(sample, ByHand(company), clock, tmp_path), lambda: 0, [], wait=False))
    assert sorted(m.to for m in company.ledger) == sorted({m.to for m in company.ledger})
    assert states(sample) == [stored.ACCEPTED] * 60


@on_postgresql
def test_the_job_of_a_dead_worker_is_taken_up_again(clinic: Clinic, clock: Clock, tmp_path: object) -> None:
    sample = clinic(3)
    queue(sample, range(1, 4))
    with sample.database.write() as connection:
        connection.execute(
            text(
                "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
                " RETURNING id) INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, lock, worker_id)"
                " SELECT 'default', 'send', '{\"clinic_id\": 1, \"sender_id\": 1}', 'doing', 'sender.1', id FROM dead"
            )
        )
        connection.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
                " VALUES ('default', 'minute', '{\"timestamp\": 0}')"
            )
        )
    company = PhoneCompany(clock)
    # Without waiting a worker leaves as soon as nothing is to be fetched: one takes the job up, the next does it.
    for _ in range(2):
        asyncio.run(run_many(work_of(sample, ByHand(company), clock, tmp_path), lambda: 0, [], wait=False))
    assert states(sample) == [stored.ACCEPTED] * 3


@on_both_databases
def test_a_number_of_one_clinic_is_not_set_to_work_by_another(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(3)
    run = draft(sample, 3)
    with pytest.raises(Refused, match="no such run"), sample.database.write() as connection:
        approval.approve(connection, sample.clinic_id + 1, run, "Bea", int(clock()))
