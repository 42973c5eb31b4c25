"""A telephone without a phone company: it signs, posts and hears exactly as Twilio does.

This file, `call.py` and `twiml.py` import nothing else of ours, so they know only what a phone company would know."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import requests
from twilio.request_validator import RequestValidator

from service.simulator.call import Call
from service.simulator.twiml import PhoneError, document, message

__all__ = ["Answer", "Phone", "PhoneError", "Post", "over_http", "through"]

ANSWER_SECONDS = 15  # Twilio gives up then (error 11205)
REASONS = {403: "the signature or a number was refused", 404: "there is no such page"}


class Answer(Protocol):
    """What a transport gives back: `requests.Response` and Flask's test responses both fit."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Any: ...


# A transport takes address, form and headers.
Post = Callable[[str, Mapping[str, str], Mapping[str, str]], Answer]


def over_http(base_url: str = "", reach: str = "") -> Post:
    """A transport over HTTP. Where the address that is signed (`base_url`) is not the one where the service listens,
    `reach` is the latter, such as http://127.0.0.1:8000."""
    line = requests.Session()
    line.trust_env = False  # a proxy named in the environment must not see what is typed here

    def post(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        there = reach + url.removeprefix(base_url) if reach else url
        try:
            return line.post(there, data=form, headers=headers, timeout=ANSWER_SECONDS, allow_redirects=False)
        except requests.ConnectionError as error:
            raise PhoneError(f"Nothing answers at {reach or url}. Is the service running?") from error
        except requests.Timeout as error:
            raise PhoneError(f"No answer within {ANSWER_SECONDS} seconds; Twilio would have given up.") from error

    return post


def through(client: Any) -> Post:
    """A transport through Flask's test client: the whole service in one process, no sockets."""
    return lambda url, form, headers: client.post(url, data=form, headers=headers)


@dataclass(frozen=True)
class Phone:
    """One person's phone (`number`) and the line it reaches (`line`), both in E.164 form.

    `base_url` is the address that Twilio would sign, the service's PUBLIC_URL. `transcript(url)` gives the words of a
    recording and `seconds(url)` its length, each None where it is not known."""

    base_url: str
    auth_token: str
    account_sid: str
    number: str
    line: str
    post: Post = field(default_factory=over_http)
    transcript: Callable[[str], str | None] = lambda url: None
    seconds: Callable[[str], float | None] = lambda url: None

    def as_number(self, number: str) -> Phone:
        """The same line reached from another person's phone."""
        return replace(self, number=number)

    def text(self, body: str, **extra: str) -> list[str]:
        """Send a text and get the texts that come back. `extra` replaces or adds fields of Twilio's form, such as
        MessageSid to send the very same message again. Raises PhoneError."""
        sid = "SM" + secrets.token_hex(16)
        form = {
            **self.parties(),
            "MessageSid": sid,
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "Body": body,
            "NumMedia": "0",
            "NumSegments": str(-(-len(body) // 153)) if len(body) > 160 else "1",
            **extra,
        }
        return [message(verb) for verb in self.hear(self.base_url + "/twilio/sms", form)]

    def call(self) -> Call:
        """Ring the line and listen until it waits for the caller. Raises PhoneError."""
        return Call(self)

    def hear(self, url: str, form: Mapping[str, str]) -> list[Element]:
        """Post a signed form and give the verbs of the TwiML that comes back. Raises PhoneError."""
        answer = self.tell(url, form)
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in ("text/xml", "application/xml"):
            raise PhoneError(f"{urlsplit(url).path} answered with {kind or 'no type'}; Twilio wants text/xml.")
        return document(_body(answer))

    def tell(self, url: str, form: Mapping[str, str]) -> Answer:
        """Post a signed form, as a status callback does, and take any answer that is not an error."""
        if not url.startswith(self.base_url + "/"):
            raise PhoneError(f"The line sent us to {url}, which is not the service.")
        signature = RequestValidator(self.auth_token).compute_signature(url, dict(form))
        headers = {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1", "Accept": "*/*"}
        answer = self.post(url, form, headers)
        if answer.status_code not in (200, 204):
            reason = REASONS.get(answer.status_code, "a real caller would hear that an error has occurred")
            raise PhoneError(f"{urlsplit(url).path} answered {answer.status_code}: {reason}.")
        return answer

    def parties(self) -> dict[str, str]:
        """Who and where, as every webhook names them."""
        places = {f"{end}{what}": "" for end in ("From", "To") for what in ("City", "State", "Zip")}
        return {
            **places,
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "From": self.number,
            "FromCountry": "US",
            "To": self.line,
            "ToCountry": "US",
        }


def _body(answer: Answer) -> bytes:
    """The bytes of an answer: requests calls them `content`, Flask's test client `data`."""
    found: bytes = answer.content if hasattr(answer, "content") else getattr(answer, "data", b"")
    return found
