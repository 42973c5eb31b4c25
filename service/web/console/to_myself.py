"""A test text to the person at the console: sent beside the request, which waits for the answer only a moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from enum import StrEnum
from functools import cache

from service.gateway.base import Gateway, NotSent, OutboundText, Rejected, Unknown

# Seconds after which the page is shown without an answer.
PATIENCE = 2.0


class Outcome(StrEnum):
    """What became of it."""

    SENT = "sent"
    REFUSED = "refused"
    ON_ITS_WAY = "on_its_way"


def send_to_myself(gateway: Gateway, text: OutboundText, patience: float = PATIENCE) -> Outcome:
    """Hand a text to the phone company; a slow or lost answer is no failure, for the phone tells."""
    sending = _beside().submit(gateway.send, text)
    try:
        sending.result(timeout=patience)
    except (NotSent, Rejected):
        return Outcome.REFUSED
    except (TooSlow, Unknown):
        return Outcome.ON_ITS_WAY
    return Outcome.SENT


@cache
def _beside() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, thread_name_prefix="to-myself")
