"""One cell: dates, times, status words and languages as systems and people write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.languages import Language
from service.reminders.imports.cells import (
    Status,
    read_day,
    read_language,
    read_needs,
    read_start,
    read_status,
    read_whose,
)
from service.reminders.rules.reason import Reason

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 26, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "time"),
    [
        ("11/26/2026 1430", ""),
        ("11/26/2026 14:30", ""),
        ("11/26/2026 2:30 PM", ""),
        ("11/26/26 2:30pm", ""),
        ("11/26/2026 2:30 PM CST", ""),
        ("2026-11-26T14:30:00", ""),
        ("2026-11-26 14:30:00.000", ""),
        ("26-NOV-2026 14:30", ""),
        ("Thursday, November 26, 2026 2:30 PM", ""),
        ("Nov 26, 2026 at 2:30 PM", ""),
        ("46352.604167", ""),
        ("46352,604167", ""),
        ("11/26/2026", "1430"),
        ("11/26/2026", "2:30 PM"),
        ("11/26/2026", "2:30p"),
        ("11/26/2026", "14:30:00"),
        ("11/26/2026", "0.604166667"),
        ("11/26/2026 00:00", "14:30"),
        ("11/26/2026 12:00:00 AM", "14:30"),
        ("46352", "14:30"),
    ],
)
def test_a_start_is_read_as_it_comes(day, time):
    assert read_start(day, time, "America/Chicago", TODAY) == AT


@pytest.mark.parametrize(
    ("day", "time", "code"),
    [
        ("", "", "row.no_day"),
        ("tomorrow", "9:00", "row.bad_day"),
        ("11/31/2026", "9:00", "row.bad_day"),
        ("26/11/2026", "9:00", "row.day_first"),
        ("11/26/2062", "9:00", "row.far_day"),
        ("11/26/2026", "", "row.no_time"),
        ("11/26/2026 00:00", "", "row.no_time"),
        ("46352.0", "", "row.no_time"),
        ("11/26/2026", "9", "row.bad_time"),
        ("11/26/2026", "25:00", "row.bad_time"),
        ("11/26/2026", "soon", "row.bad_time"),
        ("3/14/2027", "2:30 AM", "row.clock_change"),
    ],
)
def test_a_start_that_cannot_be_is_refused_with_its_reason(day, time, code):
    refused = read_start(day, time, "America/Chicago", TODAY)
    assert isinstance(refused, Reason)
    assert refused.code == code
    assert "{" not in refused.say(Language.SPANISH)


def test_noon_and_midnight_are_told_apart():
    starts = [read_start("11/26/2026", clock, "America/New_York", TODAY).hour for clock in ("12:30 PM", "12:30 AM")]
    assert starts == [17, 5]


@given(
    st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.sampled_from(["%m/%d/%Y", "%Y-%m-%d", "%d-%b-%Y", "%B %d, %Y"])
)
def test_a_date_written_any_way_is_the_same_date(day, form):
    assert read_day(day.strftime(form), TODAY) == day


@given(st.text(max_size=30))
def test_no_cell_breaks_the_reading(cell):
    read_start(cell, "", "America/Chicago", TODAY)
    read_start("11/26/2026", cell, "America/Chicago", TODAY)
    read_status(cell), read_language(cell), read_needs(cell), read_whose(cell)


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("", Status.BOOKED),
        ("Scheduled", Status.BOOKED),
        ("CONFIRMED", Status.BOOKED),
        ("Canceled", Status.CANCELLED),
        ("Cancelled", Status.CANCELLED),
        ("Rescheduled", Status.CANCELLED),
        ("No Show", Status.NO_SHOW),
        ("NO-SHOW", Status.NO_SHOW),
        ("Left without seen", Status.NO_SHOW),
        ("LWBS", Status.NO_SHOW),
        ("Arrived", Status.DONE),
        ("Checked Out", Status.DONE),
        ("Deceased", Status.DIED),
        ("Fallecido", Status.DIED),
    ],
)
def test_status_words_of_the_common_systems(cell, meaning):
    assert read_status(cell) is meaning


@pytest.mark.parametrize("cell", ["Expired", "maybe", "???"])
def test_a_status_that_could_mean_anything_is_asked_about(cell):
    assert isinstance(read_status(cell), Reason)


@pytest.mark.parametrize(
    ("cell", "language"),
    [("", "en"), ("English", "en"), ("Spanish; Castilian", "es"), ("ESPAÑOL", "es"), ("spa", "es")],
)
def test_languages(cell, language):
    assert read_language(cell) is Language(language)


def test_another_language_is_said():
    assert "Vietnamese" in str(read_language("Vietnamese"))
