"""Sending: one number's due messages, tries begun ahead in one commit for many, many requests at once.

No database connection is held while the network works. Every crash leaves each delivery in the queue, or with an
open try that is then unknown: never lost, never sent again blindly."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from service.reminders.outcomes import How, Outcome
from service.reminders.post import Post, hand_over
from service.reminders.sender_book import Begun, Book
from service.storage.database import StorageDown

log = logging.getLogger(__name__)

# Nobody waits longer than so many seconds without looking around.
GATHER = 0.25

Result = TypeVar("Result")


async def send_due(post: Post, clinic_id: int, sender_id: int) -> int:
    """Send what is due from one number of a clinic; returns how many requests were made. Ends when nothing may be
    claimed any more, when the worker is to stop, or when too much fails."""
    sender = _Sender(post, Book(post, clinic_id, sender_id))
    try:
        return await sender.run()
    finally:
        await sender.finish()


@dataclass
class _Sender:
    """One number's turn. `_ready`: tries written down whose requests have not started; each starts as soon as there
    is room."""

    post: Post
    book: Book
    requests: int = 0
    _ready: deque[Begun] = field(default_factory=deque)
    _under_way: set[int] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _over: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> int:
        """Claim and begin until nothing is left to claim or the worker is to stop; what was begun is started."""
        starting = asyncio.create_task(self._start_all())
        try:
            while not self.post.stopping():
                if not self.book.claimed and not await self._in_thread(self.book.claim):
                    break
                room = self._room()
                if room:
                    await self._begin_some(room)
                elif self._under_way or self._ready:
                    await self._hear()
                elif self.book.ended:
                    await self._in_thread(self.book.write)
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
        await self._in_thread(self.book.write)
        if self.book.claimed:
            await self._in_thread(self.book.give_back)

    def _room(self) -> int:
        """How many tries to begin now: ahead of the requests under way by as many again, in groups."""
        if len(self._ready) > self.post.at_once // 2:
            return 0
        room = min(2 * self.post.at_once - len(self._under_way) - len(self._ready), self.post.at_once)
        return self.post.breaker.room(self.post.clock(), min(room, len(self.book.claimed)))

    async def _begin_some(self, room: int) -> None:
        turns, begun = await self._in_thread(partial(self.book.begin, room))
        self._ready.extend(begun)
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
                self.book.ended += [Outcome(begun.letter.delivery_id, How.NOT_SENT) for begun in self._ready]
                self._ready.clear()
            else:
                await self._hear()

    async def _start(self, count: int) -> None:
        group = [self._ready.popleft() for _ in range(count)]
        # They count as under way from here on, so that nobody ends while this looks.
        self._under_way.update(begun.letter.delivery_id for begun in group)
        stopped = await self._in_thread(partial(self.book.stopped, [begun.letter.delivery_id for begun in group]))
        for begun in group:
            delivery = begun.letter.delivery_id
            if delivery in stopped:
                self.book.ended.append(Outcome(delivery, How.STOPPED))
                self._under_way.discard(delivery)
                continue
            self.requests += 1
            self.post.breaker.started()
            self._tasks.add(task := asyncio.create_task(self._send(begun)))
            task.add_done_callback(self._tasks.discard)

    async def _send(self, begun: Begun) -> None:
        outcome = await hand_over(self.post, begun.letter, begun.at)
        self.book.ended.append(outcome)
        self._under_way.discard(begun.letter.delivery_id)
        now = self.post.clock()
        if outcome.how not in (How.NOT_SENT, How.UNKNOWN):
            if self.post.breaker.worked(now):
                self.book.came_back = True
                log.warning("sending is back, slowly at first")
        elif self.post.breaker.failed(now):
            log.error("too many requests failed within a minute: sending rests")
        self._news.set()

    async def _hear(self) -> None:
        """Wait until something has happened, at most a moment: whoever waits here looks again by itself."""
        self._news.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), GATHER)

    async def _in_thread(self, step: Callable[[], Result]) -> Result:
        """Run a step that talks to the database, again while the database is away: no result may be lost."""
        while True:
            try:
                return await asyncio.to_thread(step)
            except StorageDown as error:
                log.warning("the worker waits for the database: %s", error)
                await asyncio.sleep(0.5)
