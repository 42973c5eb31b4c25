"""A model of deliveries: whatever happens in whatever order, nobody is sent to twice, at night, or after a STOP."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select, update

from service.gateway.base import NotSent, Rejected, Unknown
from service.reminders import outcomes, stored
from service.reminders.beginning import begin, stopped_since
from service.reminders.claiming import Claim, claim, zones_due
from service.reminders.holding_back import hold_back
from service.reminders.leases import recover
from service.reminders.letters import load
from service.reminders.outcomes import How, Outcome
from service.reminders.post import TOO_OLD, OutboundText
from service.reminders.privacy import Privacy
from service.reminders.receipts import Heard, receive, settle_silent
from service.reminders.rules.states import may_follow
from service.storage.database import Database
from service.storage.reminder_tables import deliveries, visits
from service.storage.talks import opt_out
from service.storage.vault import Vault
from tests.reminders.sending.by_hand import ByHand
from tests.reminders.sending.sample_clinic import Sample, phone_of, queue, settle
from tests.twilio.fates import Answer, Fate
from tests.twilio.phone_company import Message, PhoneCompany

NOON = int(datetime(2026, 12, 2, 17, 0, tzinfo=UTC).timestamp())
PEOPLE = 8
# What may happen to a request without asking for a retry of what already arrived.
ANSWERS = st.sampled_from([answer for answer in Answer if answer is not Answer.REFUSE])


class Deliveries(RuleBasedStateMachine):
    """Claims, tries, answers, receipts, STOPs, crashes and time. `empty` is a migrated database file."""

    empty: Path

    @initialize()
    def begin_with_a_clinic(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.empty, self.folder / "model.db")
        self.database = Database(f"sqlite:///{self.folder / 'model.db'}")
        self.now = NOON
        privacy = Privacy(Vault([("k", b"k" * 32)]), b"model")
        self.sample: Sample = settle(self.database, privacy, self.now, PEOPLE)
        self.company = PhoneCompany(lambda: self.now, checked=False)
        self.carrier = ByHand(self.company)
        self.stopped: dict[int, int] = {}
        self.requested: list[tuple[int, int]] = []
        self.states: dict[int, str] = {}
        self.under_way: list[tuple[Claim, int]] = []
        self.runs = 0
        self.plan("daily")

    @rule(kind=st.sampled_from(["daily", "broadcast"]))
    @precondition(lambda self: self.runs < 3)
    def plan(self, kind: str) -> None:
        sample = Sample(**{**vars(self.sample), "now": self.now})
        queue(sample, range(1, PEOPLE + 1), kind=kind, life=30 * 3600)
        self.runs += 1

    @rule(minutes=st.sampled_from([1, 3, 3, 20, 130, 1440]))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * 60

    # A few only, so that most of a history is left to send.
    @rule(person=st.integers(1, 3))
    def somebody_says_stop(self, person: int) -> None:
        with self.database.write() as connection:
            opt_out(connection, self.sample.privacy.phone(phone_of(person)), "text", self.now)
        self.stopped.setdefault(person, len(self.requested))

    @rule(person=st.integers(4, 4))
    def a_visit_is_cancelled(self, person: int) -> None:
        with self.database.write() as connection:
            connection.execute(update(visits).where(visits.c.patient_id == person).values(state="cancelled"))

    @rule(
        answers=st.lists(ANSWERS, min_size=1, max_size=PEOPLE),
        dies=st.booleans(),
        stops=st.sampled_from([0, 0, 1, 2, 3]),
    )
    def a_worker_takes_a_turn(self, answers: list[Answer], dies: bool, stops: int) -> None:
        """Begins and sends; somebody may say STOP in between, and it may die before it writes down what it heard."""
        before = len(self.under_way)
        self.a_worker_begins(len(answers))
        mine, self.under_way = self.under_way[before:], self.under_way[:before]
        if stops:
            self.somebody_says_stop(stops)
        for (wanted, delivery), answer in zip(mine, answers, strict=False):
            self._send(wanted, delivery, answer, dies and (wanted, delivery) == mine[-1])
        if dies:
            # Noticed at the earliest when the lease is over.
            self.now += 130
            self.workers_that_died_are_noticed()

    @rule(most=st.integers(1, 3))
    def a_worker_begins(self, most: int) -> None:
        wanted = Claim(
            self.sample.clinic_id, self.sample.sender_ids[0], f"w{len(self.requested)}-{self.now}", self.now
        )
        with self.database.write() as connection:
            zones = zones_due(connection, self.sample.clinic_id, self.now)
            begun = begin(connection, wanted, claim(connection, wanted, zones, most), zones)
        self.under_way += [(wanted, delivery) for delivery in begun]

    @rule(answer=ANSWERS, dies=st.booleans(), data=st.data())
    @precondition(lambda self: self.under_way)
    def a_request_goes_out(self, answer: Answer, dies: bool, data: st.DataObject) -> None:
        """After the last look; the worker may die before it writes down what it heard."""
        wanted, delivery = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        self._send(wanted, delivery, answer, dies)

    def _send(self, wanted: Claim, delivery: int, answer: Answer, dies: bool) -> None:
        with self.database.read() as connection:
            stopped = stopped_since(connection, self.sample.clinic_id, [delivery])
            [letter] = load(connection, self.sample.privacy, self.sample.clinic_id, [delivery])
        if stopped:
            outcome = Outcome(delivery, How.STOPPED)
        elif self.now - wanted.now > TOO_OLD:
            outcome = Outcome(delivery, How.NOT_SENT)
        else:
            self.requested.append((letter.contact_id, self.now))
            outcome = self._request(delivery, letter.to, answer)
        if not dies:
            with self.database.write() as connection:
                outcomes.write(connection, self.sample.clinic_id, [outcome], self.now, lambda: 0.5)

    @rule()
    def workers_that_died_are_noticed(self) -> None:
        with self.database.write() as connection:
            recover(connection, self.sample.clinic_id, self.now)

    @rule()
    def what_may_not_go_is_held_back(self) -> None:
        with self.database.write() as connection:
            hold_back(
                connection, self.sample.clinic_id, self.now, zones_due(connection, self.sample.clinic_id, self.now)
            )
            settle_silent(connection, self.sample.clinic_id, self.now)

    @rule(data=st.data())
    @precondition(lambda self: self.company.ledger)
    def a_receipt_comes(self, data: st.DataObject) -> None:
        message: Message = data.draw(st.sampled_from(self.company.ledger))
        status, error = data.draw(st.sampled_from(message.receipts))
        delivery = int(message.callback.rpartition("/")[2])
        with self.database.write() as connection:
            receive(connection, Heard(message.sid, status, error or None, delivery), self.now)

    @invariant()
    def nobody_is_sent_to_twice(self) -> None:
        made = Counter(message.callback for message in getattr(self, "company", PhoneCompany(lambda: 0)).ledger)
        assert all(times == 1 for times in made.values())

    @invariant()
    def no_request_after_a_stop(self) -> None:
        for person, so_far in getattr(self, "stopped", {}).items():
            assert all(asked != person for asked, _ in self.requested[so_far:])

    @invariant()
    def only_in_the_hours_and_one_a_day(self) -> None:
        # A try that surely was not sent may be made again the same day; what exists at the company may not.
        for message in getattr(self, "company", PhoneCompany(lambda: 0)).ledger:
            local = datetime.fromtimestamp(message.created_at, ZoneInfo("America/New_York"))
            assert 9 <= local.hour < 20 or local.weekday() == 6
        made = Counter(
            (m.to, datetime.fromtimestamp(m.created_at, ZoneInfo("America/New_York")).date())
            for m in getattr(self, "company", PhoneCompany(lambda: 0)).ledger
        )
        assert all(times == 1 for times in made.values())

    @invariant()
    def states_follow_the_rules_and_tell_the_truth(self) -> None:
        if not hasattr(self, "database"):
            return
        with self.database.read() as connection:
            rows = connection.execute(select(deliveries.c.id, deliveries.c.state, deliveries.c.message_sid)).all()
        sids = {message.sid for message in self.company.ledger}
        for delivery, state, sid in rows:
            before = self.states.get(delivery, state)
            assert may_follow(stored.STATES[before], stored.STATES[state]) or _two_steps(before, state)
            assert (state not in (stored.ACCEPTED, stored.DELIVERED)) or sid in sids
            self.states[delivery] = state

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)

    def _request(self, delivery: int, to: str, answer: Answer) -> Outcome:
        self.company.choose = lambda form: Fate(answer)
        callback = f"https://line.example.org/twilio/sms/status/{delivery}"
        try:
            text = OutboundText(to, "+12025550100", f"words {delivery}", callback, 600)
            return Outcome(delivery, How.ACCEPTED, sid=_now(self.carrier.send(text)))
        except NotSent:
            return Outcome(delivery, How.NOT_SENT)
        except Rejected as error:
            return Outcome(delivery, How.REJECTED, code=error.code)
        except Unknown:
            return Outcome(delivery, How.UNKNOWN)


def _two_steps(before: str, after: str) -> bool:
    """One rule of the model may move a delivery twice: claimed and given back, accepted and delivered."""
    return any(
        may_follow(stored.STATES[before], between) and may_follow(between, stored.STATES[after])
        for between in stored.STORED
    )


def _now(coroutine: object) -> str:
    """The result of a coroutine that waits for nothing."""
    try:
        coroutine.send(None)  # type: ignore[attr-defined]
    except StopIteration as done:
        return str(done.value)
    raise AssertionError("it waited")
