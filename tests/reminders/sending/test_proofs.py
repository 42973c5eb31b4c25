"""A small seed of each proof; `scripts/proof` runs the full figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import on_both_databases
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from service.reminders.privacy import Privacy
from service.storage.database import Database
from tests.proof.kill_runs import NOON, kill_run
from tests.proof.stop_race import race
from tests.reminders.sending.model import Deliveries


@pytest.fixture
def patient_database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, patience=10)
    yield database
    database.close()


def test_deliveries_keep_their_promises_in_any_order(empty_sqlite: Path) -> None:
    Deliveries.empty = empty_sqlite
    small = hypothesis_settings(max_examples=25, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(Deliveries, settings=small)


@on_both_databases
def test_no_request_starts_after_a_stop(patient_database: Database, privacy: Privacy) -> None:
    raced = race(patient_database, privacy, int(NOON), 200, seed=3)
    assert raced.races == 200
    assert raced.late == 0
    # A race in which one side always wins would show nothing.
    assert raced.sent
    assert raced.spared


@on_both_databases
def test_killed_workers_lose_nobody_and_double_nobody(database_url: str, tmp_path: Path) -> None:
    killed = kill_run(database_url, tmp_path, seed=4, kills=5, people=300)
    assert (killed.lost, killed.doubled) == (0, 0)
    assert killed.kills >= 3
    assert killed.unknown <= killed.most_unknown
