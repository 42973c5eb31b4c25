"""Sending: one sender's due deliveries, claimed in batches, begun just before they go, many requests at once.

No database connection is held while the network works. Every crash leaves each delivery in the queue, or with an
open try that is then unknown: never lost, never sent again blindly."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable
from contextlib import suppress
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

# Requests under way at once, and claimed at once. Tries begun and not written down as ended never exceed twice
# AT_ONCE, so a crash leaves at most so many unknown.
AT_ONCE = 50
CLAIM = 500
# A claim holds what can be begun within so many seconds, well before its lease ends.
CLAIM_SECONDS = 60
# A try that did not start within so many seconds of being begun does not start any more: the process had slept, and
# hours, STOP and lease may all be over.
TOO_OLD = 30
# Nobody waits longer than so many seconds without looking around.
GATHER = 0.25

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


@dataclass(frozen=True)
class _Begun:
    """A letter whose try was written down `at` (seconds since 1970); the next starts `apart` seconds later."""

    letter: Letter
    at: float
    apart: float


@dataclass
class _Sender:
    """One sender's turn: tries are begun ahead in one commit for many, and each starts as soon as there is room.

    `_claimed`: ids not begun yet; `_ready`: begun, not started; `_ended`: outcomes not written down yet."""

    post: Post
    clinic_id: int
    sender_id: int
    requests: int = 0
    _claimed: list[int] = field(default_factory=list)
    _ready: deque[_Begun] = field(default_factory=deque)
    _ended: list[Outcome] = field(default_factory=list)
    _under_way: set[int] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _worker: str = ""
    _zones: list[str] = field(default_factory=list)
    _came_back: bool = False
    _over: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> int:
        """Claim and begin until nothing is left to claim or the worker is to stop; what was begun is started."""
        starting = asyncio.create_task(self._start_all())
        try:
            while not self.post.stopping():
                if not self._claimed and not await self._in_thread(self._claim):
                    break
                room = self._room()
                if room:
                    await self._begin_some(room)
                elif self._under_way or self._ready:
                    await self._hear()
                elif self._ended:
                    await self._in_thread(self._write)
                else:
                    break
        finally:
            self._over = True
            self._news.set()
            await starting
        return self.requests

    async def finish(self) -> None:
        """Wait for what is under way, write everything down, and give back what was not begun."""
        while self._under_way:
            await self._hear()
        await self._in_thread(self._write)
        if self._claimed:
            await self._in_thread(self._give_back)

    def _room(self) -> int:
        """How many tries to begin now: ahead of the requests under way by as many again, in groups."""
        if len(self._ready) > self.post.at_once // 2:
            return 0
        room = min(2 * self.post.at_once - len(self._under_way) - len(self._ready), self.post.at_once)
        return self.post.breaker.room(self.post.clock(), min(room, len(self._claimed)))

    async def _begin_some(self, room: int) -> None:
        turns = await self._in_thread(partial(self._begin, room))
        if not turns.count:
            await asyncio.sleep(min(1.0, max(0.05, turns.at - self.post.clock())))
        self._news.set()

    async def _start_all(self) -> None:
        """Start what is ready as room comes, after a last look for STOP."""
        while self._ready or not self._over:
            free = min(self.post.at_once - len(self._under_way), len(self._ready))
            if free and self._under_way and free < min(self.post.at_once // 8, len(self._ready)):
                # A look for a handful at a time costs less than one for each.
                free = 0
            apart = self._ready[0].apart if self._ready else 0.0
            free = self.post.breaker.room(self.post.clock(), min(free, 1) if apart else free)
            if free:
                await self._start(free)
                await asyncio.sleep(apart)
            elif self._ready and not self._under_way:
                # Sending rests: nothing was requested, so these wait in the queue again.
                self._ended += [Outcome(begun.letter.delivery_id, How.NOT_SENT) for begun in self._ready]
                self._ready.clear()
            else:
                await self._hear()

    async def _start(self, count: int) -> None:
        group = [self._ready.popleft() for _ in range(count)]
        # They count as under way from here on, so that nobody ends while this looks.
        self._under_way.update(begun.letter.delivery_id for begun in group)
        stopped = await self._in_thread(lambda: self._stopped([begun.letter.delivery_id for begun in group]))
        for begun in group:
            delivery = begun.letter.delivery_id
            if delivery in stopped:
                self._ended.append(Outcome(delivery, How.STOPPED))
                self._under_way.discard(delivery)
                continue
            self.requests += 1
            self.post.breaker.started()
            self._tasks.add(task := asyncio.create_task(self._send(begun)))
            task.add_done_callback(self._tasks.discard)

    async def _send(self, begun: _Begun) -> None:
        outcome = await _request(self.post, begun.letter, begun.at)
        self._ended.append(outcome)
        self._under_way.discard(begun.letter.delivery_id)
        now = self.post.clock()
        if outcome.how not in (How.NOT_SENT, How.UNKNOWN):
            if self.post.breaker.worked(now):
                self._came_back = True
                log.warning("sending is back, slowly at first")
        elif self.post.breaker.failed(now):
            log.error("too many requests failed within a minute: sending rests")
        self._news.set()

    async def _hear(self) -> None:
        """Wait until something has happened, at most a moment: whoever waits here looks again by itself."""
        self._news.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), GATHER)

    def _claim(self) -> bool:
        now = int(self.post.clock())
        self._worker = worker_name(next(_serial))
        with self.post.database.write() as connection:
            written = self._flush(connection, now)
            zones = zones_due(connection, self.clinic_id, now)
            pace = self._pace(connection)
            most = min(CLAIM, max(1, int(pace * CLAIM_SECONDS))) if pace else CLAIM
            claimed = claim(connection, self._claim_as(now), zones, most)
            if not claimed:
                hold_back(connection, self.clinic_id, now, zones)
        del self._ended[:written]
        self._claimed, self._zones = claimed, zones
        return bool(claimed)

    def _begin(self, room: int) -> Turns:
        """Write down tries for what may start now, and what has ended, in one commit."""
        now = self.post.clock()
        with self.post.database.write() as connection:
            written = self._flush(connection, int(now))
            turns = pacing.take_turns(connection, self.sender_id, self._pace(connection), room, now)
            group = self._claimed[: turns.count]
            begun = begin(connection, self._claim_as(int(now)), group, self._zones)
            letters = load(connection, self.post.privacy, self.clinic_id, begun) if begun else []
        del self._ended[:written]
        del self._claimed[: turns.count]
        by_id = {letter.delivery_id: letter for letter in letters}
        self._ready.extend(_Begun(by_id[delivery], now, turns.apart) for delivery in begun)
        return turns

    def _stopped(self, ids: list[int]) -> set[int]:
        """Who has said STOP by now: the last look before the requests."""
        with self.post.database.read() as connection:
            return stopped_since(connection, self.clinic_id, ids)

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
