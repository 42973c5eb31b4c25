"""What we ask of the phone company, and the three ways in which it can say no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class OutboundText:
    """A text to send. `validity` is how long, in seconds, the carrier may try; `callback` is where receipts go."""

    to: str
    sender: str
    body: str
    callback: str = ""
    validity: int | None = None


class NotSent(Exception):
    """It surely did not go out; trying again after `retry_after` seconds could help. None where the phone company was
    not reached, 0 where it answered that it was too much and named no time."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Rejected(Exception):
    """It was refused with Twilio's `code`; the same again would be refused the same."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code


class Unknown(Exception):
    """Nobody can say whether it went out: it must not be sent again before the phone company was asked."""


class Gateway(Protocol):
    """A way out for texts."""

    def send(self, text: OutboundText) -> str:
        """Hand over one text; returns its sid. Raises NotSent, Rejected or Unknown."""
