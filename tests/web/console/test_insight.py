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
from service.storage.reminder_tables import deliveries
from service.web.console.insight_figures import SMALLEST, bar, bars

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
