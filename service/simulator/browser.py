"""The browser phone: a page that texts and calls the line through its signed doors, with no phone company between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, render_template, request
from twilio.request_validator import RequestValidator
from werkzeug.exceptions import BadRequest

from service.languages import Language
from service.settings import Settings
from service.simulator.strings import strings

DEFAULT_NUMBER = "+15555550123"
HERE = ("localhost", "127.0.0.1", "::1")
KEYPAD = (*"123456789", "*", "0", "#")
KEY_NAMES = {"*": "star", "#": "pound"}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# The words of a recording, by its address below /audio/ (such as `en/menu.4.0f3a.wav`); None where it is unknown.
Transcript = Callable[[str], str | None]
# Texts that the line sent by itself to a number, after the one with this id, oldest first. Each has `id`, a whole
# number that grows, and `body`.
Inbox = Callable[[str, int], list[dict[str, Any]]]


def blueprint(settings: Settings, transcript: Transcript, inbox: Inbox) -> Blueprint:
    """The page and its four doors under /phone. Raises ValueError where a real account is set."""
    if not settings.tryout:
        raise ValueError("The pretend phone is for the try-out alone; a real account is set.")
    phone = Blueprint(
        "phone", __name__, static_folder="static", static_url_path="/phone/static", template_folder="templates"
    )
    phone.before_request(lambda: None if settings.simulator_open or _from_this_machine() else abort(404))
    phone.after_request(_with_headers)

    @phone.get("/phone")
    def page() -> str:
        language = _language(request.args.get("lang") or request.accept_languages.best_match(list(Language)))
        return render_template(
            "simulator/phone.html",
            language=language,
            languages=[(Language.ENGLISH, "English"), (Language.SPANISH, "Español")],
            words=_words(language),
            keypad=[(key, _words(language).get(f"key_{KEY_NAMES.get(key, key)}", "")) for key in KEYPAD],
            key_names={key: _words(language)[name] for key, name in KEY_NAMES.items()},
            number=DEFAULT_NUMBER,
            lines=settings.numbers,
            account_sid=settings.account_sid,
            public_url=settings.public_url,
        )

    @phone.post("/phone/sign")
    def sign() -> Response:
        path, params = _to_be_signed()
        validator = RequestValidator(settings.auth_tokens[0])
        try:
            return jsonify(signature=validator.compute_signature(settings.public_url + path, dict(params)))
        except UnicodeEncodeError as error:
            raise BadRequest("`params` holds half a character, which no phone sends.") from error

    @phone.get("/phone/inbox")
    def messages() -> Response:
        after = request.args.get("after", "0")
        if not (after.isascii() and after.isdecimal() and len(after) < 19):
            raise BadRequest("`after` is the id of the last text that was seen, a whole number.")
        return jsonify(messages=inbox(request.args.get("number", ""), int(after)))

    @phone.get("/phone/transcript")
    def words_of_recording() -> Response:
        return jsonify(words=transcript(request.args.get("name", "").removeprefix("/audio/")))

    return phone


def _from_this_machine() -> bool:
    """Did the request come from this machine, by a name of this machine, through nobody else?

    A tunnel or a proxy here also connects from the loopback address, and a page elsewhere can point its own name at
    127.0.0.1, so the name and the forwarding headers count too."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return address.is_loopback and not forwarded and urlsplit(f"//{request.host}").hostname in HERE


def _to_be_signed() -> tuple[str, Mapping[str, str]]:
    """Path with query and the parameters, from JSON or a form. Only our own Twilio doors are signed for."""
    if request.is_json:
        asked = request.get_json()
        path, params = (asked.get("path"), asked.get("params")) if isinstance(asked, dict) else (None, None)
    else:
        params = request.form.to_dict()
        path = params.pop("path", None)
    if (
        not isinstance(path, str)
        or not path.startswith("/twilio/")
        or "#" in path
        or not path.isascii()
        or not path.isprintable()
    ):
        raise BadRequest("`path` begins with /twilio/; nothing else is signed for.")
    if not isinstance(params, dict) or not all(isinstance(value, str) for value in params.values()):
        raise BadRequest("`params` holds names and words.")
    return path, params


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _language(code: str | None) -> Language:
    return Language(code) if code in list(Language) else Language.ENGLISH


@cache
def _words(language: Language) -> Mapping[str, str]:
    return strings(language)
