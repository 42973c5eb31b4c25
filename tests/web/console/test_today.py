"""Today: danger first and taken with one press, then calls by their promise, then what is in doubt."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import pytest
from clinic_rows import rows_of
from console_staff import NOW, Browser, Hire, Person
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from service.app import Parts
from service.reminders.answers.staff import ANOTHER_DAY, CALL_BACK, MAY_HAVE_DIED, MEANT_VISIT, READ_WORDS
from service.reminders.to_do import CHECK_NUMBER
from service.storage.reminder_tables import tasks
from service.web.console.inbox_list import Waiting
from service.web.console.today_ranks import Ranks, ranked

SitDown = Callable[[Person], Browser]


def task(id: int, kind: str, opened: int = 0, due: int | None = None, taken_by: str = "") -> Waiting:
    return Waiting(id, kind, None, None, (), "", (), opened, due, taken_by, None, "", False, False)


def ids(ranks: Ranks) -> tuple[list[int], list[int], list[int]]:
    urgent, calls, looks = ([one.id for one in part] for part in (ranks.urgent, ranks.calls, ranks.looks))
    return urgent, calls, looks


@pytest.mark.parametrize(
    ("waiting", "order"),
    [
        # The oldest danger first, and what nobody has taken before what somebody has.
        (
            [task(1, "urgent", 9), task(2, "crisis", 5), task(3, "emergency", 1, taken_by="Ana")],
            ([2, 1, 3], [], []),
        ),
        # Calls by the time that was promised; without one they come last.
        ([task(1, "rebook"), task(2, ANOTHER_DAY, due=7), task(3, CALL_BACK, due=3)], ([], [3, 2, 1], [])),
        # What is in doubt before the rest, however early the rest is due.
        (
            [task(1, READ_WORDS, due=1), task(2, MEANT_VISIT, due=9), task(3, MAY_HAVE_DIED, due=8)],
            ([], [], [3, 2, 1]),
        ),
        ([task(1, CHECK_NUMBER, due=1), task(2, "a kind of tomorrow")], ([], [], [1, 2])),
    ],
)
def test_what_waits_stands_in_the_order_to_look_at_it(waiting, order) -> None:
    assert ids(ranked(waiting)) == order


@given(st.lists(st.sampled_from(["emergency", "crisis", CALL_BACK, MEANT_VISIT, "rebook", "unheard of"])))
def test_nothing_that_waits_is_left_out_or_told_twice(kinds: list[str]) -> None:
    shown = ids(ranked([task(number, kind) for number, kind in enumerate(kinds)]))
    assert sorted(chain(*shown)) == list(range(len(kinds)))


@pytest.fixture
def waiting(parts: Parts, clinic_id: int) -> dict[str, int]:
    """A crisis since Saturday, a late call-back, and CANCEL that may have meant the visit."""
    rows = ((MEANT_VISIT, 600, 3600), (CALL_BACK, 7200, -60), ("crisis", 43 * 3600, -42 * 3600))
    with parts.database.write() as connection:
        contact = rows_of(connection, parts, clinic_id, NOW)["contact_id"]
        return {
            kind: connection.execute(
                insert(tasks)
                .values(
                    clinic_id=clinic_id, kind=kind, contact_id=contact, opened_at=NOW - age, due_at=NOW + promised
                )
                .returning(tasks.c.id)
            ).scalar_one()
            for kind, age, promised in rows
        }


def test_each_row_leads_to_its_thread_and_lateness_is_a_word(hire: Hire, sit_down: SitDown, waiting) -> None:
    page = sit_down(hire()).get("/console/").text
    places = [page.index(f'href="/console/inbox/{waiting[kind]}"') for kind in ("crisis", CALL_BACK, MEANT_VISIT)]
    assert places == sorted(places)
    for words in ("1 urgent", "waits 43 hours", "overdue", "nobody has it yet", "May have meant the visit"):
        assert words in page


def test_urgent_words_are_taken_with_one_press_and_the_clock_says_by_whom(hire, sit_down, waiting) -> None:
    browser = sit_down(hire("Ben Okafor", "nurse"))
    browser.get("/console/")
    assert browser.send(f"/console/inbox/{waiting['crisis']}/take").status_code == 303
    page = browser.get("/console/").text
    assert "Ben Okafor has it" in page
    assert "nobody has it yet" not in page


def test_nobody_in_danger_is_left_to_a_further_page(parts, clinic_id, hire, sit_down) -> None:
    with parts.database.write() as connection:
        contact = rows_of(connection, parts, clinic_id, NOW)["contact_id"]
        row = {"clinic_id": clinic_id, "kind": "emergency", "contact_id": contact, "opened_at": NOW, "due_at": NOW}
        connection.execute(insert(tasks), [row] * 30)
        connection.execute(insert(tasks), [row | {"kind": ANOTHER_DAY}] * 30)
    page = sit_down(hire()).get("/console/").text
    assert page.count("Emergency words") == 30
    assert page.count("<strong>Another day</strong>") == 12
    assert "and 18 more in the inbox" in page
