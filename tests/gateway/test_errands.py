"""Texts that callers asked for: sent once, tried again when surely not sent, never when nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from clock import Clock
from databases import on_both_databases
from sqlalchemy import select, update

from service.app import Parts
from service.front_desk.words import Words
from service.gateway.base import NotSent, OutboundText, Rejected, Unknown
from service.languages import Language
from service.reminders.errands import run_errands
from service.storage import errands
from service.storage.tables import errands as table

pytestmark = on_both_databases
PHONE = "+12025550123"


class Carrier:
    """A gateway that does what it was told, once for each send, and then well."""

    def __init__(self, *outcomes: Exception) -> None:
        self.outcomes, self.sent = list(outcomes), list[OutboundText]()

    def send(self, text: OutboundText) -> str:
        self.sent.append(text)
        if self.outcomes:
            raise self.outcomes.pop(0)
        return "SM" + "1" * 32


@pytest.fixture
def run(parts: Parts, words: Words, clock: Clock) -> Callable[[Any], int]:
    """The worker's turn, with a gateway."""
    return lambda gateway: run_errands(parts.database, parts.vault, gateway, lambda: words.writer, clock)


@pytest.fixture
def ask(parts: Parts, clock: Clock) -> Callable[..., None]:
    """A caller presses 8 twice."""

    def ask(place: str = "441", page: int = 1, *, call: str = "CA1", language: Language = Language.ENGLISH) -> None:
        wanted = errands.Wanted(call, PHONE, "+15555550100", language, place, page)
        with parts.database.write() as connection:
            errands.queue(connection, parts.vault, wanted, int(clock()))

    return ask


def rows(parts: Parts) -> list[tuple[str, bool, int]]:
    """State, whether the number is still kept, and tries, of each errand."""
    with parts.database.read() as connection:
        found = connection.execute(select(table.c.state, table.c.to_sealed, table.c.tries).order_by(table.c.id))
        return [(state, sealed is not None, tries) for state, sealed, tries in found]


def test_a_page_is_sent_once_and_its_number_forgotten(parts: Parts, run: Any, ask: Any) -> None:
    ask()
    carrier = Carrier()
    assert [run(carrier), run(carrier)] == [1, 0]
    (text,) = carrier.sent
    assert (text.to, text.sender, text.validity) == (PHONE, "+15555550100", 3600)
    assert text.body.startswith("Chemo is strong medicine")
    assert rows(parts) == [("accepted", False, 1)]


def test_a_page_is_queued_once_a_call(parts: Parts, run: Any, ask: Any) -> None:
    for call in ("CA1", "CA1", "CA2"):
        ask(call=call)
    carrier = Carrier()
    run(carrier)
    ask(call="CA1")
    run(carrier)
    assert len(carrier.sent) == 2


@pytest.mark.parametrize(
    ("place", "page", "language", "begins"),
    [
        ("", 1, Language.ENGLISH, "Emergency? Call 911"),
        ("4", 1, Language.SPANISH, "Tratamiento"),
        ("441", 2, Language.ENGLISH, "Most people get one drug"),
        ("512", 3, Language.ENGLISH, ""),
        ("15", 1, Language.ENGLISH, "You matter"),
        ("444", 1, Language.ENGLISH, "Emergency? Call 911"),
    ],
)
def test_what_is_sent_is_where_the_caller_was(
    run: Any, ask: Any, place: str, page: int, language: Language, begins: str
) -> None:
    ask(place, page, language=language)
    carrier = Carrier()
    run(carrier)
    assert carrier.sent[0].body.startswith(begins)


def test_what_surely_was_not_sent_is_tried_again_later(parts: Parts, run: Any, ask: Any, clock: Clock) -> None:
    ask()
    carrier = Carrier(NotSent("busy", retry_after=90), NotSent("no connection"))
    run(carrier)
    clock.pass_time(89)
    assert run(carrier) == 0
    clock.pass_time(1)
    assert run(carrier) == 1
    assert rows(parts) == [("queued", True, 2)]
    clock.pass_time(60)
    run(carrier)
    assert rows(parts) == [("accepted", False, 3)]


@pytest.mark.parametrize("retry_after", [None, 1.0, 1e9])
def test_it_is_given_up_after_five_tries(
    parts: Parts, run: Any, ask: Any, clock: Clock, retry_after: float | None
) -> None:
    ask()
    carrier = Carrier(*[NotSent("no", retry_after) for _ in range(9)])
    for _ in range(9):
        run(carrier)
        clock.pass_time(3600)
    assert len(carrier.sent) == 5
    assert rows(parts) == [("rejected", False, 5)]


@pytest.mark.parametrize(
    ("outcome", "state"), [(Unknown("the connection broke"), "unknown"), (Rejected(21610, "opted out"), "rejected")]
)
def test_what_nobody_knows_and_what_was_refused_is_never_sent_again(
    parts: Parts, run: Any, ask: Any, clock: Clock, outcome: Exception, state: str
) -> None:
    ask()
    carrier = Carrier(outcome)
    run(carrier)
    clock.pass_time(86_400)
    assert run(carrier) == 0
    assert rows(parts) == [(state, False, 1)]


def test_a_worker_that_dies_while_sending_sends_nothing_twice(parts: Parts, run: Any, ask: Any, clock: Clock) -> None:
    ask()
    ask(call="CA2")
    with pytest.raises(KeyboardInterrupt):
        run(Carrier(KeyboardInterrupt()))  # type: ignore[arg-type]
    assert rows(parts) == [("sending", True, 1), ("queued", True, 0)]
    carrier = Carrier()
    assert run(carrier) == 1
    clock.pass_time(121)
    run(carrier)
    assert rows(parts) == [("unknown", False, 1), ("accepted", False, 1)]
    assert len(carrier.sent) == 1


def test_a_number_that_no_key_opens_holds_nobody_else_up(parts: Parts, run: Any, ask: Any) -> None:
    ask()
    ask(call="CA2")
    with parts.database.write() as connection:
        connection.execute(update(table).where(table.c.call_sid == "CA1").values(to_sealed=b"k9:nonsense"))
    carrier = Carrier()
    assert run(carrier) == 1
    assert rows(parts) == [("rejected", False, 1), ("accepted", False, 1)]


def test_two_workers_at_once_send_each_text_once(parts: Parts, words: Words, ask: Any, clock: Clock) -> None:
    for number in range(30):
        ask(call=f"CA{number}")
    carrier = Carrier()
    with ThreadPoolExecutor(4) as threads:
        work = (parts.database, parts.vault, carrier, lambda: words.writer, clock)
        runs = [threads.submit(run_errands, *work) for _ in range(4)]
        assert sum(run.result() for run in runs) == 30
    assert len(carrier.sent) == 30
