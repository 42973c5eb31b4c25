"""A lost answer is looked for in the list, and never sent again blindly; missing receipts are asked for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest
from clock import Clock
from databases import on_both_databases
from sqlalchemy import select

from service.gateway.carrier import Listed
from service.reminders import stored
from service.reminders.inbound_reconcile import Inbox, catch_up
from service.reminders.receipts import Heard, receive, settle_silent
from service.reminders.reconcile import Lists, decide, settle_accepted, settle_unknown
from service.storage import talks
from service.storage.reminder_tables import deliveries, questions, receipts, tasks
from tests.reminders.sending.by_hand import ByHand, deliver_receipts, post, reasons, send_all, states
from tests.reminders.sending.sample_clinic import Sample, queue
from tests.twilio.fates import Answer, Fate, rough
from tests.twilio.phone_company import PhoneCompany

Clinic = Callable[..., Sample]
HOUR = 3600


def lists(sample: Sample, carrier: ByHand, clock: Clock, **more: bool) -> Lists:
    return Lists(sample.database, sample.privacy, carrier, clock, **more)


def look(wanted: Lists, sample: Sample) -> int:
    return asyncio.run(settle_unknown(wanted, sample.clinic_id))


@on_both_databases
@pytest.mark.parametrize("answer", [Answer.RESET_MADE, Answer.HALF_MADE, Answer.FAIL_MADE])
def test_a_lost_answer_is_found_in_the_list(clinic: Clinic, clock: Clock, answer: Answer) -> None:
    sample = clinic(1)
    queue(sample, [1])
    carrier = ByHand(PhoneCompany(clock, lambda form: Fate(answer)))
    send_all(post(sample, carrier, clock))
    clock.pass_time(61)
    assert look(lists(sample, carrier, clock), sample) == 1
    assert states(sample) == [stored.DELIVERED]
    with sample.database.read() as connection:
        assert len(connection.execute(select(questions)).all()) == 1


def test_found_nowhere_twice_a_person_decides(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    carrier = ByHand(PhoneCompany(clock, lambda form: Fate(Answer.RESET)))
    send_all(post(sample, carrier, clock))
    clock.pass_time(61)
    assert look(lists(sample, carrier, clock), sample) == 0
    assert reasons(sample) == ["unknown.open"]
    clock.pass_time(899)
    look(lists(sample, carrier, clock), sample)
    assert reasons(sample) == ["unknown.open"]
    clock.pass_time(1)
    look(lists(sample, carrier, clock), sample)
    assert (states(sample), reasons(sample)) == ([stored.UNKNOWN], ["unknown.asked"])
    with sample.database.read() as connection:
        assert connection.execute(select(tasks.c.kind)).scalars().all() == ["was it sent?"]
    assert carrier.company.requests == 1
    with sample.database.write() as connection:
        assert not decide(connection, sample.clinic_id + 1, 1, False, int(clock()))
        assert decide(connection, sample.clinic_id, 1, False, int(clock()))
        assert not decide(connection, sample.clinic_id, 1, False, int(clock()))
    carrier.company.choose = lambda form: Fate()
    assert send_all(post(sample, carrier, clock)) == 1
    assert states(sample) == [stored.ACCEPTED]


def test_a_list_that_lags_settles_it_after_the_second_look(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    carrier = ByHand(PhoneCompany(clock, lambda form: Fate(Answer.RESET_MADE, lag=1200)))
    send_all(post(sample, carrier, clock))
    for wait in (61, 901, HOUR):
        clock.pass_time(wait)
        look(lists(sample, carrier, clock), sample)
    assert states(sample) == [stored.DELIVERED]
    assert len(carrier.company.ledger) == 1


def test_a_list_that_cannot_be_read_counts_as_no_look(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    carrier = ByHand(PhoneCompany(clock, lambda form: Fate(Answer.RESET)))
    send_all(post(sample, carrier, clock))
    carrier.listening = False
    for _ in range(5):
        clock.pass_time(1000)
        look(lists(sample, carrier, clock), sample)
    assert reasons(sample) == ["unknown.open"]


def test_an_installation_may_choose_to_send_once_more(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    carrier = ByHand(PhoneCompany(clock, lambda form: Fate(Answer.RESET)))
    send_all(post(sample, carrier, clock))
    for _ in range(2):
        clock.pass_time(901)
        look(lists(sample, carrier, clock, resend=True), sample)
    assert states(sample) == [stored.QUEUED]


def test_the_same_words_to_the_same_phone_are_each_found_once(clinic: Clinic, clock: Clock) -> None:
    """Yesterday's equal message, known by its sid, must not be taken for today's lost one."""
    sample = clinic(1)
    queue(sample, [1], kind="broadcast")
    carrier = ByHand(PhoneCompany(clock))
    send_all(post(sample, carrier, clock))
    clock.pass_time(86400)
    run = queue(sample, [1], kind="broadcast", due_at=int(clock()), life=2 * 86400)
    carrier.company.choose = lambda form: Fate(Answer.RESET)
    assert run == 2
    send_all(post(sample, carrier, clock))
    clock.pass_time(61)
    assert look(lists(sample, carrier, clock), sample) == 0
    assert states(sample)[1] == stored.UNKNOWN


@on_both_databases
def test_receipts_in_any_order_end_the_same_as_the_ledger(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(120)
    queue(sample, range(1, 121))
    company = PhoneCompany(clock, rough(random.Random(5), share=0.0, lag=0.0), random.Random(5))
    company.choose = _some_fail(random.Random(5))
    carrier = ByHand(company)
    send_all(post(sample, carrier, clock))
    deliver_receipts(sample, company, clock())
    clock.pass_time(4 * HOUR)
    asyncio.run(settle_accepted(lists(sample, carrier, clock), sample.clinic_id, 3 * HOUR))
    with sample.database.read() as connection:
        found = dict(connection.execute(select(deliveries.c.message_sid, deliveries.c.state)).all())
    assert found == {m.sid: stored.STORED[m.standing.state] for m in company.ledger}


def _some_fail(chance: random.Random) -> Callable[[object], Fate]:
    def choose(_: object) -> Fate:
        failed = (("sent", 0), ("undelivered", 30005), ("undelivered", 0))
        arrived = (("sending", 0), ("sent", 0), ("delivered", 0))
        ends = failed if chance.random() < 0.2 else arrived
        return Fate(receipts=ends, shuffled=True, repeated=0.1, dropped=0.3)

    return choose


@on_both_databases
def test_a_receipt_may_come_before_the_answer(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    carrier = ByHand(PhoneCompany(clock))
    submit = carrier._submit

    def with_receipt(path: str, form: dict[str, str]) -> str:
        sid = submit(path, form)
        deliver_receipts(sample, carrier.company, clock())
        return sid

    carrier._submit = with_receipt  # type: ignore[method-assign]
    send_all(post(sample, carrier, clock))
    assert states(sample) == [stored.DELIVERED]


def test_a_receipt_is_kept_once_and_an_odd_one_never_raises(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    carrier = ByHand(PhoneCompany(clock))
    send_all(post(sample, carrier, clock))
    sid = carrier.company.ledger[0].sid
    with sample.database.write() as connection:
        for heard, fresh in [
            (Heard(sid, "sent", None, 1), True),
            (Heard(sid, "sent", None, 1), False),
            (Heard(sid, "teleported", None, 1), True),
            (Heard("SM" + "9" * 32, "delivered", None, None), True),
            (Heard("SM" + "8" * 32, "delivered", None, 999999999999), True),
            (Heard(sid, "x" * 40, 99999, 1), True),
        ]:
            assert receive(connection, heard, int(clock())) is fresh
        assert len(connection.execute(select(receipts)).all()) == 5
    assert states(sample) == [stored.ACCEPTED]


def test_after_three_days_without_a_receipt_we_say_so(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    queue(sample, [1])
    carrier = ByHand(PhoneCompany(clock))
    send_all(post(sample, carrier, clock))
    with sample.database.write() as connection:
        assert settle_silent(connection, sample.clinic_id, int(clock()) + 72 * HOUR) == 0
        assert settle_silent(connection, sample.clinic_id + 1, int(clock()) + 73 * HOUR) == 0
        assert settle_silent(connection, sample.clinic_id, int(clock()) + 73 * HOUR) == 1
    # What really happened may still come.
    deliver_receipts(sample, carrier.company, clock())
    assert states(sample) == [stored.DELIVERED]


@on_both_databases
def test_texts_that_never_reached_us_are_answered_once_stop_first(clinic: Clinic, clock: Clock) -> None:
    sample = clinic(1)
    company = PhoneCompany(clock)
    for body in ("hello", "STOP", "chemo"):
        company.receive("+12025550134", "+12025550100", body)
        clock.pass_time(60)
    taken: list[str] = []

    def answer(item: Listed) -> str:
        taken.append(item.body)
        with sample.database.write() as connection:
            talks.answer(connection, item.sid, "ok", int(clock()))
        return "" if item.body == "STOP" else f"answer to {item.body}"

    numbers = ("+12025550100",)
    inbox = Inbox(sample.database, ByHand(company), clock, numbers, answer, lambda body: body == "STOP")
    assert asyncio.run(catch_up(inbox)) == 3
    assert asyncio.run(catch_up(inbox)) == 0
    assert taken == ["STOP", "hello", "chemo"]
    assert [m.body for m in company.ledger if not m.inbound] == ["answer to hello", "answer to chemo"]
