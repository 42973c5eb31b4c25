"""Twilio's signature: HMAC-SHA1 over the address as configured and the sorted parameters, checked first of all.

The address is PUBLIC_URL, the path and the raw query: never what Host or X-Forwarded-Host claim. No time or nonce is
signed, so a captured request verifies for ever; that is why every effect of ours is idempotent."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from urllib.parse import parse_qs, quote, urlsplit

from flask import Response, abort, request
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from service.settings import Settings

log = logging.getLogger(__name__)

# Base64 of 20 bytes; anything else is refused unread.
SIGNATURE = re.compile(r"[A-Za-z0-9+/]{27}=", re.ASCII)
ONCE = ("AccountSid", "From", "To", "Body", "MessageSid", "CallSid", "Digits")


class Doorkeeper:
    """Lets in what Twilio signed for this account and these numbers. Everything else is 403, never an error."""

    def __init__(self, settings: Settings) -> None:
        self._validators = [RequestValidator(token) for token in settings.auth_tokens]
        self._bases = _bases(settings.public_url)
        self._account = settings.account_sid
        self._numbers = frozenset(settings.numbers)

    def check(self) -> None:
        """Run before every webhook. Aborts with 403 or, for a repeated name, 400."""
        signature = request.headers.get("X-Twilio-Signature", "")
        query = request.environ.get("QUERY_STRING", "")
        path = quote(request.environ["PATH_INFO"].encode("latin-1"), safe="/:~!$&'()*+,;=@-._")
        if not self.is_signed(path + ("?" + query if query else ""), signature):
            log.warning("refused a request to %s: no signature of ours", request.endpoint)
            abort(403)
        self._check_ours()

    def is_signed(self, path_and_query: str, signature: str) -> bool:
        """Does `signature` fit the present request at this path?"""
        if SIGNATURE.fullmatch(signature) is None:
            return False
        if request.mimetype == "application/json":
            if not _body_matches(path_and_query, request.get_data()):
                return False
            parameters: MultiDict[str, str] = MultiDict()
        else:
            parameters = request.form
        return any(
            hmac.compare_digest(validator.compute_signature(base + path_and_query, parameters), signature)
            for validator in self._validators
            for base in self._bases
        )

    def _check_ours(self) -> None:
        form = request.form
        # Joined, {AB: C} and {A: BC} sign alike; so each name we use must be there once and hold what it should.
        if any(len(values) > 1 and name in ONCE for name, values in form.lists()):
            abort(400)
        if form.get("AccountSid") != self._account:
            log.warning("refused a request to %s: another account", request.endpoint)
            abort(403)
        if self._numbers.isdisjoint((form.get("To", ""), form.get("From", ""))):
            log.warning("refused a request to %s: not a number of ours", request.endpoint)
            abort(403)


def require(form: MultiDict[str, str], *names: str) -> list[str]:
    """The values of fields that Twilio always sends. Aborts with 403 where one is missing."""
    try:
        return [form[name] for name in names]
    except KeyError:
        abort(403)


def no_content() -> Response:
    """What a receipt is answered."""
    return Response(status=204)


def _bases(public_url: str) -> tuple[str, ...]:
    """PUBLIC_URL with and without its scheme's default port, which Twilio may or may not have signed."""
    parts = urlsplit(public_url)
    default = 443 if parts.scheme == "https" else 80
    if parts.port not in (None, default):
        return (public_url,)
    host = parts.netloc.removesuffix(f":{default}")
    rest = parts.path
    return (f"{parts.scheme}://{host}{rest}", f"{parts.scheme}://{host}:{default}{rest}")


def _body_matches(path_and_query: str, body: bytes) -> bool:
    digests = parse_qs(urlsplit(path_and_query).query).get("bodySHA256", [])
    return len(digests) == 1 and hmac.compare_digest(hashlib.sha256(body).hexdigest(), digests[0].lower())
