"""Nothing that we start goes out in quiet hours, wherever the person may be."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import geocoder

from service.reminders.rules.holidays import holiday
from service.reminders.rules.quiet_hours import (
    Hours,
    HoursTooWide,
    allowed,
    default_hours,
    last_allowed,
    next_allowed,
    open_keys,
    window_end,
)
from service.reminders.rules.tables import table
from service.reminders.rules.walk import places, walk
from service.reminders.rules.zones import Whereabouts

EAST = Whereabouts(("America/New_York",))
CENTRAL = Whereabouts(("America/Chicago",))
BOTH = Whereabouts(("America/Chicago", "America/New_York"))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
whereabouts = st.sampled_from(places())


def at(text: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("local", "where", "may"),
    [
        ("2026-12-01 08:59", EAST, False),
        ("2026-12-01 09:00", EAST, True),
        ("2026-12-01 19:59", EAST, True),
        ("2026-12-01 20:00", EAST, False),
        ("2026-12-06 11:59", EAST, False),
        ("2026-12-06 12:00", EAST, True),
        ("2026-12-05 09:00", EAST, True),
        ("2026-11-26 12:00", EAST, False),
        ("2026-12-25 12:00", EAST, False),
        ("2026-07-03 12:00", EAST, False),
        ("2026-07-04 12:00", EAST, False),
        ("2026-12-01 09:30", BOTH, False),
        ("2026-12-01 10:00", BOTH, True),
        ("2026-12-01 19:59", BOTH, True),
        ("2026-12-01 20:30", BOTH, False),
        ("2026-12-01 20:30", CENTRAL, True),
        ("2026-12-01 09:30", Whereabouts(("America/New_York",), ("KY",)), False),
        ("2026-12-01 10:00", Whereabouts(("America/New_York",), ("KY",)), True),
        ("2026-12-01 17:59", Whereabouts(("America/New_York",), ("RI",)), True),
        ("2026-12-01 18:00", Whereabouts(("America/New_York",), ("RI",)), False),
        ("2026-12-05 09:30", Whereabouts(("America/New_York",), ("RI",)), False),
        ("2026-12-05 16:59", Whereabouts(("America/New_York",), ("RI",)), True),
        ("2026-12-05 12:00", Whereabouts(("America/New_York",), ("PA",)), False),
        ("2026-12-05 11:59", Whereabouts(("America/New_York",), ("PA",)), True),
        ("2026-12-04 12:00", Whereabouts(("America/New_York",), ("PA",)), True),
        ("2026-12-06 15:00", Whereabouts(("America/Chicago",), ("AL",)), False),
        ("2026-12-06 15:00", Whereabouts(("America/Chicago",), ("LA",)), False),
        ("2026-12-06 15:00", Whereabouts(("America/Chicago",), ("MS",)), False),
        ("2026-12-07 15:00", Whereabouts(("America/Chicago",), ("MS",)), True),
        ("2026-12-05 09:30", Whereabouts(("America/New_York",), ("KY", "PA")), False),
        ("2026-12-01 12:00", Whereabouts(()), False),
    ],
)
def test_a_minute_is_allowed_where_the_table_says(local, where, may):
    assert allowed(at(local), where) is may


def test_the_bound_holds_for_hours_that_a_clinic_widens():
    wide = Hours((480, 1260), (480, 1260), (480, 1260), (480, 1260))
    florida = Whereabouts(("America/New_York",), ("FL",))
    assert allowed(at("2026-12-06 08:00"), EAST, wide)
    assert allowed(at("2026-12-01 20:30"), EAST, wide)
    assert not allowed(at("2026-12-01 20:30"), florida, wide)


@pytest.mark.parametrize("span", [(479, 1200), (540, 1261), (0, 1440), (600, 600), (700, 600)])
def test_nobody_may_widen_hours_beyond_the_bound(span):
    with pytest.raises(HoursTooWide):
        Hours(span, span, span)


def test_a_person_may_want_nothing_before_eleven():
    late = default_hours().not_before(time(11))
    assert not allowed(at("2026-12-01 10:59"), EAST, late)
    assert allowed(at("2026-12-01 11:00"), EAST, late)
    assert not allowed(at("2026-12-06 11:30"), EAST, late)


@pytest.mark.parametrize(
    ("local", "where", "then"),
    [
        ("2026-12-01 06:15", EAST, "2026-12-01 09:00"),
        ("2026-12-01 12:00", EAST, "2026-12-01 12:00"),
        ("2026-12-01 20:00", EAST, "2026-12-02 09:00"),
        ("2026-12-05 21:00", EAST, "2026-12-06 12:00"),
        ("2026-11-25 20:00", EAST, "2026-11-27 09:00"),
        ("2026-12-01 09:00", BOTH, "2026-12-01 10:00"),
        ("2026-03-07 21:00", EAST, "2026-03-08 12:00"),
        ("2026-10-31 21:00", EAST, "2026-11-01 12:00"),
        ("2026-12-05 12:00", Whereabouts(("America/Chicago",), ("AL",)), "2026-12-05 12:00"),
        ("2026-12-05 20:00", Whereabouts(("America/New_York",), ("AL",)), "2026-12-07 09:00"),
    ],
)
def test_the_next_allowed_minute(local, where, then):
    assert next_allowed(at(local), where) == at(then)


@pytest.mark.parametrize(
    ("local", "then"),
    [
        ("2026-12-01 06:15", "2026-11-30 19:59"),
        ("2026-12-07 06:15", "2026-12-06 19:59"),
        ("2026-11-27 06:15", "2026-11-25 19:59"),
        ("2026-12-01 12:34", "2026-12-01 12:34"),
    ],
)
def test_the_last_allowed_minute(local, then):
    assert last_allowed(at(local), EAST) == at(then)


@pytest.mark.parametrize(
    ("local", "where", "end"),
    [
        ("2026-12-01 12:00", EAST, "2026-12-01 20:00"),
        ("2026-12-01 12:00", CENTRAL, "2026-12-01 21:00"),
        ("2026-12-01 12:00", BOTH, "2026-12-01 20:00"),
        ("2026-12-01 12:00", Whereabouts(("America/New_York",), ("RI",)), "2026-12-01 18:00"),
    ],
)
def test_when_the_open_window_closes(local, where, end):
    assert window_end(at(local), where) == at(end)
    assert window_end(at("2026-12-01 03:00"), where) is None


@given(moments, whereabouts)
def test_what_is_found_is_allowed_and_nearest(when, where):
    following, previous = next_allowed(when, where), last_allowed(when, where)
    assert following is not None
    assert previous is not None
    assert allowed(following, where)
    assert allowed(previous, where)
    assert previous <= when
    assert following >= when
    if allowed(when, where):
        assert previous == when.replace(second=0, microsecond=0)
        end = window_end(when, where)
        assert end is not None
        assert not allowed(end, where)
        assert allowed(end - timedelta(minutes=1), where)
    else:
        between = previous + timedelta(minutes=1)
        while between < following:
            assert not allowed(between, where)
            between += timedelta(minutes=61)


@given(moments, whereabouts, whereabouts)
def test_more_places_never_allow_more(when, one, other):
    joined = Whereabouts(tuple({*one.zones, *other.zones}), tuple({*one.states, *other.states}))
    if allowed(when, joined):
        assert allowed(when, one)
        assert allowed(when, other)


def test_places_with_no_common_minute_say_so():
    far_apart = Whereabouts(("America/New_York", "Pacific/Guam"), ("RI",))
    assert next_allowed(at("2026-12-01 12:00"), far_apart) is None
    assert last_allowed(at("2026-12-01 12:00"), far_apart) is None


@pytest.mark.parametrize(
    ("first", "days"),
    [("2026-03-07", 3), ("2026-10-31", 3), ("2026-11-25", 3), ("2027-07-03", 3), ("2027-12-30", 4)],
)
def test_every_minute_of_the_odd_days_agrees_with_the_plain_rule(first, days):
    begin = datetime.fromisoformat(first).replace(tzinfo=UTC)
    for walked in walk(begin, begin + timedelta(days=days), places()[::3]):
        assert walked.wrong == ()
        assert walked.minutes == days * 24 * 60


def test_the_keys_that_are_open_now():
    keys = [EAST.key, CENTRAL.key, "America/New_York|RI"]
    assert open_keys(keys, at("2026-12-01 19:00")) == [EAST.key, CENTRAL.key]
    assert open_keys(keys, at("2026-12-01 20:30")) == [CENTRAL.key]


def test_a_time_without_its_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        allowed(datetime(2026, 12, 1, 12), EAST)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "New Year's Day"),
        (date(2026, 1, 19), "Martin Luther King Day"),
        (date(2026, 2, 16), "Presidents' Day"),
        (date(2026, 5, 25), "Memorial Day"),
        (date(2026, 6, 19), "Juneteenth"),
        (date(2026, 7, 3), "Independence Day"),
        (date(2026, 7, 4), "Independence Day"),
        (date(2026, 9, 7), "Labor Day"),
        (date(2026, 10, 12), "Columbus Day"),
        (date(2026, 11, 11), "Veterans Day"),
        (date(2026, 11, 26), "Thanksgiving"),
        (date(2026, 12, 25), "Christmas Day"),
        (date(2027, 12, 31), "New Year's Day"),
        (date(2028, 1, 1), "New Year's Day"),
        (date(2022, 12, 26), "Christmas Day"),
        (date(2026, 12, 24), ""),
        (date(2026, 11, 27), ""),
    ],
)
def test_federal_holidays(day, name):
    assert holiday(day) == name


def test_the_area_codes_of_strict_states_are_those_of_the_library():
    names = {
        "AL": "Alabama",
        "CT": "Connecticut",
        "FL": "Florida",
        "KY": "Kentucky",
        "LA": "Louisiana",
        "MA": "Massachusetts",
        "MD": "Maryland",
        "MS": "Mississippi",
        "NV": "Nevada",
        "OK": "Oklahoma",
        "PA": "Pennsylvania",
        "RI": "Rhode Island",
        "TX": "Texas",
    }
    rows = table("state_hours")["states"]
    assert rows.keys() == names.keys()
    listed = {code: state for state, row in rows.items() for code in row["area_codes"]}
    for code in range(201, 990):
        place = geocoder.description_for_number(phonenumbers.PhoneNumber(1, int(f"{code}5550100")), "en")
        states = [state for state, name in names.items() if place == name or place.endswith(f", {state}")]
        assert states == ([listed[code]] if code in listed else []), code


def test_every_strict_state_names_its_source_and_date():
    for state, row in table("state_hours")["states"].items():
        assert row["source"], state
        assert isinstance(row["date"], date), state
