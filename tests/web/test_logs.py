"""Logs and the database hold no numbers and no words of patients."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from line import Twilio, heard

from service.app import Parts, serve_parts
from service.conversation.state import State, encode
from service.languages import Language
from service.settings import Settings

NUMBER = "+12025558642"
WORDS = "zanzibar canary in my lymph nodes"


def talk(twilio: Twilio) -> None:
    """A talk in which everything is said that nobody shall find again: well-formed, spoiled and refused."""
    for body in (WORDS, f"i want to die {WORDS}", f"stop {WORDS}", f"{WORDS} 103", ""):
        twilio.text(body, From=NUMBER)
    spoken = encode(State(Language.ENGLISH, silences=1))
    twilio.step(f"/step?t=1&s={spoken}", From=NUMBER, SpeechResult=WORDS, Confidence="0.9")
    twilio.step("/step?t=1&s=en-n-441", From=NUMBER, Digits="8")
    twilio.step(f"/step?t=1&s={encode(State(Language.ENGLISH, place='441', texting=True))}", From=NUMBER, Digits="8")
    twilio.step(f"/dialed?t=1&s={spoken}", From=NUMBER, DialCallStatus="busy")
    for path in ("/twilio/sms/status", "/twilio/voice/status"):
        twilio.post(path, twilio.form(From=NUMBER, Body=WORDS, MessageSid="SM1", CallSid="CA1"))
    twilio.post("/twilio/sms", twilio.text_form(WORDS, From=NUMBER), {"X-Twilio-Signature": "x"})
    twilio.text(WORDS, From=NUMBER, To="+12025550000")


def assert_nobody_is_named(text: str) -> None:
    for canary in (NUMBER, NUMBER[1:], NUMBER[2:], "zanzibar", "canary", "lymph"):
        assert canary not in text


def test_logs_name_nobody(twilio: Twilio, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    talk(twilio)
    assert "refused" in caplog.text
    assert_nobody_is_named(caplog.text)


@pytest.mark.parametrize("spool", ["kept", "lost"])
def test_logs_name_nobody_while_the_database_is_down(
    build: Callable[[Settings], Parts], settings: Settings, caplog: pytest.LogCaptureFixture, spool: str
) -> None:
    caplog.set_level(logging.DEBUG)
    down = replace(settings, database_url=f"sqlite:///{settings.var}")
    if spool == "lost":
        (settings.var / "spool").touch()
    talk(Twilio(serve_parts(build(down)).test_client(), down))
    assert ("at all" in caplog.text) is (spool == "lost")
    assert_nobody_is_named(caplog.text)


def test_a_fault_of_our_own_names_nobody_and_still_helps(
    parts: Parts, twilio: Twilio, caplog: pytest.LogCaptureFixture
) -> None:
    broken = serve_parts(replace(parts, world=lambda: 1 / 0))  # type: ignore[arg-type, return-value]
    twilio = Twilio(broken.test_client(), parts.settings)
    caplog.set_level(logging.DEBUG)
    said = twilio.text(WORDS, From=NUMBER).text
    for answer in (said, heard(parts, twilio.step(From=NUMBER).text)):
        assert "988" in answer
        assert "911" in answer
    assert "ZeroDivisionError" in caplog.text
    assert_nobody_is_named(caplog.text)


def test_nothing_on_disk_names_anybody(parts: Parts, twilio: Twilio) -> None:
    talk(twilio)
    parts.database.close()
    stored = b"".join(path.read_bytes() for path in Path(parts.settings.var).rglob("*") if path.is_file())
    assert len(stored) > 1000
    assert_nobody_is_named(stored.decode("latin-1"))
