"""Twilio for the worker: many requests at once, each answer sorted by what it means for trying again."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from service.gateway import lists
from service.gateway.async_http import PooledAsyncClient, retry_after
from service.gateway.base import NotSent, OutboundText, Rejected, Unknown
from service.gateway.carrier import Listed, OutboundCall
from service.settings import Settings

TOO_MANY = 429
SID_LENGTH = 34


class TwilioCarrier:
    """Sends and asks through one account."""

    def __init__(self, settings: Settings, http: PooledAsyncClient | None = None) -> None:
        # At INFO Twilio's clients write addresses with numbers in them.
        for name in ("twilio.http_client", "twilio.async_http_client"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._http = http or PooledAsyncClient(settings.api_url)
        user = settings.api_key or settings.account_sid
        password = settings.api_secret if settings.api_key else settings.auth_tokens[0]
        self._client = Client(user, password, settings.account_sid, http_client=self._http)
        self._account = settings.account_sid
        self._service = settings.messaging_service_sid

    async def send(self, text: OutboundText) -> str:
        """Hand `text` to Twilio. Raises NotSent, Rejected or Unknown."""
        return await self._submit("Messages", self._text(text))

    async def call(self, call: OutboundCall) -> str:
        """Start a call. Raises as `send`. No machine detection: it harms relay users and slow speakers."""
        parameters: dict[str, object] = {
            "To": call.to,
            "From": call.sender,
            "Url": call.document,
            "Timeout": call.ring,
        }
        if call.callback:
            parameters["StatusCallback"] = call.callback
        return await self._submit("Calls", parameters)

    async def texts(self, *, to: str = "", sender: str = "", since: float) -> Sequence[Listed]:
        """Texts that Twilio lists, oldest first. Raises CannotAsk."""
        return await lists.texts(self._client, to, sender, since)

    async def calls(self, *, to: str, since: float) -> Sequence[Listed]:
        """Calls that Twilio lists, oldest first. Raises CannotAsk."""
        return await lists.calls(self._client, to, since)

    async def close(self) -> None:
        """Close the pool of connections."""
        await self._http.close()

    def _text(self, text: OutboundText) -> dict[str, object]:
        parameters: dict[str, object] = {"To": text.to, "Body": text.body}
        if text.sender:
            parameters["From"] = text.sender
        if self._service:
            parameters["MessagingServiceSid"] = self._service
        if text.callback:
            parameters["StatusCallback"] = text.callback
        if text.validity is not None:
            parameters["ValidityPeriod"] = text.validity
        return parameters

    async def _submit(self, kind: str, parameters: dict[str, object]) -> str:
        """Twilio has no idempotency key, so the class of every failure decides whether trying again may double.

        Twilio's client makes the request; of its answer only the sid is read, which is a third of the work."""
        address = f"https://api.twilio.com/2010-04-01/Accounts/{self._account}/{kind}.json"
        try:
            answer = await self._client.request_async("POST", address, data=parameters)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # No connection ever stood: DNS, refused, TLS, or too slow to connect.
            raise NotSent(type(error).__name__) from error
        except (TimeoutError, aiohttp.ClientError, OSError, TwilioException, ValueError) as error:
            raise Unknown(type(error).__name__) from error
        return _sid(answer.status_code, answer.text)


def _sid(status: int, body: str) -> str:
    """The sid in Twilio's answer. Raises NotSent, Rejected or Unknown for any other."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {}
    told = answer if isinstance(answer, dict) else {}
    if status == TOO_MANY:
        # It says to slow down, even where it does not say for how long.
        raise NotSent("too many requests", retry_after() or 0.0)
    if 400 <= status < 500:
        code = told.get("code")
        raise Rejected(code if isinstance(code, int) else status, "refused by Twilio")
    sid = told.get("sid")
    if status not in (200, 201) or not isinstance(sid, str) or len(sid) != SID_LENGTH:
        # An answer that cannot be read, or an error of theirs, may still mean that it went out.
        raise Unknown(f"Twilio answered {status}")
    return sid
