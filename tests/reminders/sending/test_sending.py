"""Every answer of the phone company leads to the state that the rules name, and nobody gets a message twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clock import Clock
from databases import on_both_databases
from sqlalchemy import select, update

from service.reminders import stored
from service.reminders.breaker import Breaker
from service.reminders.pacing import take_turns
from service.reminders.rules.errors import Kind, classify
from service.storage.reminder_tables import broadcasts, contacts, deliveries, plans, questions, senders, tasks
from service.storage.tables import opt_outs
from service.storage.worker_tables import alerts
from tests.reminders.sending.by_hand import ByHand, deliver_receipts, post, reasons, send_all, states
from tests.reminders.sending.sample_clinic import Sample, phone_of, queue
from tests.twilio.fates import FAILURES, REFUSALS, Answer, Fate
from tests.twilio.phone_company import PhoneCompany

Clinic = Callable[..., Sample]
HOUR = 3600


def company(clock: Clock, *fates: Fate) -> PhoneCompany:
    """A company that deals out `fates` in order, the last one again and again."""
    left = list(fates)
    return PhoneCompany(clock, lambda form: left.pop(0) if len(left) > 1 else left[0])


@on_both_databases
def test_everybody_is_sent_one_text_in_their_language(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(5)
    queue(sample, range(1, 6))
    ours = company(clock, Fate())
    assert send_all(post(sample, ByHand(ours), clock)) == 5
    assert send_all(post(sample, ByHand(ours), clock)) == 0
    assert ours.complaints == []
    assert sorted(message.to for message in ours.ledger) == sorted(phone_of(n) for n in range(1, 6))
    by_number = {message.to: message for message in ours.ledger}
    first, fifth = by_number[phone_of(1)], by_number[phone_of(5)]
    assert first.body.startswith("Lakeside Clinic: visit Thursday Dec 3, 12:30 PM.\n1 I will come")
    assert fifth.body.startswith("Lakeside Clinic: cita jueves 3 dic, 12:30 PM.\n1 Si voy")
    assert first.callback == "https://line.example.org/twilio/sms/status/1"
    # At noon in New York the hours end in eight.
    assert first.validity == 8 * HOUR
    assert states(sample) == [stored.ACCEPTED] * 5
    deliver_receipts(sample, ours, clock())
    assert states(sample) == [stored.DELIVERED] * 5


def test_a_reminder_that_asks_opens_its_question_until_the_visit(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    send_all(post(sample, ByHand(company(clock, Fate())), clock))
    with sample.database.read() as connection:
        asked = connection.execute(select(questions)).mappings().one()
    assert (asked["phone"], asked["ours"]) == (sample.privacy.phone(phone_of(1)), "+12025550100")
    assert (asked["kind"], asked["open_until"]) == ("visit", sample.now + 86400 + 1800)


@on_both_databases
@pytest.mark.parametrize("answer", [answer for answer in Answer if answer.unsure])
def test_an_unclear_answer_is_never_tried_again(clinic: Clinic, clock: Clock, answer: Answer) -> None:
    sample = clinic(1)
    queue(sample, [1])
    ours = company(clock, Fate(answer), Fate())
    send_all(post(sample, ByHand(ours), clock))
    assert states(sample) == [stored.UNKNOWN]
    clock.pass_time(3 * HOUR)
    assert send_all(post(sample, ByHand(ours), clock)) == 0
    assert len(ours.ledger) == answer.made


def test_too_many_requests_waits_as_long_as_asked(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    ours = company(clock, Fate(Answer.TOO_MANY, retry_after=120), Fate())
    sending = post(sample, ByHand(ours), clock)
    send_all(sending)
    assert states(sample) == [stored.QUEUED]
    clock.pass_time(119)
    assert send_all(sending) == 0
    clock.pass_time(10)
    assert send_all(sending) == 1
    assert states(sample) == [stored.ACCEPTED]
    assert len(ours.ledger) == 1


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_ends_as_its_verdict_says(clinic: Clinic, clock: Clock, code: int) -> None:
    sample = clinic(1)
    queue(sample, [1])
    ours = company(clock, Fate(Answer.REFUSE, code=code))
    send_all(post(sample, ByHand(ours), clock))
    kind = classify(code).kind
    waits = kind in (Kind.HALT_SENDER, Kind.SLOW_DOWN)
    assert states(sample) == [stored.QUEUED if waits else stored.UNDELIVERED]
    assert ours.requests == 1
    # Nothing more goes out at once, whether it waits or has ended.
    assert send_all(post(sample, ByHand(ours), clock)) == 0
    with sample.database.read() as connection:
        stopped = connection.execute(select(opt_outs.c.phone)).scalars().all()
        halted = connection.execute(select(senders.c.halted_at)).scalar_one()
    assert bool(stopped) == (kind is Kind.OPT_OUT)
    assert bool(halted) == (kind is Kind.HALT_SENDER)


@on_both_databases
@pytest.mark.parametrize("code", [20003, 401])
def test_a_key_that_is_refused_stops_every_number_within_a_moment_and_costs_nobody(
    clinic: Clinic, clock: Clock, code: int
) -> None:
    sample = clinic(400, send_numbers=2)
    queue(sample, range(1, 401), kind="broadcast")
    ours = company(clock, Fate(Answer.REFUSE, code=code))
    send_all(post(sample, ByHand(ours), clock, at_once=10))
    assert ours.requests <= 60, "those whose tries were written down already"
    assert states(sample) == [stored.QUEUED] * 400
    with sample.database.read() as connection:
        assert None not in connection.execute(select(senders.c.halted_at)).scalars().all()


@pytest.mark.parametrize("code", FAILURES)
def test_a_failure_by_receipt_ends_as_its_verdict_says(clinic: Clinic, clock: Clock, code: int) -> None:
    sample = clinic(1)
    queue(sample, [1])
    ours = company(clock, Fate(receipts=(("sent", 0), ("undelivered", code), ("undelivered", 0))), Fate())
    send_all(post(sample, ByHand(ours), clock))
    deliver_receipts(sample, ours, clock())
    verdict = classify(code)
    again = verdict.kind in (Kind.RETRY, Kind.HALT_SENDER, Kind.SLOW_DOWN)
    ended = stored.EXPIRED if verdict.kind is Kind.EXPIRED else stored.UNDELIVERED
    assert states(sample) == [stored.QUEUED if again else ended]
    assert reasons(sample)[0].startswith(verdict.reason.code)


def test_a_phone_out_of_reach_is_tried_once_more_hours_later(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    ours = company(clock, Fate(receipts=(("undelivered", 30003),)))
    sending = post(sample, ByHand(ours), clock)
    send_all(sending)
    deliver_receipts(sample, ours, clock())
    clock.pass_time(4 * HOUR - 60)
    assert send_all(sending) == 0
    clock.pass_time(120)
    assert send_all(sending) == 1
    deliver_receipts(sample, ours, clock())
    assert states(sample) == [stored.UNDELIVERED]
    assert len(ours.ledger) == 2


def test_a_late_receipt_of_the_first_try_says_nothing_about_the_second(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    ours = company(clock, Fate(receipts=(("undelivered", 30003),)), Fate(Answer.RESET_MADE))
    sending = post(sample, ByHand(ours), clock)
    send_all(sending)
    [first] = ours.callbacks()
    ours._due.append(first)
    deliver_receipts(sample, ours, clock())
    clock.pass_time(4 * HOUR + 60)
    send_all(sending)
    list(ours.callbacks())
    ours._due.append((first[0], {**first[1], "MessageStatus": "sent"}))
    deliver_receipts(sample, ours, clock())
    assert states(sample) == [stored.UNKNOWN]


def test_a_landline_gets_a_call_where_the_plan_and_the_person_allow_it(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(2)
    run = queue(sample, [1, 2])
    with sample.database.write() as connection:
        connection.execute(plans.insert().values(clinic_id=sample.clinic_id, kind="1 day", template_kind="visit"))
        connection.execute(update(broadcasts).where(broadcasts.c.id == run).values(plan_id=1))
        connection.execute(update(contacts).where(contacts.c.id == 2).values(never_call=True))
    ours = company(clock, Fate(Answer.REFUSE, code=21614), Fate(Answer.REFUSE, code=21614), Fate())
    sending = post(sample, ByHand(ours), clock)
    send_all(sending)
    assert states(sample) == [stored.QUEUED, stored.UNDELIVERED]
    clock.pass_time(2 * HOUR + 1)
    assert send_all(sending) == 1
    [call] = ours.ledger
    assert call.sid.startswith("CA")
    assert call.to == phone_of(1)


@pytest.mark.parametrize("ended", ["no-answer", "busy"])
def test_a_call_that_nobody_answers_is_tried_three_times_a_day(clinic: Clinic, clock: Clock, ended: str) -> None:
    sample = clinic(1)
    queue(sample, [1])
    with sample.database.write() as connection:
        connection.execute(update(deliveries).values(channel="call"))
    ours = company(clock, Fate(receipts=((ended, 0),)))
    sending = post(sample, ByHand(ours), clock)
    for _ in range(5):
        send_all(sending)
        deliver_receipts(sample, ours, clock())
        clock.pass_time(2 * HOUR + 1)
    assert len(ours.ledger) == 3
    assert states(sample) == [stored.UNDELIVERED]
    with sample.database.read() as connection:
        assert connection.execute(select(tasks.c.kind)).scalars().all() == ["phone them"]


def test_a_text_and_its_call_count_once_against_the_cap(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    ours = company(clock, Fate(receipts=(("undelivered", 30003),)), Fate())
    sending = post(sample, ByHand(ours), clock)
    send_all(sending)
    deliver_receipts(sample, ours, clock())
    clock.pass_time(4 * HOUR + 60)
    assert send_all(sending) == 1


def test_filtered_messages_pause_the_run(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(10)
    queue(sample, range(1, 11))
    ours = company(clock, Fate(receipts=(("undelivered", 30007),)))
    send_all(post(sample, ByHand(ours), clock, at_once=2))
    deliver_receipts(sample, ours, clock())
    with sample.database.read() as connection:
        run = connection.execute(select(broadcasts)).mappings().one()
    assert run["state"] == "paused"
    assert run["paused_why"].startswith("error.filtered")


@pytest.mark.parametrize("fate", [Fate(Answer.TOO_MANY), Fate(Answer.TOO_MANY, retry_after=5)])
def test_too_many_requests_make_a_number_slower(clinic: Clinic, clock: Clock, fate: Fate) -> None:
    sample = clinic(3, pace=20)
    queue(sample, range(1, 4))
    send_all(post(sample, ByHand(company(clock, fate, Fate())), clock))
    with sample.database.write() as connection:
        turns = take_turns(connection, sample.sender_ids[0], 20, 10, clock() + 30)
    assert turns.apart == pytest.approx(0.5), "a tenth of twenty a second"


def test_when_everything_fails_sending_rests_and_comes_back(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(300)
    queue(sample, range(1, 301))
    fates = [Fate(Answer.TOO_MANY)] * 60 + [Fate()]
    ours = company(clock, *fates)
    sending = post(sample, ByHand(ours), clock, breaker=Breaker(most=20), at_once=10)
    assert send_all(sending) <= 20
    assert send_all(sending) == 0
    made = []
    for _ in range(12):
        clock.pass_time(301)
        made.append(send_all(sending))
        if len(ours.ledger) == 300:
            break
    with sample.database.read() as connection:
        assert connection.execute(select(alerts.c.name)).scalars().all().count("sending.rests") >= 1
    # One try at a time while it still fails.
    assert set(made[:3]) == {1}
