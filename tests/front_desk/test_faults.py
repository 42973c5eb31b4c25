"""The database stopped, locked or spoiled, and the disk full: people are answered all the same, and a stop holds."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from clock import Clock
from databases import on_both_databases
from line import PERSON, phone_to
from sqlalchemy import func, make_url, select

from service.app import Parts, serve_parts
from service.conversation.tree import Kind
from service.front_desk.replay import replay
from service.settings import Settings
from service.simulator.phone import Phone
from service.storage import talks
from service.storage.database import Database, StorageDown
from service.storage.tables import answered, errands
from service.storage.tables import talks as talks_table

# Shorter than in earnest, so that many texts can be tried.
PATIENCE = 0.05
FAULTS = ["locked", "spoiled", "not there", pytest.param("stopped", marks=pytest.mark.postgres)]


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Another process holds SQLite's lock."""
    holder = sqlite3.connect(str(database.url.database), isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    yield
    holder.execute("ROLLBACK")
    holder.close()


@contextmanager
def stopped(database: Database) -> Iterator[None]:
    """PostgreSQL ends this database's connections and takes no new ones, as when it shuts down."""
    name = database.url.database
    server = Database(make_url(database.url).set(database="postgres").render_as_string(hide_password=False))

    def tell(statement: str) -> None:
        with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(statement)

    tell(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    tell(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    yield
    tell(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    server.close()


@pytest.fixture(params=["kept", "lost"])
def spool_works(request: pytest.FixtureRequest, settings: Settings) -> bool:
    """Whether the disk takes what the database does not: a file where the spool's folder should be refuses it."""
    if request.param == "lost":
        (settings.var / "spool").touch()
    return bool(request.param == "kept")


@pytest.fixture(params=FAULTS)
def down(
    request: pytest.FixtureRequest,
    build: Callable[[Settings], Parts],
    settings: Settings,
    empty_postgresql: Callable[[], str],
    tmp_path: Path,
) -> Iterator[Parts]:
    """An installation whose database has just failed, after it had been in use."""
    url = {"not there": "postgresql://nobody@127.0.0.1:9/none"}.get(request.param, settings.database_url)
    if request.param == "stopped":
        url = empty_postgresql()
    database = Database(url, patience=PATIENCE)
    parts = replace(build(settings), database=database)
    with ExitStack() as stack:
        if request.param != "not there":
            phone_to(serve_parts(parts), parts).text("menu")
        if request.param == "spoiled":
            database.close()
            Path(str(database.url.database)).write_bytes(b"no database" * 1000)
        elif request.param == "locked":
            stack.enter_context(locked(database))
        elif request.param == "stopped":
            stack.enter_context(stopped(database))
        yield parts
    database.close()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("i want to die", "988"),
        ("me quiero morir", "988"),
        ("i cant breathe", "911"),
        ("fever 103", "100.4"),
        ("441", "Chemo is strong medicine"),
        ("chemo", "Chemo is strong medicine"),
        ("4", "Goals and choices"),
        ("MENU", "1 Urgent help"),
        ("AYUDA", "988"),
        ("0", "clinic"),
        ("he died", "so sorry"),
        ("purple elephants", "911"),
    ],
)
def test_texts_are_answered_from_memory(down: Parts, spool_works: bool, body: str, said: str) -> None:
    if body == "he died" and not spool_works:
        said = "something went wrong"
    (came,) = phone_to(serve_parts(down), down).text(body)
    assert said in came


def test_a_stop_is_confirmed_only_where_something_remembers_it(down: Parts, spool_works: bool) -> None:
    phone = phone_to(serve_parts(down), down)
    (alone,) = phone.text("STOP")
    (with_crisis,) = phone.text("stop texting me i want to die")
    assert ("Stopped" in alone) is spool_works
    assert "911" in alone
    assert "988" in with_crisis
    assert ("messages are stopped" in with_crisis) is spool_works


def test_a_call_walks_the_whole_tree(down: Parts, spool_works: bool, clock: Clock) -> None:
    call = phone_to(serve_parts(down), down).call()
    assert "For English, press 1." in call.words
    call.press("1")
    for node in down.almanac().tree.nodes.values():
        for key in f"******{node.code}":
            clock.pass_time(30)
            heard = call.press(key)
        words = " ".join(item.words for item in heard)
        assert "went wrong" not in words, node.code
        if node.kind is Kind.TOPIC:
            assert down.almanac().library.topics[node.topic]["en"].speech[0].words in words  # type: ignore[index]
    assert not call.ended


def test_keys_that_promise_something_are_honest(down: Parts, spool_works: bool, clock: Clock) -> None:
    call = phone_to(serve_parts(down), down).call()
    call.press("1")
    call.press("441")
    call.press("8")
    sent = " ".join(item.words for item in call.press("8"))
    assert ("We are sending the text now" in sent) is spool_works
    assert ("cannot send a text" in sent) is not spool_works
    clock.pass_time(30)
    call.press("9")
    stopped = " ".join(item.words for item in call.press("9"))
    assert ("Stopped" in stopped) is spool_works
    assert call.ended is not spool_works
    if not spool_works:
        assert "911" in stopped


def test_nothing_spooled_can_be_read(down: Parts) -> None:
    phone_to(serve_parts(down), down).text("stop, zanzibar")
    (kept,) = down.spool.folder.glob("*")
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    for canary in (b"zanzibar", b"5550123", b"OptOut"):
        assert canary not in kept.read_bytes()


@contextmanager
def outage(parts: Parts) -> Iterator[None]:
    """The database of `parts` fails for a while, and comes back as it was."""
    with locked(parts.database) if parts.database.is_sqlite else stopped(parts.database):
        yield


def recalled(parts: Parts, phone: str = PERSON) -> talks.Talk:
    with parts.database.read() as connection:
        return talks.recall(connection, parts.performer.index(phone))


def count(parts: Parts, table: object) -> int:
    with parts.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


@pytest.fixture
def impatient(parts: Parts, database_url: str) -> Iterator[Parts]:
    database = Database(database_url, patience=PATIENCE)
    yield replace(parts, database=database)
    database.close()


@pytest.fixture
def person(impatient: Parts) -> Phone:
    return phone_to(serve_parts(impatient), impatient, PERSON)


@on_both_databases
def test_what_came_meanwhile_is_stored_afterwards_stops_first(impatient: Parts, person: Phone, clock: Clock) -> None:
    with outage(impatient):
        person.text("chemo")
        clock.pass_time(60)
        person.as_number("+12025550124").text("STOP")
        call = person.as_number("+12025550125").call()
        call.press("1")
        call.press("441")
        call.press("88")
    assert [entry["stops"] for _, entry in impatient.spool.entries()] == [True, False, False, False]
    assert replay(impatient.spool, impatient.database, impatient.performer) == 4
    assert len(impatient.spool) == 0
    assert recalled(impatient, "+12025550124").stopped
    assert recalled(impatient, "+12025550125").language == "en"
    assert (count(impatient, answered), count(impatient, errands)) == (2, 1)
    assert person.text("MORE")[0].startswith("Most people get one drug at a time")


@on_both_databases
def test_storing_twice_does_no_harm(impatient: Parts, person: Phone, tmp_path: Path, clock: Clock) -> None:
    with outage(impatient):
        person.text("STOP")
        call = person.as_number("+12025550125").call()
        call.press("1")
        call.press("441")
        call.press("88")
    # As after a crash between the commit and the removal of the file, and again much later.
    shutil.copytree(impatient.spool.folder, tmp_path / "copy")
    replay(impatient.spool, impatient.database, impatient.performer)
    clock.pass_time(60)
    person.text("START")
    shutil.copytree(tmp_path / "copy", impatient.spool.folder, dirs_exist_ok=True)
    replay(impatient.spool, impatient.database, impatient.performer)
    assert not recalled(impatient).stopped
    assert count(impatient, errands) == 1
    assert count(impatient, talks_table) == 2


@on_both_databases
def test_a_copy_of_a_spooled_text_changes_nothing(impatient: Parts, person: Phone) -> None:
    sid = "SM" + "7" * 32
    with outage(impatient):
        first = person.text("STOP", MessageSid=sid)
    assert person.text("STOP", MessageSid=sid) == first
    replay(impatient.spool, impatient.database, impatient.performer)
    assert count(impatient, answered) == 1
    assert recalled(impatient).stopped


@on_both_databases
def test_a_start_before_a_stop_does_not_undo_it(impatient: Parts, person: Phone, clock: Clock) -> None:
    person.text("STOP")
    clock.pass_time(60)
    with outage(impatient):
        person.text("START")
        clock.pass_time(60)
        person.text("STOP")
    replay(impatient.spool, impatient.database, impatient.performer)
    assert recalled(impatient).stopped


def test_an_outage_forgets_no_language(impatient: Parts, person: Phone, clock: Clock) -> None:
    person.text("quimioterapia")
    with outage(impatient):
        person.text("441")
    replay(impatient.spool, impatient.database, impatient.performer)
    clock.pass_time(60)
    assert "quimio" in person.text("441")[0]


def test_a_file_that_no_key_opens_is_set_aside(parts: Parts) -> None:
    parts.spool.keep({"stops": False}, 1.0)
    (kept,) = parts.spool.folder.glob("*.sealed")
    kept.write_bytes(kept.read_bytes()[:-1])
    assert list(parts.spool.entries()) == []
    assert [path.suffix for path in parts.spool.folder.iterdir()] == [".unreadable"]


def test_what_cannot_be_stored_stays_on_disk(down: Parts) -> None:
    phone_to(serve_parts(down), down).text("STOP")
    with pytest.raises(StorageDown):
        replay(down.spool, down.database, down.performer)
    assert len(down.spool) == 1


def test_a_file_locked_for_three_seconds_delays_nobody_for_long(parts: Parts, phone: Phone) -> None:
    with locked(parts.database):
        begun = time.monotonic()
        assert "Stopped" in phone.text("STOP")[0]
        answered_in = time.monotonic() - begun
        begun = time.monotonic()
        assert "988" in phone.text("kms")[0]
        assert "Emergency" in phone.call().words
        assert time.monotonic() - begun < 3
    assert answered_in < 2.5
    assert replay(parts.spool, parts.database, parts.performer) == 2


def test_the_first_step_of_a_call_waits_a_fifth_of_a_second_at_most(parts: Parts) -> None:
    class Hanging(Database):
        def read(self) -> Iterator[None]:  # type: ignore[override]
            time.sleep(1)
            raise StorageDown("too late")

    hanging = replace(parts, database=Hanging(str(parts.database.url)))
    phone = phone_to(serve_parts(hanging), hanging)
    begun = time.monotonic()
    assert "For English, press 1." in phone.call().words
    assert time.monotonic() - begun < 0.6
