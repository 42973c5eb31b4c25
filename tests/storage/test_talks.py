"""What is remembered of a talk, on either database."""

from __future__ import annotations

import pytest
from databases import on_both_databases

from service.storage import talks
from service.storage.database import Database
from service.storage.talks import Talk

pytestmark = on_both_databases
PHONE = "a" * 64


def test_a_phone_that_never_wrote_has_nothing(database: Database) -> None:
    with database.read() as connection:
        assert talks.recall(connection, PHONE) == Talk()


def test_what_is_remembered_comes_back_and_the_rest_stays(database: Database) -> None:
    with database.write() as connection:
        talks.remember(connection, PHONE, {"state": "en-n-441", "texted_at": 5})
        talks.remember(connection, PHONE, {"language": "es"})
    with database.read() as connection:
        assert talks.recall(connection, PHONE) == Talk(state="en-n-441", language="es", texted_at=5)


def test_an_answer_is_kept_once(database: Database) -> None:
    with database.write() as connection:
        assert talks.answer(connection, "SM1", "first", 1)
        assert not talks.answer(connection, "SM1", "second", 2)
        assert talks.earlier_answer(connection, "SM1") == "first"
        assert talks.earlier_answer(connection, "SM2") == ""


@pytest.mark.parametrize(
    ("steps", "stopped"),
    [
        ([("out", 1)], True),
        ([("out", 1), ("out", 2)], True),
        ([("out", 1), ("in", 2)], False),
        ([("out", 1), ("in", 2), ("out", 3)], True),
        ([("out", 1), ("in", 1)], False),
        # Played back after an outage, stops first: an older START does not undo a younger STOP.
        ([("out", 5), ("in", 3)], True),
        ([("in", 1)], False),
    ],
)
def test_stop_and_start(database: Database, steps: list[tuple[str, int]], stopped: bool) -> None:
    with database.write() as connection:
        for step, now in steps:
            if step == "out":
                talks.opt_out(connection, PHONE, "text", now)
            else:
                talks.opt_in(connection, PHONE, now)
        assert talks.is_stopped(connection, PHONE) is stopped
        assert talks.recall(connection, PHONE).stopped is stopped


def stop_and_fail(database: Database) -> None:
    with database.write() as connection:
        talks.opt_out(connection, PHONE, "text", 1)
        raise ZeroDivisionError


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        stop_and_fail(database)
    with database.read() as connection:
        assert not talks.is_stopped(connection, PHONE)
