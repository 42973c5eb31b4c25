"""Twilio's error codes mean what the table says, and none of them raises."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.languages import Language
from service.reminders.rules.errors import AFTER, Kind, Phone, classify
from service.reminders.rules.states import State
from service.reminders.rules.tables import table


@pytest.mark.parametrize(
    ("code", "kind", "phone"),
    [
        (20003, Kind.HALT_SENDER, Phone.NOTHING),
        (20429, Kind.RETRY, Phone.NOTHING),
        (429, Kind.RETRY, Phone.NOTHING),
        (20500, Kind.UNKNOWN, Phone.NOTHING),
        (21211, Kind.REJECTED, Phone.BAD),
        (21408, Kind.REJECTED, Phone.ASK),
        (21606, Kind.HALT_SENDER, Phone.NOTHING),
        (21608, Kind.HALT_SENDER, Phone.NOTHING),
        (21610, Kind.OPT_OUT, Phone.OPTED_OUT),
        (21611, Kind.SLOW_DOWN, Phone.NOTHING),
        (30001, Kind.SLOW_DOWN, Phone.NOTHING),
        (21612, Kind.REJECTED, Phone.ASK),
        (21614, Kind.REJECTED, Phone.NO_TEXTS),
        (21635, Kind.REJECTED, Phone.NO_TEXTS),
        (30003, Kind.RETRY, Phone.OUT_OF_REACH),
        (30004, Kind.REJECTED, Phone.ASK),
        (30005, Kind.REJECTED, Phone.BAD),
        (30006, Kind.REJECTED, Phone.NO_TEXTS),
        (30007, Kind.HALT_BROADCAST, Phone.NOTHING),
        (30008, Kind.RETRY, Phone.NOTHING),
        (30023, Kind.RETRY, Phone.NOTHING),
        (30034, Kind.HALT_SENDER, Phone.NOTHING),
        (30036, Kind.EXPIRED, Phone.NOTHING),
        (30450, Kind.HALT_BROADCAST, Phone.NOTHING),
        (30610, Kind.HELD, Phone.NOTHING),
        (30640, Kind.HELD, Phone.ASK),
        (35114, Kind.REJECTED, Phone.NOTHING),
        (35115, Kind.REJECTED, Phone.NOTHING),
        (35125, Kind.REJECTED, Phone.NOTHING),
        (11200, Kind.OURS, Phone.NOTHING),
        (12100, Kind.OURS, Phone.NOTHING),
    ],
)
def test_a_code_means_what_the_table_says(code, kind, phone):
    verdict = classify(code)
    assert (verdict.kind, verdict.phone) == (kind, phone)


@pytest.mark.parametrize(
    ("http", "kind"),
    [
        (400, Kind.REJECTED),
        (401, Kind.HALT_SENDER),
        (403, Kind.HALT_SENDER),
        (404, Kind.REJECTED),
        (429, Kind.RETRY),
        (500, Kind.UNKNOWN),
        (503, Kind.UNKNOWN),
        (302, Kind.REJECTED),
        (None, Kind.REJECTED),
    ],
)
def test_an_answer_without_a_code_is_read_by_its_status(http, kind):
    assert classify(None, http).kind is kind


@given(st.integers(400, 599))
def test_a_status_in_the_place_of_a_code_is_read_as_a_status(status):
    assert classify(status) == classify(None, status)


def test_every_code_from_10000_to_70000_is_classified_and_said_in_both_languages():
    for code in range(10_000, 70_001):
        verdict = classify(code)
        assert verdict.kind in AFTER
        for language in Language:
            assert "{" not in verdict.reason.say(language)


@given(st.one_of(st.none(), st.integers()), st.one_of(st.none(), st.integers()))
def test_nothing_raises(code, http):
    assert classify(code, http).kind in Kind


def test_what_may_have_been_sent_is_never_simply_tried_again():
    for http in range(500, 600):
        verdict = classify(None, http)
        assert (verdict.kind, verdict.delivery, verdict.times) == (Kind.UNKNOWN, State.UNKNOWN, 0)


def test_retries_wait_and_end():
    assert (classify(30003).times, classify(30003).wait) == (1, timedelta(hours=4))
    assert classify(30008).times == 1
    assert classify(30023).wait == timedelta(hours=24)
    assert classify(20429).times is None
    assert classify(21610).times == 0


def test_filtered_texts_halt_a_broadcast_only_above_two_percent():
    assert classify(30007).share == 0.02
    assert classify(30450).share == 0


def test_bad_credentials_halt_every_sender():
    assert classify(20003).everywhere
    assert not classify(30034).everywhere


def test_an_unknown_code_alerts_and_names_itself():
    assert classify(63999).alert
    assert "63999" in str(classify(63999).reason)


def test_no_code_stands_twice():
    listed = [code for row in table("twilio_errors")["codes"] for code in row["codes"]]
    assert len(listed) == len(set(listed))
