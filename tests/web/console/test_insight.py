"""The pictures: figures that match their tables, and no number so small that it names somebody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clinic_rows import rows_of
from console_staff import NOW, Browser, Hire, Person
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from service.app import Parts
from service.reminders import call_log
from service.reminders.call_log import Call, Left
from service.storage.reminder_tables import deliveries
from service.web.console.insight_figures import SMALLEST, bar, bars
from service.web.console.insight_leaving import WAYS, apart, drawn

SitDown = Callable[[Person], Browser]


@given(st.dictionaries(st.text(min_size=1, max_size=4), st.integers(1, 40), max_size=8))
def test_no_small_number_is_shown_and_none_is_longer_than_the_picture(counted: dict[str, int]) -> None:
    rows = bars(counted, "rare")
    assert all(row.count is None or row.count >= SMALLEST for row in rows)
    assert all(0 <= row.part <= 100 for row in rows)


@pytest.mark.parametrize("most", [1, 4, 5, 50])
def test_small_numbers_cannot_be_told_from_the_length_of_their_bars(most: int) -> None:
    assert len({bar("x", count, most).part for count in range(1, min(most, SMALLEST - 1) + 1)}) == 1


def test_calls_and_texts_are_counted_on_the_day_they_went_with_their_cost(
    parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown
) -> None:
    with parts.database.write() as connection:
        ids = rows_of(connection, parts, clinic_id, NOW)
        row = {name: ids[name] for name in ("broadcast_id", "contact_id")} | {"clinic_id": clinic_id, "due_at": NOW}
        for n in range(9):
            channel = "call" if n == 8 else "text"
            more = {"channel": channel, "accepted_at": NOW, "state": "delivered", "dedupe": str(n)}
            connection.execute(insert(deliveries).values(row | more))
    page = sit_down(hire()).get("/console/insight").text
    assert "Texts: 8. Calls: 1. About $0.11" in page
    assert 'role="img"' in page
    assert "under 5" in page


WAYS_ST = st.dictionaries(st.sampled_from(WAYS), st.integers(1, 30), min_size=1)


@given(st.dictionaries(st.text(max_size=3), WAYS_ST, max_size=15))
def test_no_place_with_few_callers_is_named_and_nobody_is_lost(counted: dict[str, dict[str, int]]) -> None:
    named, rest = apart([Left(place, counts) for place, counts in counted.items()])
    assert all(one.total >= SMALLEST for one in named)
    everybody = sum(count for counts in counted.values() for count in counts.values())
    assert sum(one.total for one in named) + sum(rest.values()) == everybody
    for row in drawn([(one.place, one.counts) for one in named] + [("others", rest)]):
        assert all(part.count is None or part.count == 0 or part.count >= SMALLEST for part in row.parts)
        assert sum(part.width for part in row.parts) <= 100.5


def test_where_callers_leave_stands_in_a_picture_and_a_table(
    parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown
) -> None:
    with parts.database.write() as connection:
        left = [("4", "wrong key")] * 7 + [("4", "silence")] * 2 + [("441", "hung up")] * 3
        for number, (place, left_by) in enumerate(left):
            call = Call(f"CA{number}", "p", "+1", NOW, place=place, left_by=left_by, ended_at=NOW)
            call_log.keep(connection, call)
    page = sit_down(hire()).get("/console/insight").text
    assert 'class="leaving"' in page
    assert "Treatments" in page
    # Three callers may be recognised by what they asked about.
    assert "Chemo<" not in page
    assert "Other places, each with few callers" in page
