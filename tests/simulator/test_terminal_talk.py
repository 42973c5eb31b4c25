"""The terminal phone reads well line by line."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from stand_in import line, mu_law_tone
from werkzeug.serving import make_server

from service.cli.phone import command
from service.languages import Language
from service.settings import from_environment
from service.simulator.phone import Phone
from service.simulator.running import wav_seconds
from service.simulator.strings import strings
from service.simulator.terminal import Terminal

MENU = "For treatments, press 4. For a person, press 0."


def typed(stand_in: Flask, handset: Phone, *lines: str, language: Language = Language.ENGLISH) -> list[str]:
    shown: list[str] = []
    inbox = stand_in.config["inbox"]
    phone = replace(handset, seconds=lambda url: 1.5)
    Terminal(
        phone, strings(language), shown.append, lambda number, after: [m for m in inbox if m["id"] > after]
    ).talk(lines)
    return shown[1:]


def test_a_line_is_a_text(stand_in: Flask, handset: Phone) -> None:
    assert typed(stand_in, handset, "chemo\n") == [
        "The line:\nEmergency? Call 911\n1 Urgent help\nYou wrote 5 characters"
    ]


def test_no_answer_is_said(stand_in: Flask, handset: Phone) -> None:
    assert typed(stand_in, handset, "quiet") == ["The line took the text and sent no answer."]


def test_a_call_shows_words_and_seconds(stand_in: Flask, handset: Phone) -> None:
    shown = typed(stand_in, handset, "/call", "4", "/hangup")
    assert shown == [
        "The call is on.",
        MENU,
        "(2 seconds)",
        "La quimio mata las células que crecen rápido.",
        "(2 seconds)",
        "The call has ended.",
    ]


def test_a_full_stop_is_silence(stand_in: Flask, handset: Phone) -> None:
    assert "Take your time." in typed(stand_in, handset, "/call", ".")


def test_a_busy_person_brings_the_caller_back(stand_in: Flask, handset: Phone) -> None:
    shown = typed(stand_in, handset, "/call", "0", "1", "busy")
    assert "The line calls +15555550199 for you. Type busy, answered, or a full stop: nobody answers." in shown
    assert shown[-4:] == ["It was busy", "(No recording: a computer voice says this)", MENU, "(2 seconds)"]


def test_spoken_words_are_typed(stand_in: Flask, handset: Phone) -> None:
    assert "I heard chemo" in typed(stand_in, handset, "/call", "7", "say chemo")


def test_a_text_after_the_call_is_a_text_again(stand_in: Flask, handset: Phone) -> None:
    assert typed(stand_in, handset, "/call", "/hangup", "quiet")[-1].startswith("The line took the text")


def test_texts_that_the_line_sends_by_itself_are_shown_once(stand_in: Flask, handset: Phone) -> None:
    shown = typed(stand_in, handset, "call", "/inbox")
    assert shown[1:] == ["The line, by itself:\nA text by itself", "No new texts from the line."]


def test_an_error_is_a_sentence_and_the_talk_goes_on(stand_in: Flask, handset: Phone) -> None:
    shown = typed(stand_in, handset, "/call", "9", "abc", "/quit", "never")
    assert "The line went through 50 pages without waiting for the caller." in shown
    assert not any("never" in words for words in shown)


def test_its_own_words_are_spanish_where_asked(stand_in: Flask, handset: Phone) -> None:
    assert typed(stand_in, handset, "quiet", language=Language.SPANISH)[0].startswith("La línea recibió")


def test_the_length_of_a_recording_is_read_from_its_first_bytes() -> None:
    assert wav_seconds(mu_law_tone(2.5)[:200]) == 2.5


@pytest.mark.parametrize(
    "head", [b"", b"RIFF", b"not sound at all", b"RIFF\0\0\0\0WAVEdata\0\0\0\0", b"RIFF" + b"\0" * 196]
)
def test_what_is_no_recording_has_no_length(head: bytes) -> None:
    assert wav_seconds(head) is None


@pytest.fixture
def running(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The stand-in on a free port, and the environment in which `clearline phone` finds it."""
    placeholder = make_server("127.0.0.1", 0, lambda environ, start: [])
    port = placeholder.server_port
    placeholder.server_close()
    env = {"PORT": str(port), "CLEARLINE_VAR": str(tmp_path / "var")}
    server = make_server("127.0.0.1", port, line(from_environment(env), tmp_path), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield env
    server.shutdown()
    thread.join()


def test_one_text_over_http(running: dict[str, str]) -> None:
    result = CliRunner().invoke(command, ["text", "chemo"], env={**running, "TWILIO_ACCOUNT_SID": ""})
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "The line:")


def test_one_call_over_http(running: dict[str, str]) -> None:
    result = CliRunner().invoke(command, ["call", "4", "441"], env={**running, "TWILIO_ACCOUNT_SID": ""})
    assert result.output.splitlines()[:3] == ["The call is on.", MENU, "(2 seconds)"]
    assert result.output.splitlines()[-1] == "The call has ended."


def test_a_real_account_turns_the_pretend_phone_off(tmp_path: Path) -> None:
    env = {
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "t",
        "TWILIO_FROM": "+12025550134",
        "PUBLIC_URL": "https://line.example.org",
        "SECRET_KEY": "s" * 40,
        "DATA_KEYS": "k1:" + "0" * 64,
        "CLEARLINE_VAR": str(tmp_path),
    }
    result = CliRunner().invoke(command, ["text", "chemo"], env=env)
    assert result.exit_code == 1
    assert "the pretend phone is off" in result.output


def test_a_service_that_is_not_running_is_one_sentence(tmp_path: Path) -> None:
    env = {"PORT": "9", "CLEARLINE_VAR": str(tmp_path), "TWILIO_ACCOUNT_SID": ""}
    result = CliRunner().invoke(command, ["text", "chemo"], env=env)
    assert result.exit_code == 1
    assert "The service is not running at http://127.0.0.1:9. Start it with scripts/serve" in result.output
