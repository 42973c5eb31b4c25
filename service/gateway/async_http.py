"""The HTTP client under Twilio's async one: a pool, a timeout for the whole, no retries, and Retry-After kept."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urlencode

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from service.gateway.retry_after import retry_after as asked_to_wait

# Seconds: to connect, and for everything together. Twilio's own async client ignores its timeout, and with retries
# switched on it sent one POST three times.
CONNECT = 3.0
TOTAL = 10.0
# A connection idle for longer is closed by us first: reused just as the other side closes it, it would leave the
# question open whether a text went out.
IDLE = 10.0

# What the last answer in this task asked us to wait. Twilio's exceptions carry no headers.
_retry_after: ContextVar[float | None] = ContextVar("retry_after", default=None)


def retry_after() -> float | None:
    """Seconds that the answer to this task's last request asked us to wait."""
    return _retry_after.get()


class PooledAsyncClient(AsyncHttpClient):  # type: ignore[misc]
    """Requests for Twilio's client. `api_url` sends them to another host that speaks its API. Nothing is logged:
    addresses hold numbers. The pool is opened by the first request, in the loop that makes it."""

    def __init__(self, api_url: str = "", *, connect: float = CONNECT, total: float = TOTAL) -> None:
        super().__init__(logging.getLogger("twilio.async_http_client"), True, total)
        self._api_url = api_url
        self._timeout = aiohttp.ClientTimeout(total=total, sock_connect=connect)
        self._open: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, as Twilio's client asks for it. Raises what aiohttp raises, and TimeoutError."""
        if self._api_url:
            url = self._api_url + "/" + url.split("/", 3)[3]
        _retry_after.set(None)
        async with self._pool().request(
            method,
            url,
            params=_texts(params),
            # Twilio's client says that it is a form. aiohttp would build a multipart writer first, for a third more.
            data=urlencode(_texts(data) or {}).encode() if data else None,
            headers={**(headers or {}), **({"Authorization": _basic(auth)} if auth else {})},
            allow_redirects=False,
        ) as answer:
            _retry_after.set(asked_to_wait(answer.headers.get("Retry-After"), datetime.now(UTC)))
            return Response(answer.status, (await answer.read()).decode(errors="replace"))

    async def close(self) -> None:
        """Close the pool."""
        if self._open is not None:
            await self._open.close()
            self._open = None

    def _pool(self) -> aiohttp.ClientSession:
        if self._open is None:
            # No limit here: the worker bounds how many are under way, and waiting for a place would eat the timeout.
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE)
            self._open = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self._open


def _texts(values: Mapping[str, object] | None) -> dict[str, str] | None:
    return {name: str(value) for name, value in values.items() if value is not None} if values else None


@lru_cache(maxsize=4)
def _basic(auth: tuple[str, str]) -> str:
    return aiohttp.encode_basic_auth(*auth)
