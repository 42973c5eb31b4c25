"""Twilio for the worker: many requests at once, each answer sorted by what it means for trying again."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from json import JSONDecodeError
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
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
        self._service = settings.messaging_service_sid

    async def send(self, text: OutboundText) -> str:
        """Hand `text` to Twilio. Raises NotSent, Rejected or Unknown."""
        return await _submit(lambda: self._client.messages.create_async(**self._text(text)))

    async def call(self, call: OutboundCall) -> str:
        """Start a call. Raises as `send`. No machine detection: it harms relay users and slow speakers."""
        parameters: dict[str, Any] = {"to": call.to, "from_": call.sender, "url": call.document, "timeout": call.ring}
        if call.callback:
            parameters["status_callback"] = call.callback
        return await _submit(lambda: self._client.calls.create_async(**parameters))

    async def texts(self, *, to: str = "", sender: str = "", since: float) -> Sequence[Listed]:
        """Texts that Twilio lists, oldest first. Raises CannotAsk."""
        return await lists.texts(self._client, to, sender, since)

    async def calls(self, *, to: str, since: float) -> Sequence[Listed]:
        """Calls that Twilio lists, oldest first. Raises CannotAsk."""
        return await lists.calls(self._client, to, since)

    async def close(self) -> None:
        """Close the pool of connections."""
        await self._http.close()

    def _text(self, text: OutboundText) -> dict[str, Any]:
        parameters: dict[str, Any] = {"to": text.to, "body": text.body}
        if text.sender:
            parameters["from_"] = text.sender
        if self._service:
            parameters["messaging_service_sid"] = self._service
        if text.callback:
            parameters["status_callback"] = text.callback
        if text.validity is not None:
            parameters["validity_period"] = text.validity
        return parameters


async def _submit(create: Callable[[], Awaitable[Any]]) -> str:
    """Twilio has no idempotency key, so the class of every failure decides whether trying again may double."""
    try:
        made = await create()
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        # No connection ever stood: DNS, refused, TLS, or too slow to connect.
        raise NotSent(type(error).__name__) from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise Unknown(type(error).__name__) from error
    except (TwilioRestException, TwilioServiceException) as error:
        raise _refused(error) from error
    except (TwilioException, JSONDecodeError, KeyError, TypeError, ValueError) as error:
        # An answer that cannot be read may still mean that it went out.
        raise Unknown(type(error).__name__) from error
    if not isinstance(made.sid, str) or len(made.sid) != SID_LENGTH:
        raise Unknown("no sid in the answer")
    return made.sid


def _refused(error: TwilioRestException | TwilioServiceException) -> Exception:
    if error.status == TOO_MANY:
        return NotSent("too many requests", retry_after())
    if not 400 <= error.status < 500:
        return Unknown(f"Twilio answered {error.status}")
    return Rejected(error.code or error.status, "refused by Twilio")
