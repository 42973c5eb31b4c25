"""Only what Twilio signed, for our account and our numbers, comes in; everything else is 403 and never an error."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from line import PERSON, Twilio
from werkzeug.datastructures import MultiDict

from service.app import Parts, serve_parts
from service.settings import Settings

ROUTES = [
    "/twilio/sms",
    "/twilio/voice",
    "/twilio/voice/step?s=en-n-4------------&t=1",
    "/twilio/voice/dialed?s=en-n-4------------&t=1",
    "/twilio/sms/status",
    "/twilio/voice/status",
]


@pytest.fixture
def form(twilio: Twilio) -> dict[str, Any]:
    return twilio.text_form("menu", CallSid="CA1", MessageStatus="sent", CallStatus="ringing", DialCallStatus="busy")


@pytest.mark.parametrize("path", ROUTES)
def test_a_signed_request_comes_in(twilio: Twilio, form: dict[str, Any], path: str) -> None:
    assert twilio.post(path, form).status_code in (200, 204)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "A" * 27 + "="},
        {"X-Twilio-Signature": "x" * 10_240},
        {"X-Twilio-Signature": "ñandú"},
        {"X-Twilio-Signature": "\u0661" * 27 + "="},
    ],
    ids=["missing", "empty", "wrong", "10 kB", "not ASCII", "digits of another script"],
)
def test_no_signature_no_entry(twilio: Twilio, form: dict[str, Any], path: str, headers: dict[str, str]) -> None:
    encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    assert twilio.post(path, form, encoded).status_code == 403


@pytest.mark.parametrize(
    "query",
    ["a=%7Eb", "a=%5B1%5D", "a=%C3%A9", "a=b+c", "a=%2B", "a", "a=", "=", "a=1&a=2", "%41=1", "a=b%26c", "?"],
)
def test_the_raw_query_is_what_was_signed(twilio: Twilio, form: dict[str, Any], query: str) -> None:
    assert twilio.post(f"/twilio/sms?{query}", form).status_code == 200
    assert (
        twilio.post(f"/twilio/sms?{query}x", form, {"X-Twilio-Signature": signed(twilio, query, form)}).status_code
        == 403
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "]"},
        {"Host": "h:99999"},
        {"Host": "[::1"},
        {"Host": ""},
        {"Host": "localhost:8000"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"},
        {"X-Forwarded-Prefix": "/elsewhere"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-URL": "/healthz"},
    ],
    ids=str,
)
def test_forged_hosts_change_nothing(twilio: Twilio, form: dict[str, Any], headers: dict[str, str]) -> None:
    signature = signed(twilio, "", form)
    headers = dict(headers)
    host = {"environ_overrides": {"HTTP_HOST": headers.pop("Host")}} if "Host" in headers else {}
    good = twilio.post("/twilio/sms", form, {"X-Twilio-Signature": signature, **headers}, **host)
    bad = twilio.post("/twilio/sms", form, {"X-Twilio-Signature": "A" * 27 + "=", **headers}, **host)
    assert (good.status_code, bad.status_code) == (200, 403)
    theirs = {"X-Twilio-Signature": twilio.sign("http://evil.example/twilio/sms", form)}
    assert twilio.post("/twilio/sms", form, {**theirs, **headers}, **host).status_code == 403


@pytest.mark.parametrize("ours", ["https://line.example", "https://line.example:443", "https://line.example:8443"])
@pytest.mark.parametrize("signed_port", ["", ":443", ":8443", ":80"])
def test_the_default_port_may_be_signed_or_left_out_and_no_other(
    build: Callable[[Settings], Parts], settings: Settings, ours: str, signed_port: str
) -> None:
    client = serve_parts(build(replace(settings, public_url=ours))).test_client()
    twilio = Twilio(client, settings)
    form = twilio.text_form("menu")
    signature = twilio.sign(f"https://line.example{signed_port}/twilio/sms", form)
    fits = (ours.rpartition("e")[2] or ":443") == (signed_port or ":443")
    answer = twilio.post("/twilio/sms", form, {"X-Twilio-Signature": signature})
    assert answer.status_code == (200 if fits else 403)


@pytest.mark.parametrize("signed_port", ["", ":80", ":443"])
def test_http_has_port_80(build: Callable[[Settings], Parts], settings: Settings, signed_port: str) -> None:
    client = serve_parts(build(replace(settings, public_url="http://line.example"))).test_client()
    twilio = Twilio(client, settings)
    form = twilio.text_form("menu")
    signature = twilio.sign(f"http://line.example{signed_port}/twilio/sms", form)
    answer = twilio.post("/twilio/sms", form, {"X-Twilio-Signature": signature})
    assert answer.status_code == (403 if signed_port == ":443" else 200)


def test_a_base_with_a_path_is_signed_with_it(build: Callable[[Settings], Parts], settings: Settings) -> None:
    client = serve_parts(build(replace(settings, public_url="https://line.example/clearline"))).test_client()
    twilio = Twilio(client, settings)
    form = twilio.text_form("menu")
    signature = twilio.sign("https://line.example/clearline/twilio/sms", form)
    assert twilio.post("/twilio/sms", form, {"X-Twilio-Signature": signature}).status_code == 200


def test_one_byte_more_or_less_is_refused(twilio: Twilio, form: dict[str, Any]) -> None:
    signature = {"X-Twilio-Signature": signed(twilio, "", form)}
    for spoiled in (
        {**form, "Body": "menu "},
        {**form, "Extra": ""},
        {**form, "From": "+12025550124"},
        {name: value for name, value in form.items() if name != "NumMedia"},
    ):
        assert twilio.post("/twilio/sms", spoiled, signature).status_code == 403
    assert twilio.post("/twilio/sms/", form, signature).status_code in (403, 404)
    assert twilio.post("/twilio/sms?x", form, signature).status_code == 403


@pytest.mark.parametrize(
    "resplit",
    [
        {"BodyS": "TOP"},
        {"BodySTOP": ""},
        {"Bod": "ySTOP"},
        {"Body": "STOPFrom" + PERSON, "From": None},
    ],
    ids=str,
)
def test_parameters_split_another_way_are_refused(twilio: Twilio, resplit: dict[str, str | None]) -> None:
    """{AB: C} and {A: BC} sign alike, so what we need must be there under its own name."""
    form = {name: value for name, value in twilio.text_form("STOP").items() if name != "NumMedia"}
    signature = {"X-Twilio-Signature": signed(twilio, "", form)}
    spoiled = {**form, **resplit}
    if "Body" not in resplit:
        del spoiled["Body"]
    spoiled = {name: value for name, value in spoiled.items() if value is not None}
    assert signed(twilio, "", spoiled) == signature["X-Twilio-Signature"]
    assert twilio.post("/twilio/sms", spoiled, signature).status_code == 403


@pytest.mark.parametrize("name", ["From", "To", "Body", "MessageSid", "AccountSid"])
def test_a_name_that_comes_twice_is_refused(twilio: Twilio, name: str) -> None:
    form = MultiDict(twilio.text_form("menu"))
    form.add(name, form[name])
    assert twilio.post("/twilio/sms", form).status_code == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"AccountSid": "AC" + "9" * 32},
        {"AccountSid": ""},
        {"To": "+15"},
        {"To": "+12025550999"},
        {"To": ""},
        {"To": "whatsapp:+15555550100"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/voice"])
def test_another_account_or_number_is_refused(twilio: Twilio, path: str, fields: dict[str, str]) -> None:
    assert twilio.post(path, twilio.text_form("menu", CallSid="CA1", **fields)).status_code == 403


@pytest.mark.parametrize("missing", ["AccountSid", "From", "To", "MessageSid", "Body"])
def test_a_text_with_a_name_missing_is_refused(twilio: Twilio, missing: str) -> None:
    form = twilio.text_form("menu")
    del form[missing]
    assert twilio.post("/twilio/sms", form).status_code == 403


@pytest.mark.parametrize("missing", ["AccountSid", "From", "To", "CallSid"])
def test_a_call_with_a_name_missing_is_refused(twilio: Twilio, missing: str) -> None:
    form = twilio.form(CallSid="CA1")
    del form[missing]
    assert twilio.post("/twilio/voice", form).status_code == 403


def test_names_that_we_do_not_know_are_signed_and_then_ignored(twilio: Twilio) -> None:
    assert twilio.text("menu", Ñandú="\u200d", NumMedia="10", MediaUrl0="x" * 2000).status_code == 200


def test_two_tokens_are_good_while_one_replaces_the_other(
    build: Callable[[Settings], Parts], settings: Settings
) -> None:
    both = serve_parts(build(replace(settings, auth_tokens=("old", "new")))).test_client()
    after = serve_parts(build(replace(settings, auth_tokens=("new",)))).test_client()

    def send(client: FlaskClient, token: str) -> int:
        twilio = Twilio(client, replace(settings, auth_tokens=(token,)))
        return twilio.text("menu").status_code

    assert [send(both, token) for token in ("old", "new", "other")] == [200, 200, 403]
    assert [send(after, token) for token in ("old", "new")] == [403, 200]


@pytest.mark.parametrize("body", [b"{}", b'{"From": "+1"}', "é".encode(), b""])
def test_a_json_body_is_signed_by_its_hash(twilio: Twilio, body: bytes) -> None:
    """It then holds none of the names that we need, so it still does not come in, but it is no error."""
    path = "/twilio/sms?bodySHA256=" + hashlib.sha256(body).hexdigest()
    for spoiled in (body, body + b" ", b"x" + body):
        headers = {"X-Twilio-Signature": twilio.sign(twilio.settings.public_url + path, {})}
        answer = twilio.client.post(path, data=spoiled, headers=headers, content_type="application/json")
        assert answer.status_code == 403


def test_a_form_sent_as_json_forges_nothing(twilio: Twilio) -> None:
    form = twilio.text_form("menu")
    headers = {"X-Twilio-Signature": twilio.sign(twilio.settings.public_url + "/twilio/sms", {})}
    answer = twilio.client.post(
        "/twilio/sms", data=json.dumps(form), headers=headers, content_type="application/json"
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data; boundary=x", "multipart/form-data", "x"]
)
def test_other_kinds_of_body_are_refused(twilio: Twilio, content_type: str) -> None:
    headers = {"X-Twilio-Signature": twilio.sign(twilio.settings.public_url + "/twilio/sms", {})}
    answer = twilio.client.post("/twilio/sms", data=b"--x\r\n\r\n\xff", headers=headers, content_type=content_type)
    assert answer.status_code == 403


@pytest.mark.parametrize("path", [*ROUTES, "/twilio/voice/step", "/twilio/sms/status/7"])
def test_the_doors_take_nothing_but_post(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 405


def test_bytes_that_are_no_utf_8_are_refused(twilio: Twilio) -> None:
    body = b"Body=%FF&From=%2B12025550123"
    answer = twilio.client.post(
        "/twilio/sms",
        data=body,
        headers={"X-Twilio-Signature": "A" * 27 + "="},
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 403


def test_surrounding_space_is_signed_as_it_came_and_read_without(twilio: Twilio) -> None:
    assert "Stopped" in twilio.text("  STOP \n").text


def signed(twilio: Twilio, query: str, form: dict[str, Any]) -> str:
    return twilio.sign(f"{twilio.settings.public_url}/twilio/sms{'?' + query if query else ''}", form)
