"""A page that a clinician takes back is closed for texts and calls within a minute, and only that page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from clock import Clock
from databases import on_both_databases
from line import phone_to
from sqlalchemy import delete

from service.app import Parts, put_together, serve_parts
from service.content.library import Library
from service.content.reviews import Review, add, fingerprint, topic_words
from service.content.safety_set import unreviewed
from service.front_desk.noticeboard import Noticeboard, watch
from service.parts import safety_words_to_review
from service.reminders.errands import run_errands
from service.settings import Settings
from service.simulator.phone import Phone
from service.storage.content_decisions import Decider, keep_reviews, reinstate, withdraw
from service.storage.content_tables import content_reviews
from service.storage.database import Database

BEN = Decider(1, 1, "Ben Okafor")
MINUTE = 60
CLOSED = {"en": "This page is closed for the moment.", "es": "Esta página está cerrada por ahora."}


@contextmanager
def running(settings: Settings, clock: Clock, library: Library) -> Iterator[Parts]:
    """A process of the service, which shares its database with others."""
    parts = put_together(settings, clock, library)
    yield parts
    parts.database.close()


@pytest.fixture
def own(settings: Settings, clock: Clock, library: Library) -> Iterator[Parts]:
    with running(settings, clock, library) as parts:
        yield parts


@pytest.fixture
def caller(own: Parts) -> Phone:
    return phone_to(serve_parts(own), own)


def decide(database: Database, deed: Callable[..., bool], topic: str, clock: Clock, *why: str) -> None:
    with database.write() as connection:
        assert deed(connection, topic, *why, BEN, int(clock()))


@on_both_databases
def test_a_closed_page_answers_so_by_text_and_call_until_it_is_given_again(
    own: Parts, caller: Phone, clock: Clock, settings: Settings
) -> None:
    other = Database(settings.database_url)
    assert "Chemo is" in caller.text("chemo")[0]
    decide(other, withdraw, "chemo", clock, "the dose is wrong")
    clock.pass_time(MINUTE)
    own.look_again()
    assert caller.text("chemo")[0].startswith(CLOSED["en"])
    assert caller.text("441")[0].startswith(CLOSED["en"])
    assert caller.text("quimio")[0].startswith(CLOSED["es"])
    call = caller.call()
    for key in "1441":
        call.press(key)
    assert CLOSED["en"] in call.words
    assert "kills cells" not in call.words
    call.hang_up()
    assert "1 Chemo" in caller.text("44")[0]
    decide(other, reinstate, "chemo", clock)
    clock.pass_time(MINUTE)
    own.look_again()
    assert "Chemo is" in caller.text("chemo")[0]
    other.close()


def test_who_is_on_the_page_when_it_closes_gets_no_more_of_it(own: Parts, caller: Phone, clock: Clock) -> None:
    first = caller.text("chemo")[0]
    call = caller.call()
    for key in "1441":
        call.press(key)
    decide(own.database, withdraw, "chemo", clock, "")
    clock.pass_time(MINUTE)
    own.look_again()
    call.press("6")
    assert "MORE" in first
    for words in (call.words, caller.text("MORE")[0]):
        assert "Most people get one drug" not in words


def test_a_page_that_a_caller_asked_for_as_a_text_is_closed_too(own: Parts, caller: Phone, clock: Clock) -> None:
    call = caller.call()
    for key in "144188":
        call.press(key)
    decide(own.database, withdraw, "chemo", clock, "")
    own.noticeboard.reread()
    own.almanac.renew()
    run_errands(own.database, own.vault, own.gateway, lambda: own.almanac().writer, own.clock)
    assert [text["body"][:35] for text in own.gateway.inbox(caller.number, 0)] == [CLOSED["en"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("topic", ["fever", "when-to-call", "spine-warning", "high-calcium", "helplines"])
def test_what_a_person_in_danger_needs_is_never_closed(own: Parts, clock: Clock, topic: str) -> None:
    before = own.almanac().tree.replaced
    decide(own.database, withdraw, topic, clock, "")
    clock.pass_time(MINUTE)
    own.look_again()
    assert own.almanac().tree.replaced == before


@on_both_databases
def test_a_process_that_starts_later_knows_what_was_closed(
    own: Parts, settings: Settings, clock: Clock, library: Library
) -> None:
    decide(own.database, withdraw, "chemo", clock, "")
    with running(settings, clock, library) as later:
        assert phone_to(serve_parts(later), later).text("chemo")[0].startswith(CLOSED["en"])


def test_with_the_database_gone_a_closed_page_stays_closed_also_after_a_restart(
    own: Parts, caller: Phone, settings: Settings, clock: Clock, library: Library
) -> None:
    decide(own.database, withdraw, "chemo", clock, "")
    clock.pass_time(MINUTE)
    own.look_again()
    gone = replace(settings, database_url="postgresql://nobody@127.0.0.1:9/none")
    with running(gone, clock, library) as later:
        assert phone_to(serve_parts(later), later).text("chemo")[0].startswith(CLOSED["en"])
    Path(str(own.database.url.database)).write_bytes(b"spoiled" * 1000)
    own.database.close()
    clock.pass_time(MINUTE)
    own.look_again()
    assert own.almanac().tree.replaced["chemo"] == "page.closed"


def test_only_what_changed_is_rendered_again(own: Parts, clock: Clock) -> None:
    before = own.almanac().voice
    decide(own.database, withdraw, "chemo", clock, "")
    clock.pass_time(MINUTE)
    own.look_again()
    after = own.almanac().voice
    assert after is not before
    kept = [key for key, document in before._ready.items() if after._ready.get(key) is document]
    assert len(kept) == len(before._ready)


def test_requests_ask_the_database_nothing_about_pages(own: Parts, caller: Phone, clock: Clock) -> None:
    decide(own.database, withdraw, "chemo", clock, "")
    clock.pass_time(10 * MINUTE)
    assert "Chemo is" in caller.text("chemo")[0], "nobody has looked at the noticeboard yet"


def test_a_process_looks_by_itself(own: Parts, clock: Clock) -> None:
    looks: list[float] = []

    def look() -> None:
        looks.append(clock())
        # What ends a thread without a word; anything else must not end it.
        raise OSError("a bad look") if len(looks) < 3 else SystemExit

    thread = watch(look, every=0.01)
    thread.join(10)
    assert len(looks) == 3
    assert thread.daemon


def reviewed(library: Library, topic: str, *languages: str) -> Review:
    words, day = topic_words(library.topics[topic]), date(2026, 11, 22)
    return Review(f"topic.{topic}", "Ben Okafor", "RN", day, fingerprint(words), words, languages or ("en", "es"))


@on_both_databases
def test_a_review_in_the_console_opens_a_page_that_waited_for_one(
    settings: Settings, clock: Clock, library: Library
) -> None:
    with running(replace(settings, content_review="required"), clock, library) as own:
        caller = phone_to(serve_parts(own), own)
        assert "waits for our clinic's review" in caller.text("chemo")[0]
        for language, expected in (("en", "waits for our clinic's review"), ("es", "Chemo is")):
            with own.database.write() as connection:
                keep_reviews(connection, [reviewed(library, "chemo", language)], BEN, int(clock()))
            clock.pass_time(MINUTE)
            own.look_again()
            assert expected in caller.text("chemo")[0], language


def test_sending_waits_for_the_safety_set_and_hears_of_its_review(
    settings: Settings, clock: Clock, library: Library
) -> None:
    with running(replace(settings, content_review="required"), clock, library) as own:
        own.noticeboard.reread()
        waiting = safety_words_to_review(own)
        assert waiting == len(unreviewed(library, own.noticeboard.posted.reviews)) > 30
        with own.database.write() as connection:
            keep_reviews(connection, [reviewed(library, "fever")], BEN, int(clock()))
        own.noticeboard.reread()
        assert safety_words_to_review(own) == waiting - 1


@on_both_databases
def test_a_review_that_was_committed_late_is_not_overlooked(own: Parts, library: Library, clock: Clock) -> None:
    with own.database.write() as connection:
        keep_reviews(connection, [reviewed(library, "chemo")], BEN, int(clock()))
        keep_reviews(connection, [reviewed(library, "nausea")], BEN, int(clock()))
    own.noticeboard.reread()
    with own.database.write() as connection:
        connection.execute(delete(content_reviews).where(content_reviews.c.item == "topic.chemo"))
    own.noticeboard.reread()
    assert [review.item for review in own.noticeboard.posted.reviews.entries] == ["topic.nausea"]


def test_the_file_is_read_again_when_it_changes_and_a_broken_one_changes_nothing(
    database: Database, library: Library, clock: Clock, tmp_path: Path
) -> None:
    file = tmp_path / "reviews.yaml"
    board = Noticeboard(library, database, file=file, copy=tmp_path / "copy.json", clock=clock)
    assert board.posted.reviews.entries == ()
    for topics in (["chemo"], ["chemo", "nausea"]):
        add(file, [reviewed(library, topic) for topic in topics])
        board.reread()
        assert [one.item for one in board.posted.reviews.entries] == [f"topic.{topic}" for topic in topics]
    file.write_text(file.read_text().replace("Ben Okafor", "[", 1))
    edition = board.edition
    board.reread()
    assert board.edition == edition
    assert len(board.posted.reviews.entries) == 2
    decide(database, withdraw, "chemo", clock, "")
    board.reread()
    assert set(board.posted.withdrawn) == {"chemo"}, "a page is closed all the same"
