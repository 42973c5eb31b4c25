"""Receipts that come late, twice or in any order settle into one state."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reminders.rules.states import (
    CALL_STATUSES,
    FINAL,
    MESSAGE_STATUSES,
    RANKS,
    Receipt,
    State,
    fold,
    may_follow,
    silent,
)

SENT_AT = datetime(2026, 12, 1, 15, tzinfo=UTC)
receipts = st.lists(
    st.builds(
        Receipt,
        st.one_of(st.sampled_from(sorted(RANKS)), st.text(max_size=12)),
        st.one_of(st.none(), st.sampled_from([30003, 30007, 30008])),
    ),
    max_size=8,
)


@pytest.mark.parametrize(
    ("told", "state", "error"),
    [
        ([], State.ACCEPTED, None),
        ([("queued", None)], State.ACCEPTED, None),
        ([("sent", None), ("queued", None)], State.ACCEPTED, None),
        ([("delivered", None), ("sent", None)], State.DELIVERED, None),
        ([("read", None)], State.DELIVERED, None),
        ([("partially_delivered", None)], State.DELIVERED, None),
        ([("undelivered", 30003), ("sent", None)], State.NOT_DELIVERED, 30003),
        ([("failed", 30003), ("failed", None)], State.NOT_DELIVERED, 30003),
        ([("canceled", None)], State.NOT_DELIVERED, None),
        ([("sending", 30008)], State.ACCEPTED, 30008),
        ([("completed", None), ("ringing", None)], State.DELIVERED, None),
        ([("busy", None)], State.NOT_DELIVERED, None),
        ([("no-answer", None), ("in-progress", None)], State.NOT_DELIVERED, None),
        ([("teleported", 99)], State.ACCEPTED, None),
    ],
)
def test_receipts_settle_into_one_state(told, state, error):
    for order in permutations([Receipt(*one) for one in told]):
        standing = fold(order)
        assert (standing.state, standing.error) == (state, error)


@given(receipts, st.randoms())
def test_any_order_and_repetition_ends_the_same(told, chance):
    shuffled = told + [one for one in told if chance.random() < 0.5]
    chance.shuffle(shuffled)
    assert fold(shuffled) == fold(told)


@given(receipts, receipts)
def test_a_final_outcome_never_opens_again(told, later):
    before, after = fold(told), fold(told + later)
    if before.state is State.DELIVERED:
        assert after.state is State.DELIVERED
    if before.state is State.NOT_DELIVERED:
        assert after.state in FINAL


@given(receipts)
def test_every_error_heard_is_kept(told):
    assert set(fold(told).errors) == {one.error for one in told if one.error is not None}


@given(st.text(), st.one_of(st.none(), st.integers()))
def test_no_status_raises(status, error):
    assert fold([Receipt(status, error)]).state in State


def test_arrived_and_failed_together_are_flagged():
    standing = fold([Receipt("undelivered", 30008), Receipt("delivered")])
    assert (standing.state, standing.conflict, standing.errors) == (State.DELIVERED, True, (30008,))
    assert not fold([Receipt("failed"), Receipt("undelivered")]).conflict


def test_unknown_statuses_are_shown():
    assert fold([Receipt("teleported"), Receipt("sent")]).strange == ("teleported",)


def test_the_thirteen_statuses_of_twilios_description_are_known():
    assert {
        *("queued", "sending", "sent", "failed", "delivered", "undelivered", "receiving", "received"),
        *("accepted", "scheduled", "read", "partially_delivered", "canceled"),
    } == MESSAGE_STATUSES
    assert RANKS.keys() >= CALL_STATUSES


@pytest.mark.parametrize(("hours", "said"), [(71, False), (72, False), (73, True)])
def test_silence_is_said_after_three_days(hours, said):
    assert silent(fold([Receipt("sent")]), SENT_AT, SENT_AT + timedelta(hours=hours)) is said
    assert not silent(fold([Receipt("delivered")]), SENT_AT, SENT_AT + timedelta(hours=hours))


def test_what_is_final_stays_but_for_a_late_receipt():
    for old in FINAL - {State.NO_RECEIPT}:
        assert [new for new in State if may_follow(old, new)] == [old]
    assert may_follow(State.NO_RECEIPT, State.DELIVERED)
    assert not may_follow(State.NO_RECEIPT, State.PLANNED)


def test_an_unknown_send_goes_back_to_planned_only_from_unknown_claimed_or_a_failure_that_may_be_tried_again():
    assert {old for old in State if may_follow(old, State.PLANNED)} == {
        State.PLANNED,
        State.CLAIMED,
        State.UNKNOWN,
        State.ACCEPTED,
        State.HELD,
    }
