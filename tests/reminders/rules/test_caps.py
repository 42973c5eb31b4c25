"""No phone gets more than its share, and visits come first."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reminders.rules.caps import Message, Sort, at_time, capped, next_try, within_caps

CENTRAL, EASTERN = "America/Chicago", "America/New_York"


def local(text: str, zone: str = CENTRAL) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def other(text: str, name: str = "") -> Message:
    return Message(name or text, Sort.OTHER, local(text))


def visit(text: str, name: str = "") -> Message:
    return Message(name or text, Sort.VISIT, local(text))


@pytest.mark.parametrize(
    ("message", "others", "code"),
    [
        (other("2026-12-10 10:00"), [], None),
        (other("2026-12-10 10:00"), [other("2026-12-10 15:00")], "cap.day"),
        (visit("2026-12-10 10:00"), [other("2026-12-10 15:00")], "cap.day"),
        (other("2026-12-10 10:00"), [other("2026-12-09 19:59")], None),
        (other("2026-12-10 10:00"), [other(f"2026-12-0{day} 10:00") for day in (7, 8)], None),
        (other("2026-12-10 10:00"), [other(f"2026-12-0{day} 10:00") for day in (4, 7, 8)], "cap.week"),
        (other("2026-12-10 10:00"), [other(f"2026-12-0{day} 10:00") for day in (3, 7, 8)], None),
        (other("2026-12-10 10:00"), [other(f"2026-12-{day} 10:00") for day in ("09", "12", "14")], "cap.week"),
        (other("2026-12-10 10:00"), [visit(f"2026-12-0{day} 10:00") for day in (5, 6, 7, 8, 9)], None),
        (visit("2026-12-10 10:00"), [visit(f"2026-12-0{day} 10:00") for day in (4, 5, 6, 7, 8, 9)], None),
        (visit("2026-12-10 10:00"), [other(f"2026-12-0{day} 10:00") for day in (5, 7, 9)], None),
        # The same reminder's own tries count once.
        (other("2026-12-10 14:00", "a"), [other("2026-12-10 10:00", "a")], None),
        (other("2026-12-10 10:00"), [other("2026-12-07 10:00", "a"), other("2026-12-08 10:00", "a")], None),
    ],
)
def test_caps(message, others, code):
    reason = capped(message, others, [CENTRAL])
    assert (reason.code if reason else None) == code
    assert "{" not in str(reason)


def test_days_are_counted_in_every_zone():
    late, early = (
        Message("a", Sort.OTHER, local("2026-12-09 23:30")),
        Message("b", Sort.OTHER, local("2026-12-10 10:00")),
    )
    assert capped(late, [early], [CENTRAL]) is None
    assert capped(late, [early], [CENTRAL, EASTERN]) is not None


def test_visits_go_first():
    broadcast, reminder = other("2026-12-10 09:00"), visit("2026-12-10 15:00")
    going, held = within_caps([broadcast, reminder], [], [CENTRAL])
    assert going == (reminder,)
    assert [message for message, _ in held] == [broadcast]


def test_ten_days_of_radiation_are_all_reminded():
    days = [visit(f"2026-12-{day:02} 10:00") for day in (7, 8, 9, 10, 11, 14, 15, 16, 17, 18)]
    going, held = within_caps(days, [], [CENTRAL])
    assert (len(going), held) == (10, ())


@given(
    st.lists(
        st.builds(
            Message,
            st.text("abcdefgh", min_size=1, max_size=2),
            st.sampled_from(Sort),
            st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 20)).map(
                lambda at: at.replace(tzinfo=ZoneInfo(EASTERN))
            ),
        ),
        max_size=30,
        unique_by=lambda message: message.reminder,
    )
)
def test_no_seven_days_hold_more_than_the_caps_over_a_clock_change(wanted):
    going, held = within_caps(wanted, [], [EASTERN])
    assert len(going) + len(held) == len(wanted)
    days = [message.at.date() for message in going]
    assert len(set(days)) == len(days)
    for first in days:
        week = [message for message in going if first <= message.at.date() < first + timedelta(days=7)]
        assert len([message for message in week if message.sort is Sort.OTHER]) <= 3
        assert len(week) <= 7


@pytest.mark.parametrize(
    ("tries", "now", "code"),
    [
        ([], "2026-12-10 10:00", None),
        (["2026-12-10 09:00"], "2026-12-10 10:59", "cap.apart"),
        (["2026-12-10 09:00"], "2026-12-10 11:00", None),
        (["2026-12-10 09:00", "2026-12-10 11:00", "2026-12-10 13:00"], "2026-12-10 15:00", "cap.tries"),
        (["2026-12-10 09:00", "2026-12-10 11:00", "2026-12-10 13:00"], "2026-12-11 09:00", None),
    ],
)
def test_a_reminder_is_tried_three_times_a_day_two_hours_apart(tries, now, code):
    reason = next_try([local(tried) for tried in tries], local(now), CENTRAL)
    assert (reason.code if reason else None) == code


def test_a_retry_is_the_same_reminder():
    first = other("2026-12-10 10:00")
    assert capped(at_time(first, local("2026-12-10 14:00")), [first], [CENTRAL]) is None
