"""How a test reaches the line: with a phone, or by posting what Twilio would post."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any
from xml.etree import ElementTree

from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from service.app import Parts
from service.settings import Settings
from service.simulator.phone import Phone, through

PERSON = "+12025550123"
SIDS = count(1)


def phone_to(app: Flask, parts: Parts, number: str = "+15555550123") -> Phone:
    """A phone with `number` that reaches `app`."""
    settings = parts.settings
    return Phone(
        base_url=settings.public_url,
        auth_token=settings.auth_tokens[0],
        account_sid=settings.account_sid,
        number=number,
        line=settings.line_from,
        post=through(app.test_client()),
        transcript=lambda url: parts.recordings.words(url.partition("/audio/")[2]),
    )


def heard(parts: Parts, document: str) -> str:
    """What a caller hears of a document of TwiML: words that are said, and those of recordings."""
    root = ElementTree.fromstring(document.encode())
    said = []
    for verb in root.iter():
        if verb.tag == "Say":
            said.append(verb.text or "")
        if verb.tag == "Play":
            said.append(parts.recordings.words((verb.text or "").partition("/audio/")[2]) or "")
    return " ".join(said)


@dataclass(frozen=True)
class Twilio:
    """Posts what Twilio posts, signed, and gives the bare response, so that a test may spoil any part of it."""

    client: FlaskClient
    settings: Settings

    def sign(self, url: str, form: Any) -> str:
        """The signature for a form posted to `url`."""
        signature: str = RequestValidator(self.settings.auth_tokens[0]).compute_signature(url, form)
        return signature

    def form(self, **fields: Any) -> dict[str, Any]:
        """Who and where, as every webhook names them, with `fields`."""
        return {"AccountSid": self.settings.account_sid, "From": PERSON, "To": self.settings.line_from, **fields}

    def text_form(self, body: str, **fields: Any) -> dict[str, Any]:
        """The form of one text, with a sid of its own."""
        return self.form(**{"MessageSid": f"SM{next(SIDS):032x}", "Body": body, "NumMedia": "0", **fields})

    def post(self, path: str, form: Any, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        """Post `form` to `path` (query included), signed over PUBLIC_URL unless `headers` bring a signature."""
        signature = {"X-Twilio-Signature": self.sign(self.settings.public_url + path, form)}
        return self.client.post(path, data=form, headers=signature if headers is None else headers, **more)

    def text(self, body: str, **fields: Any) -> TestResponse:
        """One text."""
        return self.post("/twilio/sms", self.text_form(body, **fields))

    def step(self, path: str = "", **fields: Any) -> TestResponse:
        """One step of a call; `path` begins after /twilio/voice."""
        return self.post("/twilio/voice" + path, self.form(**{"CallSid": "CA" + "0" * 32, **fields}))
