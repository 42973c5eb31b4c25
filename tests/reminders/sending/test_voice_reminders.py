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
from service.settings import Settings, from_environment
from service.storage.reminder_tables import contacts, deliveries, tasks, visits
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
