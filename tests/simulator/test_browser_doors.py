"""The browser phone's own doors: open to this machine alone, and signing for the line's doors alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from stand_in import line
from twilio.request_validator import RequestValidator

from service.content.library import HERE, read
from service.settings import Settings
from service.simulator.browser import blueprint


@pytest.fixture
def browser(stand_in: Flask) -> FlaskClient:
    return stand_in.test_client()


@pytest.mark.parametrize(("lang", "title"), [("en", "Texts"), ("es", "Textos"), ("xx", "Texts")])
def test_the_page_speaks_both_languages(browser: FlaskClient, lang: str, title: str) -> None:
    page = browser.get("/phone", query_string={"lang": lang}).text
    assert f'<h2 id="texts-title">{title}</h2>' in page


def test_the_page_takes_the_language_of_the_browser(browser: FlaskClient) -> None:
    assert '<html lang="es">' in browser.get("/phone", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}).text


def test_the_page_runs_nothing_that_is_not_a_file_of_ours(browser: FlaskClient) -> None:
    answer = browser.get("/phone")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("as_json", [True, False])
def test_a_signature_is_what_twilio_would_make(browser: FlaskClient, tryout: Settings, as_json: bool) -> None:
    params = {"From": "+15555550123", "Body": "¿qué es? ☎"}
    body: dict[str, Any] = (
        {"json": {"path": "/twilio/sms?a=%7E", "params": params}}
        if as_json
        else {"data": {"path": "/twilio/sms?a=%7E", **params}}
    )
    signature = browser.post("/phone/sign", **body).json["signature"]
    validator = RequestValidator(tryout.auth_tokens[0])
    assert validator.validate("http://localhost:8077/twilio/sms?a=%7E", params, signature)


@pytest.mark.parametrize(
    "asked",
    [
        {"path": "/console/", "params": {}},
        {"path": "http://elsewhere.example/twilio/sms", "params": {}},
        {"path": "/twilio/sms#rc=3", "params": {}},
        {"path": "/twilio/\u00e9", "params": {}},
        {"path": "/twilio/sms", "params": {"Body": 1}},
        {"path": "/twilio/sms", "params": {"Body": "\ud83d"}},
        {"path": "/twilio/sms", "params": None},
        {"params": {}},
        [],
    ],
)
def test_nothing_else_is_signed(browser: FlaskClient, asked: object) -> None:
    assert browser.post("/phone/sign", json=asked).status_code == 400


def test_the_inbox_gives_what_is_new(browser: FlaskClient, stand_in: Flask) -> None:
    stand_in.config["inbox"] = [{"id": 1, "body": "old"}, {"id": 2, "body": "new"}]
    answer = browser.get("/phone/inbox", query_string={"number": "+15555550123", "after": "1"})
    assert answer.json == {"messages": [{"id": 2, "body": "new"}]}


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "²", "9" * 30])
def test_the_inbox_refuses_odd_ids(browser: FlaskClient, after: str) -> None:
    assert browser.get("/phone/inbox", query_string={"after": after}).status_code == 400


def test_a_recording_has_its_words(browser: FlaskClient) -> None:
    assert browser.get("/phone/transcript?name=en/more.2.wav").json == {"words": "Take your time."}
    assert browser.get("/phone/transcript?name=en/none.wav").json == {"words": None}


DOORS = ["/phone", "/phone/inbox", "/phone/transcript", "/phone/static/page.js"]
VISITS = {
    "another machine": {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}},
    "a machine behind a tunnel": {"headers": {"X-Forwarded-For": "192.0.2.7"}},
    "a page that points its own name here": {"base_url": "http://rebound.example:8077"},
    "no address": {"environ_overrides": {"REMOTE_ADDR": ""}},
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("visit", VISITS.values(), ids=VISITS)
def test_nobody_else_gets_in(browser: FlaskClient, door: str, visit: dict[str, Any]) -> None:
    assert browser.get(door, **visit).status_code == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_gets_in(browser: FlaskClient, address: str) -> None:
    assert browser.get("/phone", environ_overrides={"REMOTE_ADDR": address}).status_code == 200


@pytest.mark.parametrize("visit", VISITS.values(), ids=VISITS)
def test_others_get_in_where_somebody_asked_for_it(tryout: Settings, tmp_path: Path, visit: dict[str, Any]) -> None:
    app = line(replace(tryout, simulator_open=True), tmp_path)
    assert app.test_client().get("/phone", **visit).status_code == 200


def test_there_is_no_pretend_phone_beside_a_real_account(tryout: Settings) -> None:
    with pytest.raises(ValueError, match="a real account is set"):
        blueprint(replace(tryout, tryout=False), lambda name: None, lambda number, after: [])


def test_every_word_of_the_pretend_phone_stands_in_both_languages_in_text_alone() -> None:
    for name, entry in read(HERE / "phrases" / "simulator.yaml").items():
        assert name.startswith("simulator.")
        assert {language: list(words) for language, words in entry.items()} == {"en": ["text"], "es": ["text"]}
