"""The phone company as the worker uses it: many texts and calls at once, and lists that say what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service.gateway.base import OutboundText


@dataclass(frozen=True)
class OutboundCall:
    """A call to make. `document` is the address of our TwiML, `callback` where its end is told, `ring` how many
    seconds it may ring."""

    to: str
    sender: str
    document: str
    callback: str = ""
    ring: int = 25


@dataclass(frozen=True)
class Listed:
    """One text or call as the phone company lists it. `created_at` is in seconds since 1970; `inbound`: it came to
    us. `body` is empty for a call."""

    sid: str
    to: str
    sender: str
    body: str
    status: str
    error: int | None
    created_at: float
    inbound: bool = False


class CannotAsk(Exception):
    """The lists could not be read now; nothing was learned, and asking again does no harm."""


class Carrier(Protocol):
    """A way out for texts and calls. Sending raises NotSent, Rejected or Unknown; asking raises CannotAsk."""

    async def send(self, text: OutboundText) -> str:
        """Hand over one text; returns its sid."""

    async def call(self, call: OutboundCall) -> str:
        """Start one call; returns its sid."""

    async def texts(self, *, to: str = "", sender: str = "", since: float) -> Sequence[Listed]:
        """Texts to or from a number, created at `since` (seconds since 1970) or later. The list may lag behind."""

    async def calls(self, *, to: str, since: float) -> Sequence[Listed]:
        """Calls to a number, as `texts`."""

    async def close(self) -> None:
        """Give the connections back."""
