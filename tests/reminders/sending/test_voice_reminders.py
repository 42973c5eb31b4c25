"""A reminder call is safe for whoever answers, tells the visit only after 1, and takes the same answers as a text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from line import Twilio
from sqlalchemy import select, update

from service.app import Parts
from service.channels.pieces import every_piece
from service.content.library import Library
from service.conversation.pace import Pace
from service.languages import Language
from service.reminders.rules.lint import telling
from service.reminders.voice_reminders import spoken
from service.settings import Settings, from_environment
from service.storage.reminder_tables import contacts, deliveries, tasks, templates, visits
from service.storage.tables import opt_outs
from tests.reminders.sending.sample_clinic import SENDERS, Sample, phone_of, queue

Clinic = Callable[..., Sample]
CALL = "/twilio/voice/reminder/1"
Said = Callable[[str], str]


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    numbers = {"TWILIO_FROM": SENDERS[0], "PUBLIC_URL": "http://localhost", "DATABASE_URL": database_url}
    return from_environment(numbers, tmp_path)


@pytest.fixture
def called(clinic: Clinic) -> Sample:
    """A clinic whose one person is to be called about a visit."""
    sample = clinic(2)
    queue(sample, [1, 2])
    with sample.database.write() as connection:
        connection.execute(update(deliveries).values(channel="call"))
    return sample


def step(twilio: Twilio, path: str = CALL, *, person: int = 1, **fields: str) -> str:
    """What is said, with ` | ` between the pieces, and where the next step goes."""
    form = twilio.form(CallSid="CA" + "1" * 32, **{"From": SENDERS[0], "To": phone_of(person), **fields})
    answer = twilio.post(path, form)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture
def said(parts: Parts) -> Said:
    """The words of a document, whether a recording says them or the phone company's own voice."""

    def words(verb: str, text: str) -> str:
        recorded = parts.recordings.words(text.partition("/audio/")[2]) if verb == "Play" else text
        assert recorded is not None, f"nobody knows what {text} says"
        return recorded

    def read(document: str) -> str:
        verbs = [node for node in ElementTree.fromstring(document).iter() if node.tag in ("Say", "Play")]
        return " | ".join(words(node.tag, node.text or "") for node in verbs)

    return read


def action(document: str) -> str:
    *_, gather = ElementTree.fromstring(document).iter("Gather")
    return gather.attrib["action"].removeprefix("http://localhost")


def test_the_opening_tells_nothing_and_is_said_three_times(called: Sample, twilio: Twilio, said: Said) -> None:
    path = CALL
    for _ in range(3):
        document = step(twilio, path)
        assert said(document).startswith("This is Lakeside Clinic with a message for someone at this number. To stop")
        assert "visit" not in said(document)
        path = action(document)
    last = step(twilio, path)
    assert "Goodbye" in said(last)
    assert "<Hangup" in last


def test_one_tells_the_visit_and_one_again_confirms_it(called: Sample, twilio: Twilio, said: Said) -> None:
    told = step(twilio, action(step(twilio)), Digits="1")
    assert "You have a visit on Thursday, December third, at twelve thirty in the afternoon." in said(told)
    thanks = step(twilio, action(told), Digits="1")
    assert "Your visit is set" in said(thanks)
    with called.database.read() as connection:
        confirmed = dict(connection.execute(select(visits.c.patient_id, visits.c.confirmed_at)).all())
    assert confirmed[1]
    assert not confirmed[2]


def test_two_asks_for_a_call_back(called: Sample, twilio: Twilio) -> None:
    told = step(twilio, action(step(twilio)), Digits="1")
    step(twilio, action(told), Digits="2")
    with called.database.read() as connection:
        assert connection.execute(select(tasks.c.kind)).scalars().all() == ["call back"]


def test_nine_twice_stops_everything(called: Sample, twilio: Twilio) -> None:
    settings = step(twilio, action(step(twilio)), Digits="9")
    step(twilio, action(settings), Digits="9")
    with called.database.read() as connection:
        phones = connection.execute(select(opt_outs.c.phone)).scalars().all()
    assert phones == [called.privacy.phone(phone_of(1))]


def test_a_person_who_reads_spanish_hears_spanish(called: Sample, twilio: Twilio, said: Said) -> None:
    with called.database.write() as connection:
        connection.execute(update(contacts).values(language="es"))
    told = step(twilio, action(step(twilio)), Digits="1")
    assert "Usted tiene una cita el jueves tres de diciembre, a las doce y media de la tarde." in said(told)


