"""The post: what sending needs, and how one letter is handed to the phone company."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from service.gateway.base import NotSent, OutboundText, Rejected, Unknown
from service.gateway.carrier import Carrier, OutboundCall
from service.reminders.breaker import Breaker
from service.reminders.letters import Letter
from service.reminders.outcomes import How, Outcome
from service.reminders.privacy import Privacy
from service.reminders.rules.quiet_hours import window_end
from service.reminders.rules.validity import SHORTEST, validity
from service.reminders.rules.zones import Whereabouts
from service.storage.database import Database

log = logging.getLogger(__name__)

# Requests under way at once from one number.
AT_ONCE = 50
# A try that did not start within so many seconds of being begun does not start any more: the process had slept, and
# hours, STOP and lease may all be over.
TOO_OLD = 30


@dataclass(frozen=True)
class Post:
    """What sending needs. `chance` gives 0 to 1; `stopping` says that the worker was asked to end."""

    database: Database
    privacy: Privacy
    carrier: Carrier
    public_url: str
    clock: Callable[[], float]
    breaker: Breaker = field(default_factory=Breaker)
    chance: Callable[[], float] = random.random
    stopping: Callable[[], bool] = lambda: False
    at_once: int = AT_ONCE


async def hand_over(post: Post, letter: Letter, begun_at: float) -> Outcome:
    """One request, and how it ended. Nothing is raised."""
    if post.clock() - begun_at > TOO_OLD:
        return Outcome(letter.delivery_id, How.NOT_SENT)
    if not letter.to:
        return Outcome(letter.delivery_id, How.HELD, why="held.number_sealed")
    try:
        words = letter.words().text if letter.channel == "text" else ""
    except (KeyError, ValueError) as error:
        return Outcome(letter.delivery_id, How.HELD, why=f"held.words|why={error}"[:300])
    try:
        return Outcome(letter.delivery_id, How.ACCEPTED, sid=await _submit(post, letter, words))
    except NotSent as error:
        return Outcome(letter.delivery_id, How.NOT_SENT, retry_after=error.retry_after)
    except Rejected as error:
        return Outcome(letter.delivery_id, How.REJECTED, code=error.code)
    except Unknown:
        return Outcome(letter.delivery_id, How.UNKNOWN)
    except Exception:
        log.exception("delivery %d ended in an error of ours", letter.delivery_id)
        return Outcome(letter.delivery_id, How.UNKNOWN)


async def _submit(post: Post, letter: Letter, words: str) -> str:
    if letter.channel == "call":
        document = f"{post.public_url}/twilio/voice/reminder/{letter.delivery_id}"
        callback = f"{post.public_url}/twilio/voice/status/{letter.delivery_id}"
        return await post.carrier.call(OutboundCall(letter.to, letter.sender, document, callback))
    callback = f"{post.public_url}/twilio/sms/status/{letter.delivery_id}"
    text = OutboundText(
        letter.to, letter.sender, words, callback, _life(letter.zones, letter.not_after, int(post.clock()))
    )
    return await post.carrier.send(text)


@lru_cache(maxsize=4096)
def _life(zones: str, not_after: int, now: int) -> int:
    """The ValidityPeriod in seconds, so that Twilio's own queue cannot break our hours."""
    moment = datetime.fromtimestamp(now, UTC)
    ends = window_end(moment, Whereabouts.from_key(zones)) or moment
    return validity(moment, min(ends, datetime.fromtimestamp(not_after, UTC))) or SHORTEST
