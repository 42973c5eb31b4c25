"""Reconciling what people wrote to us: texts that Twilio lists and our webhook never saw are answered, STOP first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from service.gateway.base import NotSent, OutboundText, Rejected, Unknown
from service.gateway.carrier import CannotAsk, Carrier, Listed
from service.storage.database import Database
from service.storage.marks import last_done, mark
from service.storage.tables import answered

log = logging.getLogger(__name__)

# Lists lag: an hour before the last look is read again.
OVERLAP = 3600
# The answer goes as a text of its own; an hour later it would only confuse.
LIFE = 3600


@dataclass(frozen=True)
class Inbox:
    """What reconciling inbound texts needs. `answer` is the front desk's: it stores a text that was written at
    `created_at`, does what it asks for, and gives the words to send back (empty for none). `stops` reads whether a
    text asks for no more messages. `numbers` are ours."""

    database: Database
    carrier: Carrier
    clock: Callable[[], float]
    numbers: Sequence[str]
    answer: Callable[[Listed], str]
    stops: Callable[[str], bool]


async def catch_up(inbox: Inbox) -> int:
    """Answer what came since the last look and was not seen; returns how many texts that were. Raises StorageDown."""
    now = int(inbox.clock())
    unseen: list[Listed] = []
    read: list[str] = []
    for number in inbox.numbers:
        with inbox.database.read() as connection:
            since = (last_done(connection, f"inbound.{number}") or now) - OVERLAP
        try:
            listed = await inbox.carrier.texts(to=number, since=since)
        except CannotAsk as error:
            log.warning("the list of inbound texts could not be read: %s", error)
            continue
        read.append(number)
        unseen += _unseen(inbox.database, [item for item in listed if item.inbound])
    for item in sorted(unseen, key=lambda item: (not inbox.stops(item.body), item.created_at)):
        await _take(inbox, item)
    # Only now, so that a crash on the way reads them again; each is stored once however often it is read.
    with inbox.database.write() as connection:
        for number in read:
            mark(connection, f"inbound.{number}", now)
    if unseen:
        log.warning("%d texts had not reached us and were answered late", len(unseen))
    return len(unseen)


def _unseen(database: Database, listed: Sequence[Listed]) -> list[Listed]:
    seen: set[str] = set()
    sids = [item.sid for item in listed]
    with database.read() as connection:
        for start in range(0, len(sids), 500):
            known = select(answered.c.message_sid).where(answered.c.message_sid.in_(sids[start : start + 500]))
            seen.update(connection.execute(known).scalars())
    return [item for item in listed if item.sid not in seen]


async def _take(inbox: Inbox, item: Listed) -> None:
    """Store one text and send its answer, once: a person who waits can write again, a second answer only puzzles."""
    words = inbox.answer(item)
    if not words:
        return
    try:
        await inbox.carrier.send(OutboundText(item.sender, item.to, words, validity=LIFE))
    except (NotSent, Rejected, Unknown) as error:
        log.warning("the late answer to %s could not be sent: %s", item.sid, error)