def test_a_note_is_heard_again_by_one_and_ends_with_the_number(called: Sample, twilio: Twilio, said: Said) -> None:
    of_kind(called, "visit_note")
    told = step(twilio, action(step(twilio)), Digits="1")
    assert "You need not answer. Your visit is on Thursday, December third" in said(told)
    again = step(twilio, action(told), Digits="1")
    assert said(again) == said(told)
    assert "To hear this again, press 1." in said(again)
    last = step(twilio, action(again))
    assert "To reach us, call" in said(last)
    assert "<Hangup" in last


def test_two_asks_for_a_call_back_where_no_visit_is_set_yet(called: Sample, twilio: Twilio, said: Said) -> None:
    of_kind(called, "follow_up", visit_id=None, fields='{"phone": "+18125550100"}')
    told = step(twilio, action(step(twilio)), Digits="1")
    assert "It is time to set your next visit. | For a call from the clinic, press 2." in said(told)
    thanks = step(twilio, action(told), Digits="2")
    assert "They will call you" in said(thanks)
    assert "<Hangup" in thanks
    with called.database.read() as connection:
        assert connection.execute(select(tasks.c.kind)).scalars().all() == ["call back"]


def test_a_visit_that_was_called_off_is_told_so(called: Sample, twilio: Twilio, said: Said) -> None:
    of_kind(called, "visit_off")
    with called.database.write() as connection:
        connection.execute(update(visits).values(state="cancelled"))
    told = step(twilio, action(step(twilio)), Digits="1")
    assert "Your visit on Thursday, December third, at twelve thirty in the afternoon, will not take place." in said(
        told
    )
    assert "For a call from the clinic, press 2." in said(told)


def test_zero_is_a_person_from_the_first_word(called: Sample, twilio: Twilio) -> None:
    dialling = ElementTree.fromstring(step(twilio, action(step(twilio)), Digits="0")).find("Dial")
    assert dialling is not None
    assert (dialling.findtext("Number") or "").startswith("+1")


def test_who_asked_to_be_spoken_to_slowly_is(called: Sample) -> None:
    phone = called.privacy.phone(phone_of(1))
    with called.database.write() as connection:
        before = spoken(connection, 1, phone)
        connection.execute(update(contacts).values(needs="interpreter,slow"))
        after = spoken(connection, 1, phone)
    assert before
    assert after
    assert (before.pace, after.pace) == (Pace.NORMAL, Pace.SLOW)


@pytest.mark.parametrize("language", list(Language))
def test_nothing_that_a_reminder_call_says_tells_an_illness(library: Library, language: Language) -> None:
    phrases = [p.speech[language] for p in library.phrases.values() if p.id.startswith("reminder.") if p.speech]
    told = [words for words in (*phrases, *every_piece(language).values()) if telling(words)]
    assert len(phrases) > 20
    assert told == []


def of_kind(called: Sample, kind: str, **values: object) -> None:
    """Make the delivery one of another kind of message."""
    with called.database.write() as connection:
        connection.execute(update(templates).values(kind=kind))
        if values:
            connection.execute(update(deliveries).where(deliveries.c.id == 1).values(values))


@pytest.mark.parametrize("why", ["another phone", "stopped", "cancelled", "no such message"])
def test_nobody_else_hears_anything(called: Sample, twilio: Twilio, said: Said, why: str) -> None:
    with called.database.write() as connection:
        if why == "stopped":
            connection.execute(opt_outs.insert().values(phone=called.privacy.phone(phone_of(1)), since=1, how="text"))
        if why == "cancelled":
            connection.execute(update(visits).values(state="cancelled"))
    path = "/twilio/voice/reminder/99" if why == "no such message" else CALL
    document = step(twilio, path, person=2 if why == "another phone" else 1, Digits="1")
    assert "Lakeside" not in said(document)
    assert "<Hangup" in document


def test_the_end_of_the_call_settles_its_delivery(called: Sample, twilio: Twilio, client: FlaskClient) -> None:
    with called.database.write() as connection:
        sid = "CA" + "1" * 32
        connection.execute(update(deliveries).where(deliveries.c.id == 1).values(state="accepted", message_sid=sid))
    form = twilio.form(CallSid=sid, CallStatus="completed", From=SENDERS[0], To=phone_of(1))
    assert twilio.post("/twilio/voice/status/1", form).status_code == 204
    with called.database.read() as connection:
        assert connection.execute(select(deliveries.c.state).where(deliveries.c.id == 1)).scalar_one() == "delivered"
