"""What Twilio answers, and what that means for trying again."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from twilio_stand_in import GOOD, SID, Answering, StandIn, running

from service.gateway.base import NotSent, OutboundText, Rejected, Unknown
from service.gateway.twilio import PooledClient, Twilio
from service.settings import Settings

TEXT = OutboundText("+12025550123", "+12025550134", "Chemo is strong medicine. é", "https://x/status/7", 3600)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with running() as server:
        yield server


@pytest.fixture
def account(settings: Settings) -> Settings:
    return replace(settings, account_sid="AC" + "1" * 32, api_key="SK1", api_secret="secret", auth_tokens=("a", "b"))


@pytest.fixture
def gateway(stand_in: StandIn, account: Settings) -> Twilio:
    return Twilio(account, PooledClient(stand_in.url, timeout=(0.5, 0.5)))


def test_a_text_is_handed_over_with_all_that_belongs_to_it(gateway: Twilio, stand_in: StandIn) -> None:
    assert gateway.send(TEXT) == SID
    ((path, form, headers),) = stand_in.came
    assert path == "/2010-04-01/Accounts/AC" + "1" * 32 + "/Messages.json"
    assert form == {
        "To": TEXT.to,
        "From": TEXT.sender,
        "Body": TEXT.body,
        "StatusCallback": TEXT.callback,
        "ValidityPeriod": "3600",
    }
    assert headers["Authorization"].startswith("Basic ")


def test_a_messaging_service_takes_the_place_of_a_sender(stand_in: StandIn, account: Settings) -> None:
    service = replace(account, messaging_service_sid="MG" + "1" * 32)
    Twilio(service, PooledClient(stand_in.url)).send(TEXT)
    ((_, form, _),) = stand_in.came
    assert form["MessagingServiceSid"] == service.messaging_service_sid
    assert "From" not in form


def answer(status: int, body: Any = "", **headers: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return lambda request: request.answer(status, text, **headers)


def half(request: Answering) -> None:
    request.send_response(201)
    request.send_header("Content-Length", "500")
    request.end_headers()
    request.wfile.write(GOOD[:20].encode())


def hang(request: Answering) -> None:
    time.sleep(1)


PROBLEM = {"type": "https://x/21211", "title": "Invalid To", "status": 400, "code": 21211}


@pytest.mark.parametrize(
    ("door", "raised"),
    [
        (answer(400, {"code": 21211, "message": "Invalid", "status": 400}), Rejected),
        (answer(400, {"code": 21610, "message": "Opted out", "status": 400}), Rejected),
        (answer(401, {"code": 20003, "message": "Authenticate", "status": 401}), Rejected),
        (answer(404, ""), Rejected),
        (answer(400, PROBLEM, Content_Type="application/problem+json"), Rejected),
        (answer(400, "<html>no</html>"), Rejected),
        (answer(429, {"code": 20429, "message": "Too many", "status": 429}), NotSent),
        (answer(429, {**PROBLEM, "status": 429, "code": 20429}), NotSent),
        (answer(500, {"code": 20500, "message": "Oops", "status": 500}), Unknown),
        (answer(500, {**PROBLEM, "status": 500, "code": 20500}), Unknown),
        (answer(503, "<html>busy</html>"), Unknown),
        (answer(201, "<html>accepted?</html>"), Unknown),
        (answer(201, ""), Unknown),
        (answer(201, GOOD[:20]), Unknown),
        (answer(201, {}), Unknown),
        (answer(201, {"sid": "SM1"}), Unknown),
        (answer(201, []), Unknown),
        (Answering.reset, Unknown),
        (half, Unknown),
        (hang, Unknown),
    ],
    ids=[
        *("invalid", "opted out", "bad key", "not found", "problem", "HTML 400", "429", "429 problem", "500"),
        *("500 problem", "HTML 503", "HTML 201", "empty 201", "cut 201", "no sid", "short sid", "list"),
        *("reset", "half an answer", "hangs"),
    ],
)
def test_each_answer_says_whether_to_try_again(
    gateway: Twilio, stand_in: StandIn, door: Any, raised: type[Exception]
) -> None:
    stand_in.door = door
    with pytest.raises(raised):
        gateway.send(TEXT)
    assert len(stand_in.came) == 1


@pytest.mark.parametrize("code", [21211, 21408, 21610, 21614, 30007, 99999])
def test_a_refusal_keeps_its_code(gateway: Twilio, stand_in: StandIn, code: int) -> None:
    stand_in.door = answer(400, {"code": code, "message": f"to {TEXT.to}", "status": 400})
    with pytest.raises(Rejected) as refused:
        gateway.send(TEXT)
    assert refused.value.code == code
    assert TEXT.to not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("", None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("inf", None),
        ("-3", None),
        ("nan", None),
    ],
)
def test_retry_after_is_kept(gateway: Twilio, stand_in: StandIn, said: str, seconds: float | None) -> None:
    stand_in.door = answer(429, "{}", Retry_After=said)
    with pytest.raises(NotSent) as put_off:
        gateway.send(TEXT)
    assert put_off.value.retry_after == seconds


def test_a_host_that_is_not_there_was_sent_nothing(account: Settings) -> None:
    with pytest.raises(NotSent):
        Twilio(account, PooledClient("http://127.0.0.1:9", timeout=(0.5, 0.5))).send(TEXT)


def test_a_name_that_nobody_knows_was_sent_nothing(account: Settings) -> None:
    with pytest.raises(NotSent):
        Twilio(account, PooledClient("http://nowhere.invalid", timeout=(0.5, 0.5))).send(TEXT)


def test_a_door_that_speaks_no_tls_was_sent_nothing(account: Settings, stand_in: StandIn) -> None:
    with pytest.raises(NotSent):
        Twilio(account, PooledClient(stand_in.url.replace("http:", "https:"), timeout=(0.5, 0.5))).send(TEXT)
    assert stand_in.came == []


def test_a_redirect_is_not_followed(gateway: Twilio, stand_in: StandIn) -> None:
    stand_in.door = answer(307, "", Location=stand_in.url + "/elsewhere")
    with pytest.raises((Rejected, Unknown)):
        gateway.send(TEXT)
    assert len(stand_in.came) == 1


def test_nothing_of_a_text_is_logged(gateway: Twilio, stand_in: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("twilio.http_client").setLevel(logging.WARNING)
    gateway.send(TEXT)
    stand_in.door = answer(500, "")
    with pytest.raises(Unknown):
        gateway.send(TEXT)
    assert "2025550123" not in caplog.text
    assert "strong medicine" not in caplog.text
