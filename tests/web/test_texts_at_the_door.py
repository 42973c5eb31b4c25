"""Texts as Twilio posts them: odd ones, long ones, and many copies of one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from clock import Clock
from databases import on_both_databases
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st
from line import PERSON, Twilio
from sqlalchemy import func, select

from service.app import Parts, serve_parts
from service.conversation.state import State, encode
from service.front_desk.words import Words
from service.languages import Language
from service.segments import cut
from service.storage import talks
from service.storage.database import Database
from service.storage.tables import answered, errands, opt_outs

ODD = [
    "",
    " ",
    "\n\n",
    "🙂",
    "👍🏽" * 50,
    "​‍",
    "ｍｅｎｕ",
    "“chemo”",
    "QUIMIO\u0301",
    "\u202emenu",
    "menu\u0000",
    "\ufffe\uffff",
    "a" * 1600,
    "é" * 1600,
    "1" * 64,
    "*#",
    "#",
    "0",
    "<Response><Message>x</Message></Response>",
    "]]>&amp;",
    "{phone} {clinic}",
    "'; DROP TABLE talks; --",
    "%s%n${x}",
    "١٢٣",
    "４４１",
]


def words_of(document: str) -> str:
    """What a document says; fails where Twilio could not read it."""
    assert len(document.encode()) < 64 * 1024
    root = ElementTree.fromstring(document.encode())
    assert root.tag == "Response"
    assert {element.tag for element in root} <= {"Message"}
    return "".join(root.itertext())


@pytest.mark.parametrize("body", ODD, ids=ascii)
def test_every_text_has_a_sensible_answer(twilio: Twilio, body: str) -> None:
    answer = twilio.text(body)
    assert answer.status_code == 200
    assert answer.content_type == "text/xml; charset=utf-8"
    assert 20 < len(words_of(answer.text)) <= 1600


@given(st.text(max_size=200))
@example("\ud800")
def test_any_text_is_answered_in_twiml(twilio: Twilio, body: str) -> None:
    body = body.encode("utf-8", "replace").decode()
    answer = twilio.text(body, From="+12025550177")
    assert answer.status_code == 200
    words_of(answer.text)


@pytest.mark.parametrize("length", [1601, 20_000, 200_000])
def test_a_signed_text_that_is_too_long_is_cut_and_answered(twilio: Twilio, length: int) -> None:
    answer = twilio.text("STOP " + "chemo " * (length // 6))
    assert (answer.status_code, bool(words_of(answer.text))) == (200, True)


def test_what_comes_after_1600_characters_is_not_read(twilio: Twilio) -> None:
    assert "Stopped" not in twilio.text("." * 1600 + "STOP").text


def test_a_picture_without_words_is_told_of_words(twilio: Twilio) -> None:
    assert "no words" in twilio.text("", NumMedia="1", MediaUrl0="https://api.twilio.com/x").text


@pytest.fixture
def patient(parts: Parts, database_url: str) -> Iterator[Parts]:
    """With a database that a busy machine does not make us give up."""
    database = Database(database_url, patience=30)
    yield replace(parts, database=database)
    database.close()


@on_both_databases
@pytest.mark.parametrize("body", ["STOP", "chemo"])
def test_fifty_copies_at_once_are_one_text(patient: Parts, body: str) -> None:
    parts = patient
    app = serve_parts(parts)
    form = Twilio(app.test_client(), parts.settings).text_form(body)

    def send(_: int) -> tuple[int, str]:
        answer = Twilio(app.test_client(), parts.settings).post("/twilio/sms", form)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(50) as threads:
        answers = set(threads.map(send, range(50)))
    assert len(answers) == 1
    assert answers.pop()[0] == 200
    assert len(parts.spool) == 0
    with parts.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(answered)).scalar() == 1
        assert connection.execute(select(func.count()).select_from(opt_outs)).scalar() == (body == "STOP")
        talk = talks.recall(connection, parts.performer.index(PERSON))
    assert (talk.same_count, talk.all_count) == (1, 1)


@on_both_databases
def test_a_copy_days_later_gets_the_same_answer_and_changes_nothing(
    parts: Parts, twilio: Twilio, clock: Clock
) -> None:
    form = twilio.text_form("STOP")
    first = twilio.post("/twilio/sms", form).text
    twilio.text("START")
    clock.pass_time(5 * 86_400)
    assert [twilio.post("/twilio/sms", form).text for _ in range(100)] == [first] * 100
    with parts.database.read() as connection:
        assert not talks.is_stopped(connection, parts.performer.index(PERSON))


@on_both_databases
def test_8_pressed_in_fifty_copies_of_a_step_is_one_text(patient: Parts) -> None:
    parts = patient
    app = serve_parts(parts)
    asked = "/step?t=1&s=" + encode(State(Language.ENGLISH, place="441", texting=True))

    def send(_: int) -> int:
        return Twilio(app.test_client(), parts.settings).step(asked, Digits="8").status_code

    with ThreadPoolExecutor(50) as threads:
        assert set(threads.map(send, range(50))) == {200}
    with parts.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(errands)).scalar() == 1


def test_stop_is_in_force_when_the_webhook_returns(parts: Parts, twilio: Twilio) -> None:
    for body in ("stop", "Please stop texting me", "ALTO", "quítenme de la lista"):
        person = f"+1202555{1000 + len(body)}"
        twilio.text(body, From=person)
        with parts.database.read() as connection:
            assert talks.is_stopped(connection, parts.performer.index(person)), body


@pytest.mark.parametrize("kind", ["STOP", "START", "HELP"])
def test_what_twilio_did_by_itself_is_recorded_and_answered_empty(parts: Parts, twilio: Twilio, kind: str) -> None:
    """Under Advanced Opt-Out a clinic may choose its own words, which only Twilio knows."""
    twilio.text("STOP" if kind == "START" else "menu")
    assert words_of(twilio.text("basta ya" if kind == "STOP" else "xyzzy", OptOutType=kind).text) == ""
    with parts.database.read() as connection:
        assert talks.is_stopped(connection, parts.performer.index(PERSON)) is (kind == "STOP")


def test_a_loop_is_silenced_and_danger_never(twilio: Twilio) -> None:
    said = [words_of(twilio.text("purple elephants").text) for _ in range(8)]
    assert all(said[:4])
    assert said[4:] == [""] * 4
    assert all(words_of(twilio.text("i want to die").text) for _ in range(8))
    assert words_of(twilio.text("STOP").text)


def test_sixty_texts_in_ten_minutes_are_a_loop(twilio: Twilio) -> None:
    said = [bool(words_of(twilio.text(f"chemo {number % 7}").text)) for number in range(62)]
    assert said == [True] * 59 + [False] * 3


def test_menus_are_gsm_7_and_short(words: Words, twilio: Twilio) -> None:
    for code in ("ENGLISH", "ESPANOL"):
        twilio.text(code)
        menu = words_of(twilio.text("MENU").text)
        assert (cut(menu).alphabet, cut(menu).segments) == ("GSM-7", 1)


def test_a_refusal_says_nothing(client: FlaskClient) -> None:
    answer = client.post("/twilio/sms", data={"Body": "menu"})
    assert (answer.status_code, "Urgent" in answer.text) == (403, False)
