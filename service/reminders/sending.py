"""Sending: one sender's due deliveries, claimed in batches, begun just before they go, many requests at once.

No database connection is held while the network works. Every crash leaves each delivery in the queue, or with an
open try that is then unknown: never lost, never sent again blindly."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import count
from typing import TypeVar

from sqlalchemy import Connection, select

from service.gateway.base import NotSent, OutboundText, Rejected, Unknown
from service.gateway.carrier import Carrier, OutboundCall
from service.reminders import outcomes, pacing
from service.reminders.breaker import Breaker
from service.reminders.claiming import Claim, begin, claim, hold_back, release, stopped_since, worker_name, zones_due
from service.reminders.letters import Letter, load
from service.reminders.outcomes import How, Outcome
from service.reminders.pacing import Turns
from service.reminders.privacy import Privacy
from service.reminders.rules.quiet_hours import window_end
from service.reminders.rules.validity import SHORTEST, validity
from service.reminders.rules.zones import Whereabouts
from service.storage.database import Database, StorageDown
from service.storage.reminder_tables import senders

log = logging.getLogger(__name__)

# Requests under way at once, and claimed at once. Tries that are begun and not written down as ended never exceed
# AT_ONCE, so a crash leaves at most so many unknown.
AT_ONCE = 50
CLAIM = 200
# A try that did not start within so many seconds of being begun does not start any more: the process had slept, and
# hours, STOP and lease may all be over.
TOO_OLD = 30
# How long the worker goes on listening when one answer is there, in seconds, before it looks whom to begin next.
GATHER = 0.003

_serial = count(1)
Result = TypeVar("Result")


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


async def send_due(post: Post, clinic_id: int, sender_id: int) -> int:
    """Send what is due from one number of a clinic; returns how many requests were made. Ends when nothing may be
    claimed any more, when the worker is to stop, or when too much fails."""
    sender = _Sender(post, clinic_id, sender_id)
    try:
        return await sender.run()
    finally:
        await sender.finish()


@dataclass
class _Sender:
    """One sender's turn. `_claimed`: ids not begun yet; `_ended`: outcomes not written down yet."""

    post: Post
    clinic_id: int
    sender_id: int
    requests: int = 0
    _claimed: list[int] = field(default_factory=list)
    _ended: list[Outcome] = field(default_factory=list)
    _under_way: set[int] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _worker: str = ""
    _zones: list[str] = field(default_factory=list)
    _came_back: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> int:
        while not self.post.stopping():
            if not self._claimed and not await self._in_thread(self._claim):
                break
            room = self._room()
            if not room and not self._under_way and not self._ended:
                break
            if not room:
                await self._wait()
                continue
            begun_at = self.post.clock()
            letters, turns = await self._in_thread(partial(self._begin, room))
            if not turns.count:
                await asyncio.sleep(min(1.0, max(0.05, turns.at - self.post.clock())))
            for letter in letters:
                self._start(letter, begun_at)
                if turns.apart:
                    await asyncio.sleep(turns.apart)
        return self.requests

    async def finish(self) -> None:
        """Wait for what is under way, write everything down, and give back what was not begun."""
        while self._under_way:
            await self._wait()
        await self._in_thread(self._write)
        if self._claimed:
            await self._in_thread(self._give_back)

    def _room(self) -> int:
        """How many may start now: half of all at the least where more are under way, so that each commit carries
        many. What has ended is written down in the same commit that begins these."""
        room = min(self.post.at_once - len(self._under_way), len(self._claimed))
        if self._under_way and room < min(self.post.at_once // 2, len(self._claimed)):
            return 0
        return self.post.breaker.room(self.post.clock(), room)

    def _start(self, letter: Letter, begun_at: float) -> None:
        self.requests += 1
        self.post.breaker.started()
        self._under_way.add(letter.delivery_id)
        self._tasks.add(task := asyncio.create_task(self._send(letter, begun_at)))
        task.add_done_callback(self._tasks.discard)

    async def _send(self, letter: Letter, begun_at: float) -> None:
        outcome = await _request(self.post, letter, begun_at)
        self._ended.append(outcome)
        self._under_way.discard(letter.delivery_id)
        self._news.set()
        now = self.post.clock()
        if outcome.how not in (How.NOT_SENT, How.UNKNOWN):
            if self.post.breaker.worked(now):
                self._came_back = True
                log.warning("sending is back, slowly at first")
        elif self.post.breaker.failed(now):
            log.error("too many requests failed within a minute: sending rests")

    async def _wait(self) -> None:
        """Until something has ended, and what ends with it."""
        self._news.clear()
        if self._under_way:
            await self._news.wait()
            await asyncio.sleep(GATHER)
        elif self._ended:
            await self._in_thread(self._write)

    def _claim(self) -> bool:
        now = int(self.post.clock())
        self._worker = worker_name(next(_serial))
        with self.post.database.write() as connection:
            written = self._flush(connection, now)
            zones = zones_due(connection, self.clinic_id, now)
            claimed = claim(connection, self._claim_as(now), zones, CLAIM)
            if not claimed:
                hold_back(connection, self.clinic_id, now, zones)
        del self._ended[:written]
        self._claimed, self._zones = claimed, zones
        return bool(claimed)

    def _begin(self, room: int) -> tuple[list[Letter], Turns]:
        """Begin what may start now: the tries are committed, then STOP is looked for a last time."""
        now = self.post.clock()
        with self.post.database.write() as connection:
            written = self._flush(connection, int(now))
            turns = pacing.take_turns(connection, self.sender_id, self._pace(connection), room, now)
            group = self._claimed[: turns.count]
            begun = begin(connection, self._claim_as(int(now)), group, self._zones)
            letters = load(connection, self.post.privacy, self.clinic_id, begun) if begun else []
        del self._ended[:written]
        del self._claimed[: turns.count]
        if not letters:
            return [], turns
        with self.post.database.read() as connection:
            stopped = stopped_since(connection, self.clinic_id, begun)
        self._ended += [Outcome(delivery, How.STOPPED) for delivery in stopped]
        by_id = {letter.delivery_id: letter for letter in letters}
        return [by_id[delivery] for delivery in begun if delivery not in stopped], turns

    def _write(self) -> None:
        with self.post.database.write() as connection:
            written = self._flush(connection, int(self.post.clock()))
        del self._ended[:written]

    def _flush(self, connection: Connection, now: int) -> int:
        """Write down what has ended; returns how many. They are forgotten here only after the commit."""
        ended = list(self._ended)
        outcomes.write(connection, self.clinic_id, ended, now, self.post.chance)
        waits = [outcome.retry_after for outcome in ended if outcome.how is How.NOT_SENT and outcome.retry_after]
        if waits:
            pacing.rest(connection, self.sender_id, max(waits), now)
        if self._came_back:
            pacing.rest(connection, self.sender_id, 0, now, slow=True)
            self._came_back = False
        return len(ended)

    def _give_back(self) -> None:
        with self.post.database.write() as connection:
            release(connection, self._claim_as(int(self.post.clock())), self._claimed)
        self._claimed = []

    def _claim_as(self, now: int) -> Claim:
        return Claim(self.clinic_id, self.sender_id, self._worker, now)

    def _pace(self, connection: Connection) -> float:
        mine = select(senders.c.pace).where(senders.c.clinic_id == self.clinic_id, senders.c.id == self.sender_id)
        return float(connection.execute(mine).scalar_one())

    async def _in_thread(self, step: Callable[[], Result]) -> Result:
        """Run a step that talks to the database, again while the database is away: no result may be lost."""
        while True:
            try:
                return await asyncio.to_thread(step)
            except StorageDown as error:
                log.warning("the worker waits for the database: %s", error)
                await asyncio.sleep(0.5)


async def _request(post: Post, letter: Letter, begun_at: float) -> Outcome:
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
