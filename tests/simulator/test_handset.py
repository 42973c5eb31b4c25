"""The pretend phone signs, posts and hears as Twilio does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.simulator.call import Call
from service.simulator.phone import Phone, PhoneError
from service.simulator.twiml import document

MENU = "For treatments, press 4. For a person, press 0."


def heard(call: Call) -> list[str]:
    return [item.words for item in call.heard]


def test_a_text_brings_back_the_texts(handset: Phone) -> None:
    assert handset.text("chemo") == ["Emergency? Call 911\n1 Urgent help\nYou wrote 5 characters"]


def test_no_text_may_come_back(handset: Phone) -> None:
    assert handset.text("quiet") == []


def test_a_text_carries_the_form_that_twilio_sends(handset: Phone, stand_in: Flask) -> None:
    handset.text("a" * 161, MessageSid="SM" + "1" * 32)
    form = stand_in.config["forms"][-1]
    assert form["MessageSid"] == "SM" + "1" * 32
    assert (form["From"], form["To"]) == ("+15555550123", "+15555550100")
    assert (form["NumSegments"], form["NumMedia"], form["FromCountry"]) == ("2", "0", "US")


def test_another_number_is_another_person(handset: Phone, stand_in: Flask) -> None:
    handset.as_number("+15555550177").text("hola")
    assert stand_in.config["forms"][-1]["From"] == "+15555550177"


def test_a_wrong_token_is_refused_in_plain_words(handset: Phone) -> None:
    with pytest.raises(PhoneError, match="/twilio/sms answered 403: the signature or a number was refused"):
        replace(handset, auth_token="stolen").text("chemo")


def test_a_call_plays_the_menu_and_waits(handset: Phone) -> None:
    call = handset.call()
    assert heard(call) == [MENU]
    assert call.heard[0].url == "http://localhost:8077/audio/en/welcome.1.wav"
    assert not call.ended


def test_a_key_leads_on(handset: Phone) -> None:
    assert [item.words for item in handset.call().press("4")] == ["La quimio mata las células que crecen rápido."]


def test_a_code_keyed_fast_cuts_the_prompts_between(handset: Phone) -> None:
    call = handset.call()
    call.press("4441")
    assert heard(call) == [MENU, "Chemo is strong medicine.", "Goodbye."]


def test_fewer_keys_than_asked_for_are_taken_after_the_pause(handset: Phone, stand_in: Flask) -> None:
    call = handset.call()
    call.press("4")
    call.press("12")
    assert stand_in.config["forms"][-1]["Digits"] == "12"


def test_the_finishing_key_ends_the_keys_and_is_not_one_of_them(handset: Phone, stand_in: Flask) -> None:
    call = handset.call()
    call.press("4")
    call.press("1#")
    assert stand_in.config["forms"][-1]["Digits"] == "1"


def test_silence_falls_through_gathers_until_one_is_told(handset: Phone, stand_in: Flask) -> None:
    call = handset.call()
    assert [item.words for item in call.wait()] == ["Take your time."]
    assert stand_in.config["forms"][-1]["Digits"] == ""


def test_silence_at_a_gather_that_wants_none_goes_to_the_next_verb(handset: Phone) -> None:
    call = handset.call()
    call.wait()
    assert [item.words for item in call.wait()] == ["Goodbye."]
    assert call.ended


def test_nothing_after_a_hangup_is_heard_and_the_line_is_told(handset: Phone, stand_in: Flask) -> None:
    call = handset.call()
    call.press("4441")
    assert call.ended
    assert "Never heard." not in call.words
    assert stand_in.config["hung_up"] == [call.sid]


def test_hanging_up_tells_the_line_once(handset: Phone, stand_in: Flask) -> None:
    call = handset.call()
    call.hang_up()
    call.hang_up()
    assert stand_in.config["hung_up"] == [call.sid]
    with pytest.raises(PhoneError, match="The call has ended"):
        call.press("1")


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "completed", "failed"])
def test_a_person_who_does_not_answer_brings_the_caller_back(handset: Phone, outcome: str) -> None:
    call = handset.call()
    call.press("0")
    assert call.calling == "+15555550199"
    assert [item.words for item in call.dialled(outcome)] == [f"It was {outcome}", MENU]


def test_no_key_is_heard_while_somebody_is_dialled(handset: Phone) -> None:
    call = handset.call()
    call.press("0")
    with pytest.raises(PhoneError, match=r"is ringing at \+15555550199"):
        call.press("1")


def test_spoken_words_reach_a_line_that_listens(handset: Phone) -> None:
    call = handset.call()
    call.press("7")
    assert call.listens_for_speech
    assert [item.words for item in call.say("chemo")] == ["I heard chemo"]


def test_spoken_words_are_silence_to_a_line_that_takes_keys_only(handset: Phone) -> None:
    assert [item.words for item in handset.call().say("chemo")] == ["Take your time."]


def test_a_circle_is_noticed(handset: Phone) -> None:
    with pytest.raises(PhoneError, match="50 pages without waiting"):
        handset.call().press("9")


def test_only_keys_of_a_phone_can_be_pressed(handset: Phone) -> None:
    with pytest.raises(PhoneError, match="'A' is something else"):
        handset.call().press("A")


def answering(body: str = "<Response/>", status: int = 200, kind: str = "text/xml") -> object:
    def post(url: str, form: object, headers: object) -> TestResponse:
        return TestResponse([body.encode()], str(status), {"Content-Type": kind}, request=None)  # type: ignore[arg-type]

    return post


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answering("<Response><Message>hi</Response>"), "cannot be read"),
        (answering("<html/>"), "begins with <html>"),
        (answering("<!DOCTYPE x [<!ENTITY a 'b'>]><Response/>"), "document type"),
        (answering("<Response><Message></Message></Response>"), "0 characters"),
        (answering(f"<Response><Message>{'a' * 1601}</Message></Response>"), "1601 characters"),
        (answering("<Response><Shout>hi</Shout></Response>"), "<Shout>"),
        (answering(status=500), "answered 500: a real caller would hear"),
        (answering(status=302), "answered 302"),
        (answering(kind="text/html"), "Twilio wants text/xml"),
        (answering(f"<Response><!--{'a' * 65536}--></Response>"), "Twilio takes 65536"),
    ],
)
def test_what_twilio_would_refuse_is_refused(handset: Phone, answer: object, reason: str) -> None:
    with pytest.raises(PhoneError, match=reason):
        replace(handset, post=answer).text("chemo")  # type: ignore[arg-type]


def test_a_message_may_stand_in_a_body() -> None:
    (verb,) = document(b"<Response><Message><Body>hi</Body></Message></Response>")
    assert verb.findtext("Body") == "hi"


def test_the_line_cannot_send_a_caller_to_another_server(handset: Phone) -> None:
    away = answering("<Response><Redirect>https://example.org/x</Redirect></Response>")
    with pytest.raises(PhoneError, match="which is not the service"):
        replace(handset, post=away).call()  # type: ignore[arg-type]
