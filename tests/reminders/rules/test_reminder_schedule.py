"""A reminder is due at an allowed minute at least two hours before its visit, or staff are told to phone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reminders.rules.grouping import About, Told, Visit
from service.reminders.rules.quiet_hours import allowed
from service.reminders.rules.schedule import (
    DAY_BEFORE,
    HOURS_BEFORE,
    LATEST,
    USUAL,
    WEEK_BEFORE,
    Before,
    Outcome,
    Wish,
    follow_ups,
    reminders,
    wished,
    wished_of,
)
from service.reminders.rules.zones import Whereabouts

CENTRAL = "America/Chicago"
HERE = Whereabouts((CENTRAL,))
EARLY = "2026-11-01 12:00"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(CENTRAL))


def told(start: str, about: About = About.DAY) -> Told:
    return Told(about, (Visit("v", local(start), CENTRAL),))


def lines(dues) -> list[str]:
    """Each reminder as a short line: its name and when it goes, or what becomes of it."""
    return [
        f"{due.before.name} {due.at.astimezone(ZoneInfo(CENTRAL)):%m-%d %H:%M}"
        if due.at
        else f"{due.before.name} {due.outcome}"
        for due in dues
    ]


@pytest.mark.parametrize(
    ("visit", "now", "due"),
    [
        # An ordinary afternoon: all three at their times.
        ("2026-12-17 14:30", EARLY, ["7d 12-10 14:30", "1d 12-16 14:30", "2h 12-17 12:30"]),
        # Early in the morning: the last one would come at 6:15, moves to the evening before and joins the other.
        ("2026-12-17 08:15", EARLY, ["7d 12-10 09:00", "1d 12-16 09:00", "2h merged"]),
        # 11:00: two hours before is exactly when hours begin.
        ("2026-12-17 11:00", EARLY, ["7d 12-10 11:00", "1d 12-16 11:00", "2h 12-17 09:00"]),
        # Monday morning: the day before is a Sunday, which begins at noon.
        ("2026-12-07 08:15", EARLY, ["7d 11-30 09:00", "1d 12-06 12:00", "2h merged"]),
        # A late clinic: after 20:00 moves back on the same day.
        ("2026-12-17 20:30", EARLY, ["7d 12-10 19:59", "1d 12-16 19:59", "2h 12-17 18:30"]),
        # A week before is Thanksgiving: the evening before that.
        ("2026-12-03 13:00", "2026-11-20 12:00", ["7d 11-25 19:59", "1d 12-02 13:00", "2h 12-03 11:00"]),
        # Clocks went forward in the week between: the time on the wall is what counts.
        ("2026-03-10 14:30", "2026-02-20 12:00", ["7d 03-03 14:30", "1d 03-09 14:30", "2h 03-10 12:30"]),
        # Loaded five days before: a week before is late by two days and still goes, now.
        ("2026-12-10 14:30", "2026-12-05 10:00", ["7d 12-05 10:00", "1d 12-09 14:30", "2h 12-10 12:30"]),
        # Loaded two days before: a week before is over.
        ("2026-12-10 14:30", "2026-12-08 14:00", ["7d past", "1d 12-09 14:30", "2h 12-10 12:30"]),
        # Loaded the evening before: the day before goes in the morning and joins the one two hours before.
        ("2026-12-10 14:30", "2026-12-09 21:00", ["7d past", "1d merged", "2h 12-10 12:30"]),
        # Loaded at night for early in the morning: nobody can be told in time.
        ("2026-12-10 08:15", "2026-12-09 20:30", ["7d past", "1d past", "2h held"]),
        # Loaded an hour before.
        ("2026-12-10 14:30", "2026-12-10 13:31", ["7d past", "1d past", "2h held"]),
        # Passed: nothing, and nobody to phone.
        ("2026-12-10 14:30", "2026-12-10 15:00", ["7d past", "1d past", "2h past"]),
    ],
)
def test_when_the_reminders_of_a_visit_go(visit, now, due):
    assert lines(reminders(told(visit), HERE, local(now))) == due


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ({"confirmed": True}, ["1d 12-02 14:30"]),
        ({"plan": (HOURS_BEFORE,)}, ["2h 12-03 12:30"]),
        ({"plan": (Before(days=3), HOURS_BEFORE)}, ["3d 11-30 14:30", "2h 12-03 12:30"]),
        # A confirmation is answered with the promise of a note the day before, whatever the clinic planned.
        ({"plan": (HOURS_BEFORE,), "confirmed": True}, ["1d 12-02 14:30"]),
        ({"plan": (), "confirmed": True}, []),
        ({"wish": Wish.DAY_BEFORE}, ["1d 12-02 14:30"]),
        ({"wish": Wish.DAY_BEFORE, "plan": (HOURS_BEFORE,)}, ["1d 12-02 14:30"]),
        ({"wish": Wish.CHANGES}, []),
        ({"wish": Wish.CHANGES, "confirmed": True}, []),
        ({"plan": ()}, []),
    ],
)
def test_a_plan_and_a_confirmation_leave_fewer(given, due):
    assert lines(reminders(told("2026-12-03 14:30"), HERE, local(EARLY), **given)) == due


def test_the_note_after_a_confirmation_asks_nothing():
    (note,) = reminders(told("2026-12-03 14:30"), HERE, local(EARLY), confirmed=True)
    assert not note.asks
    assert all(due.asks for due in reminders(told("2026-12-03 14:30"), HERE, local(EARLY)))


def test_a_moved_reminder_joins_one_that_was_sent_already():
    now = local("2026-12-02 09:30")
    dues = reminders(told("2026-12-03 08:15"), HERE, now, plan=(HOURS_BEFORE,), sent=[local("2026-12-02 09:00")])
    assert [due.outcome for due in dues] == [Outcome.MERGED]


def test_held_says_to_phone_them():
    (*_, held) = reminders(told("2026-12-10 08:15"), HERE, local("2026-12-09 20:30"))
    assert held.outcome is Outcome.HELD
    assert str(held.reason) == "Too early: no allowed minute is left before this visit. Phone them."


def test_nobody_is_phoned_who_was_reminded_already():
    dues = reminders(
        told("2026-12-10 08:15"),
        HERE,
        local("2026-12-09 20:30"),
        sent=[local("2026-12-03 09:00")],
        plan=(HOURS_BEFORE,),
    )
    assert [due.outcome for due in dues] == [Outcome.PAST]


def test_nobody_is_phoned_who_confirmed():
    dues = reminders(told("2026-12-10 08:15"), HERE, local("2026-12-09 20:30"), confirmed=True)
    assert [due.outcome for due in dues] == [Outcome.PAST]


def test_a_week_is_told_of_late_rather_than_not_at_all():
    assert lines(reminders(told("2026-12-07 14:30", About.WEEK), HERE, local("2026-12-06 18:00"))) == [
        "2d 12-06 18:00"
    ]


def test_what_was_sent_may_come_as_any_iterable():
    sent = iter([local("2026-12-03 09:00")])
    dues = reminders(told("2026-12-10 08:15"), HERE, local("2026-12-09 20:30"), plan=(HOURS_BEFORE,), sent=sent)
    assert [due.outcome for due in dues] == [Outcome.PAST]


@pytest.mark.parametrize(
    ("start", "about", "due"),
    [
        ("2026-12-07 08:15", About.WEEK, ["2d 12-05 09:00"]),
        ("2026-12-09 08:15", About.WEEK, ["4d 12-05 09:00"]),
        ("2026-12-07 08:15", About.FIRST_DAY, ["1d 12-06 17:00"]),
        ("2026-12-08 08:15", About.FIRST_DAY, ["1d 12-07 17:00"]),
    ],
)
def test_a_run_is_told_of_on_the_saturday_and_on_the_evening_before(start, about, due):
    assert lines(reminders(told(start, about), HERE, local(EARLY))) == due


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.integers(-60 * 24, 60 * 24 * 10),
    st.sampled_from([HERE, Whereabouts((CENTRAL, "America/New_York")), Whereabouts((CENTRAL,), ("AL",))]),
)
def test_no_reminder_goes_in_quiet_hours_in_the_past_or_too_late(start, minutes, where):
    visit = start.replace(tzinfo=ZoneInfo(CENTRAL)).astimezone(UTC)
    now = visit - timedelta(minutes=minutes)
    dues = reminders(Told(About.DAY, (Visit("v", visit, CENTRAL),)), where, now)
    for due in dues:
        if due.at:
            assert allowed(due.at, where)
            assert now <= due.at <= visit - LATEST
        else:
            assert due.reason
    going = [due.at for due in dues if due.at]
    assert going == sorted(going)
    assert len(set(going)) == len(going)
    if visit > now:
        assert going or any(due.outcome is Outcome.HELD for due in dues)


@pytest.mark.parametrize(
    ("wish", "left"),
    [(Wish.ALL, USUAL), (Wish.DAY_BEFORE, (DAY_BEFORE,)), (Wish.CHANGES, ())],
)
def test_less_leaves_what_the_person_asked_for(wish, left):
    assert wished(USUAL, wish) == left
    assert WEEK_BEFORE in USUAL


def test_follow_ups_keep_their_day_of_the_month():
    due = follow_ups(date(2026, 11, 30), 3, 3, CENTRAL)
    assert [f"{one.astimezone(ZoneInfo(CENTRAL)):%Y-%m-%d %H:%M}" for one in due] == [
        "2027-02-28 10:00",
        "2027-05-30 10:00",
        "2027-08-30 10:00",
    ]


def test_a_follow_up_repeats_every_month_at_the_most():
    with pytest.raises(ValueError, match="month"):
        follow_ups(date(2026, 11, 30), 0, 3, CENTRAL)


@pytest.mark.parametrize(
    ("wish", "due"),
    [
        (Wish.ALL, ["week 2d 12-05 09:00", "first day 1d 12-06 17:00"]),
        (Wish.DAY_BEFORE, ["week 1d 12-06 17:00"]),
        (Wish.CHANGES, []),
    ],
)
def test_a_run_of_daily_visits_as_each_wished(wish, due):
    week = told("2026-12-07 08:15", About.WEEK), told("2026-12-07 08:15", About.FIRST_DAY)
    left = [
        f"{message.about.value} {line}"
        for message in wished_of(week, wish)
        for line in lines(reminders(message, HERE, local(EARLY), wish=wish))
    ]
    assert left == due
