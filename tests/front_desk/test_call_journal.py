"""The call log: a call's way is kept beside the requests, one row a call, and lets go with time and with people."""

from __future__ import annotations

from dataclasses import replace

import pytest
from clock import Clock
from databases import on_both_databases
from flask import Flask
from line import phone_to
from sqlalchemy import func, select

from service.app import Parts, serve_parts
from service.front_desk.call_journal import LONGEST, CallJournal
from service.reminders import call_log
from service.reminders.call_log import HUNG_UP, SILENCE, WRONG_KEY, Call, Left
from service.reminders.clinics import Sender, add_sender, create_clinic
from service.reminders.purge import KEEP_WORDS, purge
from service.simulator.phone import through
from service.storage.database import Database
from service.storage.reminder_tables import calls

NOW = 1_795_000_000
CALLER = "+15555550123"


@pytest.fixture
def journal(app: Flask) -> CallJournal:
    return app.extensions["call_journal"]


@pytest.fixture
def clinic_id(parts: Parts) -> int:
    with parts.database.write() as connection:
        return create_clinic(connection, "Lakeside", "Lakeside", "America/New_York", NOW, who="Ana")


def logged(parts: Parts, clinic_id: int) -> list[Call]:
    with parts.database.read() as connection:
        return [one.call for one in call_log.listed(connection, clinic_id)]


@pytest.mark.parametrize(
    ("keys", "place", "left_by"),
    [
        (["1"], "", HUNG_UP),
        (["1", "4"], "4", HUNG_UP),
        (["1", "4", "9"], "9", HUNG_UP),
        (["1", "4", "6"], "4", WRONG_KEY),
        (["1", "4", ""], "4", SILENCE),
    ],
)
def test_a_call_says_where_it_ended_and_after_what(
    app: Flask, parts: Parts, journal: CallJournal, clinic_id: int, keys: list[str], place: str, left_by: str
) -> None:
    call = phone_to(app, parts).call()
    for key in keys:
        _ = call.press(key) if key else call.wait()
    call.hang_up()
    journal.settle()
    (kept,) = logged(parts, clinic_id)
    assert (kept.place, kept.left_by) == (place, left_by)
    assert kept.ended_at
    assert kept.seconds is not None
    assert [key for _, _, key in kept.trail][1:] == keys
    # Nobody's number is in it.
    assert CALLER not in str(kept)
    assert kept.phone == parts.performer.index(CALLER)


def test_a_call_under_way_has_its_row_and_a_lost_way_still_has_its_end(
    app: Flask, parts: Parts, journal: CallJournal, clinic_id: int
) -> None:
    call = phone_to(app, parts).call()
    journal.settle()
    (kept,) = logged(parts, clinic_id)
    assert kept.ended_at is None
    another = CallJournal(parts.database, parts.performer.index, lambda: NOW)
    another.ended(call.sid, 61)
    another.settle()
    (kept,) = logged(parts, clinic_id)
    assert (kept.ended_at, kept.seconds) == (NOW, 61)


def test_a_second_clinic_sees_calls_to_its_own_number_only(parts: Parts, clinic_id: int) -> None:
    with parts.database.write() as connection:
        other = create_clinic(connection, "Other", "Other", "America/Chicago", NOW, who="Ben")
        add_sender(connection, other, Sender("+15555550177"), "Ben", NOW)
        call_log.keep(connection, Call("CA1", "p1", "+15555550177", NOW))
        # With two clinics, a call to a number of neither by somebody whom neither knows is nobody's.
        call_log.keep(connection, Call("CA2", "p2", "+15555550199", NOW))
    assert logged(parts, clinic_id) == []
    assert [call.sid for call in logged(parts, other)] == ["CA1"]


@on_both_databases
def test_a_call_is_kept_once_counted_where_it_was_left_and_let_go_in_time(database: Database) -> None:
    with database.write() as connection:
        clinic_id = create_clinic(connection, "Lakeside", "Lakeside", "America/New_York", NOW, who="Ana")
        for number, (left_by, dialed) in enumerate(
            [(HUNG_UP, ""), (WRONG_KEY, ""), (HUNG_UP, "completed"), (SILENCE, "busy")]
        ):
            call = Call(f"CA{number}", "p", "+1", NOW, place="4", left_by=left_by, dialed=dialed, ended_at=NOW + 60)
            for _ in range(2):
                call_log.keep(connection, call)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(calls)).scalar_one() == 4
        # Whoever talked with the clinic did not leave a menu.
        assert call_log.where_left(connection, clinic_id, NOW - 1) == [
            Left("4", {HUNG_UP: 1, WRONG_KEY: 1, SILENCE: 1})
        ]
    with database.write() as connection:
        assert purge(connection, clinic_id, NOW + KEEP_WORDS - 1).calls == 0
        assert purge(connection, clinic_id, NOW + KEEP_WORDS + 1).calls == 4


def test_erasing_a_person_lets_go_of_their_calls(parts: Parts, clinic_id: int) -> None:
    with parts.database.write() as connection:
        for phone in ("theirs", "another"):
            call_log.keep(connection, Call(f"CA{phone}", phone, "+1", NOW))
        assert call_log.forget(connection, clinic_id, "theirs") == 1
    assert [call.phone for call in logged(parts, clinic_id)] == ["another"]


def test_calls_of_whose_end_nobody_told_us_are_let_go_of_in_memory_and_stay_in_the_log(
    app: Flask, parts: Parts, journal: CallJournal, clinic_id: int, clock: Clock
) -> None:
    first = phone_to(app, parts).call()
    first.press("1")
    clock.now += LONGEST + 1
    phone_to(app, parts, "+15555550124").call()
    journal.settle()
    lost = next(call for call in logged(parts, clinic_id) if call.sid == first.sid)
    assert lost.ended_at is None
    assert [key for _, _, key in lost.trail] == ["", "1"]


def test_a_call_that_began_before_this_process_did_still_gets_its_end(
    app: Flask, parts: Parts, journal: CallJournal, clinic_id: int
) -> None:
    call = phone_to(app, parts).call()
    journal.settle()
    another = serve_parts(parts)
    call.phone = replace(call.phone, post=through(another.test_client()))
    call.press("1")
    call.hang_up()
    another.extensions["call_journal"].settle()
    (kept,) = logged(parts, clinic_id)
    assert kept.ended_at
    assert kept.seconds is not None
