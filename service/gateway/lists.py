"""Reading Twilio's lists of texts and calls: what it says went out, came in, and how it ended."""

from __future__ import annotations

from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from service.gateway.carrier import CannotAsk, Listed

# The most that one page of Twilio's lists holds.
PAGE = 1000
BROKEN = (
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    TwilioException,
    JSONDecodeError,
    AttributeError,
    KeyError,
    ValueError,
)


async def texts(client: Client, to: str, sender: str, since: float) -> list[Listed]:
    """Texts to `to` and from `sender` (either may be empty), created at `since` or later, oldest first."""
    numbers = {name: number for name, number in (("to", to), ("from_", sender)) if number}
    try:
        found = await client.messages.list_async(date_sent_after=_moment(since), page_size=PAGE, **numbers)
        listed = [_text(message) for message in found]
    except BROKEN as error:
        raise CannotAsk(type(error).__name__) from error
    return sorted((item for item in listed if item.created_at >= since), key=lambda item: item.created_at)


async def calls(client: Client, to: str, since: float) -> list[Listed]:
    """Calls to `to`, created at `since` or later, oldest first."""
    try:
        found = await client.calls.list_async(to=to, start_time_after=_moment(since), page_size=PAGE)
        listed = [_call(call) for call in found]
    except BROKEN as error:
        raise CannotAsk(type(error).__name__) from error
    return sorted((item for item in listed if item.created_at >= since), key=lambda item: item.created_at)


def _moment(since: float) -> datetime:
    return datetime.fromtimestamp(since, UTC)


def _text(message: Any) -> Listed:
    return Listed(
        sid=message.sid,
        to=message.to or "",
        sender=message.from_ or "",
        body=message.body or "",
        status=str(message.status),
        error=int(message.error_code) if message.error_code else None,
        created_at=message.date_created.timestamp(),
        inbound=str(message.direction) == "inbound",
    )


def _call(call: Any) -> Listed:
    return Listed(
        sid=call.sid,
        to=call.to or "",
        sender=call._from or "",
        body="",
        status=str(call.status),
        error=None,
        created_at=call.date_created.timestamp(),
        inbound=str(call.direction) == "inbound",
    )
