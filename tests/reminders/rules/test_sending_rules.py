"""How long a message is valid, when to try again, what a send costs, and when a run is odd."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.gateway.retry_after import retry_after
from service.reminders.rules.backoff import LONGEST, LONGEST_ASKED, wait
from service.reminders.rules.cost import Sender, estimate
from service.reminders.rules.oddness import Run, needs_second_person, odd
from service.reminders.rules.promise import call_back_by
from service.reminders.rules.quiet_hours import allowed, next_allowed, window_end
from service.reminders.rules.staffed import BadHours, staffed, staffed_hours
from service.reminders.rules.validity import validity
from service.reminders.rules.visit_status import VisitStatus, visit_status
from service.reminders.rules.zones import Whereabouts

NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
CENTRAL = "America/Chicago"


def hours_later(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(CENTRAL))


@pytest.mark.parametrize(
    ("window_ends", "visit", "seconds"),
    [
        (11, None, 36_000),
        (5, None, 18_000),
        (5, 24, 18_000),
        (5, 2, 5400),
        (5, 0.5, None),
        (5, 0.51, None),
        (5, 0.52, 72),
        (0.01, None, None),
        (1 / 60, None, 60),
        (-1, None, None),
    ],
)
def test_a_message_is_valid_until_the_hours_or_the_visit(window_ends, visit, seconds):
    assert validity(NOW, hours_later(window_ends), hours_later(visit) if visit else None) == seconds


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)), st.integers(0, 2000))
def test_twilios_queue_never_reaches_beyond_the_hours(when, minutes_to_visit):
    where = Whereabouts((CENTRAL, "America/New_York"))
    now = next_allowed(when, where)
    assert now is not None
    end = window_end(now, where)
    assert end is not None
    visit = now + timedelta(minutes=minutes_to_visit)
    seconds = validity(now, end, visit)
    if seconds is not None:
        assert 60 <= seconds <= 36_000
        last = now + timedelta(seconds=seconds)
        assert allowed(last - timedelta(seconds=1), where)
        assert last <= visit - timedelta(minutes=30)


def test_waits_double_and_are_spread():
    assert [wait(failures, 1.0) for failures in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert wait(3, 0.0) == 2
    assert wait(50, 1.0) == LONGEST


@pytest.mark.parametrize(("asked", "least"), [(None, 0.5), (0.0, 0.5), (30.0, 30.0), (1e9, LONGEST_ASKED)])
def test_a_wait_is_never_shorter_than_asked(asked, least):
    assert wait(1, 0.0, asked) == least


@given(st.integers(-5, 10_000), st.floats(0, 1), st.one_of(st.none(), st.floats(0, 1e12)))
def test_every_wait_is_a_sensible_number_of_seconds(failures, chance, asked):
    assert 0 < wait(failures, chance, asked) <= LONGEST_ASKED + 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("5", 5),
        (" 120 ", 120),
        ("Tue, 01 Dec 2026 15:00:30 GMT", 30),
        ("Tue, 01 Dec 2026 14:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("١٢", None),
        ("9" * 400, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header, seconds):
    assert retry_after(header, NOW) == seconds


@given(st.text(max_size=40))
def test_no_retry_after_raises(header):
    found = retry_after(header, NOW)
    assert found is None or found >= 0


def test_five_thousand_texts_take_83_minutes_and_twice_that_at_two_segments():
    one = estimate([1] * 1500, sender=Sender.LONG_CODE, starts=NOW, window_end=hours_later(5))
    assert (one.texts, one.segments, one.seconds, one.refused) == (1500, 1500, 1500, None)
    assert one.dollars == Decimal("17.70")
    many = estimate([1] * 5000, sender=Sender.TOLL_FREE, starts=NOW, window_end=hours_later(5))
    assert many.ends == NOW + timedelta(seconds=1667)
    assert estimate([1] * 5000, sender=Sender.LONG_CODE, starts=NOW, window_end=hours_later(5)).seconds // 60 == 83
    assert estimate([2] * 5000, sender=Sender.LONG_CODE, starts=NOW, window_end=hours_later(5)).seconds // 60 == 166


@pytest.mark.parametrize(
    ("texts", "sender", "senders", "window", "code"),
    [
        (1500, Sender.LONG_CODE, 1, 0.4, "cost.too_slow"),
        (1500, Sender.LONG_CODE, 2, 0.4, None),
        (2001, Sender.LONG_CODE, 1, 5, "cost.daily"),
        (2001, Sender.LONG_CODE, 2, 5, None),
        (20_000, Sender.SHORT_CODE, 1, 5, None),
        (1, Sender.LONG_CODE, 1, None, "cost.closed"),
    ],
)
def test_what_cannot_end_inside_the_hours_is_refused(texts, sender, senders, window, code):
    end = None if window is None else hours_later(window)
    made = estimate([1] * texts, sender=sender, starts=NOW, window_end=end, senders=senders)
    assert (made.refused.code if made.refused else None) == code


def test_calls_are_paid_by_started_minutes_and_paced_apart():
    made = estimate([1] * 10, [30, 61] * 30, sender=Sender.LONG_CODE, starts=NOW, window_end=hours_later(5))
    assert (made.calls, made.minutes, made.seconds) == (60, 90, 60)
    assert made.dollars == Decimal("1.38")


USUAL = [Run(80, 1, {"visit"}, {"Evansville"}), Run(75, 0, {"visit"}, {"Evansville"}), Run(0)]


@pytest.mark.parametrize(
    ("run", "codes"),
    [
        (Run(90, 2, {"visit"}, {"Evansville"}), []),
        (Run(155, 2, {"visit"}, {"Evansville"}), []),
        (Run(156, 2, {"visit"}, {"Evansville"}), ["odd.many"]),
        (Run(80, 0, {"visit", "own"}, {"Evansville"}), ["odd.template"]),
        (Run(80, 0, {"visit"}, {"Evansville", "Louisville"}), ["odd.site"]),
        (Run(80, 0, {"visit"}, {"Evansville"}, new_columns=True), ["odd.columns"]),
        (Run(80, 4, {"visit"}, {"Evansville"}), []),
        (Run(80, 5, {"visit"}, {"Evansville"}), ["odd.held"]),
        (Run(0), []),
    ],
)
def test_a_run_is_odd_for_a_reason(run, codes):
    reasons = odd(run, USUAL)
    assert [reason.code for reason in reasons] == codes
    assert all("{" not in str(reason) for reason in reasons)


def test_the_first_run_and_every_large_broadcast_wait_for_a_second_person():
    assert [reason.code for reason in odd(Run(3), [])] == ["odd.first"]
    assert not needs_second_person(50)
    assert needs_second_person(51)


def test_a_small_clinics_busy_day_is_not_odd():
    assert odd(Run(9), [Run(2)]) == ()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Scheduled", VisitStatus.COMING),
        ("", VisitStatus.COMING),
        ("CANCELED", VisitStatus.CANCELLED),
        ("Cancelled by Patient", VisitStatus.CANCELLED),
        ("No Show", VisitStatus.MISSED),
        ("no_show", VisitStatus.MISSED),
        ("Left  without being seen", VisitStatus.MISSED),
        ("Rescheduled", VisitStatus.MOVED),
        ("Arrived", VisitStatus.HERE),
        ("Completed", VisitStatus.DONE),
        ("Deceased", VisitStatus.DIED),
        ("Fallecido", VisitStatus.DIED),
        ("banana", None),
    ],
)
def test_status_words_of_the_common_systems(words, status):
    assert visit_status(words) is status


OPEN = staffed_hours("Mon-Thu 8:00-17:00, Fri 08:00-12:00")


@pytest.mark.parametrize(
    ("now", "by"),
    [
        ("2026-12-01 10:00", "2026-12-01 17:00"),
        ("2026-12-01 15:00", "2026-12-01 17:00"),
        ("2026-12-01 15:01", "2026-12-02 17:00"),
        ("2026-12-04 11:00", "2026-12-07 17:00"),
        ("2026-12-05 02:00", "2026-12-07 17:00"),
        ("2026-11-25 20:00", "2026-11-27 12:00"),
    ],
)
def test_the_clinic_promises_to_call_by_the_end_of_its_next_staffed_day(now, by):
    assert call_back_by(local(now), OPEN, CENTRAL) == local(by)


@pytest.mark.parametrize(
    ("now", "there"),
    [
        ("2026-12-01 08:00", True),
        ("2026-12-01 17:00", False),
        ("2026-12-05 10:00", False),
        ("2026-11-26 10:00", False),
    ],
)
def test_whether_somebody_is_there(now, there):
    assert staffed(local(now), OPEN, CENTRAL) is there


@pytest.mark.parametrize(
    "words", ["", "always", "Mon-Fri", "Mon-Fri 17:00-08:00", "Mon 25:00-26:00", "Mun 08:00-17:00"]
)
def test_hours_that_cannot_be_read_are_refused(words):
    with pytest.raises(BadHours):
        staffed_hours(words)


LUNCH = staffed_hours("Mon-Fri 13:00-17:00, Mon-Fri 08:00-12:00, Sat-Mon 18:00-19:00")


@pytest.mark.parametrize(
    ("now", "there"),
    [("2026-12-01 11:59", True), ("2026-12-01 12:30", False), ("2026-12-01 13:00", True), ("2026-12-06 18:30", True)],
)
def test_a_day_may_have_a_break_and_a_week_may_turn(now, there):
    assert staffed(local(now), LUNCH, CENTRAL) is there


def test_a_call_is_promised_for_the_end_of_a_day_with_a_break():
    assert call_back_by(local("2026-12-01 10:00"), LUNCH, CENTRAL) == local("2026-12-01 17:00")
