"""Visits of one day are one message; a run of daily visits is one a week and one before its first day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reminders.rules.grouping import About, Visit, told_together

ZONE = "America/Chicago"


def visit(text: str, name: str = "") -> Visit:
    return Visit(name or text, datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)), ZONE)


def weekdays(first: str, days: int, clock: str = "08:15") -> list[Visit]:
    day, made = datetime.fromisoformat(f"{first} {clock}").replace(tzinfo=ZoneInfo(ZONE)), []
    while len(made) < days:
        if day.weekday() < 5:
            made.append(Visit(day.isoformat(), day, ZONE))
        day += timedelta(days=1)
    return made


def test_visits_of_one_day_are_one_message_with_the_first_arrival():
    (told,) = told_together([visit("2026-12-03 14:30"), visit("2026-12-03 09:15"), visit("2026-12-03 11:00")])
    assert told.about is About.DAY
    assert told.first.local.strftime("%H:%M") == "09:15"
    assert told.more == 2


@pytest.mark.parametrize(
    ("visits", "about"),
    [
        ([], []),
        (weekdays("2026-12-01", 1), [About.DAY]),
        (weekdays("2026-12-01", 2), [About.DAY, About.DAY]),
        ([visit("2026-12-01 09:00"), visit("2026-12-08 09:00"), visit("2026-12-15 09:00")], [About.DAY] * 3),
        ([visit("2026-12-01 09:00"), visit("2026-12-03 09:00"), visit("2026-12-04 09:00")], [About.DAY] * 3),
        (weekdays("2026-12-07", 3), [About.FIRST_DAY, About.WEEK]),
        (weekdays("2026-12-07", 10), [About.FIRST_DAY, About.WEEK, About.WEEK]),
        (weekdays("2026-12-04", 3), [About.FIRST_DAY, About.WEEK]),
        (weekdays("2026-12-07", 6), [About.FIRST_DAY, About.WEEK, About.DAY]),
    ],
)
def test_a_run_is_told_of_week_by_week_and_before_its_first_day(visits, about):
    assert [told.about for told in told_together(visits)] == about


def test_a_run_goes_on_over_a_holiday():
    over_thanksgiving = [visit(f"2026-11-{day} 08:15") for day in (24, 25, 27, 30)] + [visit("2026-12-01 08:15")]
    assert [told.about for told in told_together(over_thanksgiving)] == [About.FIRST_DAY, About.WEEK, About.WEEK]


def test_a_week_knows_whether_every_day_begins_at_the_same_time():
    same, other = weekdays("2026-12-07", 5), [*weekdays("2026-12-07", 4), visit("2026-12-11 10:00")]
    assert [told.same_time for told in told_together(same) if told.about is About.WEEK] == [True]
    assert [told.same_time for told in told_together(other) if told.about is About.WEEK] == [False]


@given(st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 15)), max_size=25))
def test_every_visit_is_told_of_exactly_once_beside_the_first_day_of_a_run(starts):
    visits = [Visit(str(n), start.replace(tzinfo=ZoneInfo(ZONE)), ZONE) for n, start in enumerate(starts)]
    messages = told_together(visits)
    told = [one.id for message in messages if message.about is not About.FIRST_DAY for one in message.visits]
    alone = [
        one.id
        for message in messages
        if message.about is About.FIRST_DAY
        for one in message.visits
        if one.id not in told
    ]
    assert sorted(told + alone) == sorted(one.id for one in visits)
    for message in messages:
        if message.about is not About.WEEK:
            assert len(message.days) == 1
