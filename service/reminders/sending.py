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
from itertools import islice
from typing import TypeVar

from service.reminders.outcomes import How, Outcome
from service.reminders.post import Post, hand_over
from service.reminders.sender_book import Begun, Book
from service.storage.database import StorageDown

log = logging.getLogger(__name__)

# Tries written down before there is room for their requests: one commit for many is what makes sending fast. A crash
# leaves these unknown besides those under way, and no more.
AHEAD = 50
# A look for STOP holds so many seconds after it ended; whoever has not started by then is looked at again.
FRESH = 0.05
# Nobody waits longer than so many seconds without looking around.
GATHER = 0.25

Result = TypeVar("Result")


async def send_due(post: Post, clinic_id: int, sender_id: int) -> int:
    """Send what is due from one number of a clinic; returns how many requests were made. Ends when nothing may be
    claimed any more, when the worker is to stop, or when too much fails."""
    return await _Sender(post, Book(post, clinic_id, sender_id)).run()


@dataclass
class _Sender:
    """One number's turn. `_ready`: tries written down whose requests have not started; the first `_looked` of them
    had not said STOP at `_looked_at` (in the loop's seconds, as `_next_at`, before which none may start)."""

    post: Post
    book: Book
    requests: int = 0
    _ready: deque[Begun] = field(default_factory=deque)
    _looked: int = 0
    _looked_at: float = 0.0
    _next_at: float = 0.0
    _under_way: int = 0
    _over: bool = False
    _door: asyncio.Lock = field(default_factory=asyncio.Lock)
    _begun: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> int:
        """Begin until nothing is left or the worker is to stop; what was begun is started and written down."""
        try:
            if await self._in_thread(self.book.claim):
                async with asyncio.TaskGroup() as lines:
                    for _ in range(self.post.at_once):
                        lines.create_task(self._line())
                    await self._begin_all()
        finally:
            await self._in_thread(self.book.write)
            if self.book.claimed:
                await self._in_thread(self.book.give_back)
        return self.requests

    async def _begin_all(self) -> None:
        """Claim and begin, a little ahead of the requests."""
        while not self.post.stopping():
            if not self.book.claimed and not await self._in_thread(self.book.claim):
                break
            if room := self._room():
                turns, begun = await self._in_thread(partial(self.book.begin, room))
                self._ready.extend(begun)
                self._begun.set()
                if not turns.count:
                    await asyncio.sleep(min(1.0, max(0.05, turns.at - self.post.clock())))
            elif self._under_way or self._ready:
                await _hear(self._ended)
            elif self.book.ended:
                await self._in_thread(self.book.write)
            else:
                break
        self._over = True
        self._begun.set()

    def _room(self) -> int:
        """How many tries to begin now: none while enough wait."""
        if len(self._ready) > AHEAD // 2:
            return 0
        room = min(AHEAD, len(self.book.claimed), AHEAD + self.post.at_once - self._under_way - len(self._ready))
        return self.post.breaker.room(self.post.clock(), room)

    async def _line(self) -> None:
        """One request after the other, until no more will come."""
        while begun := await self._next():
            self._note(await hand_over(self.post, begun.letter, begun.at))

    async def _next(self) -> Begun | None:
        """The next to start, right now; None where no more will come."""
        async with self._door:
            while self._ready or not self._over:
                now = asyncio.get_running_loop().time()
                if not self._ready:
                    await _hear(self._begun)
                elif not self.post.breaker.room(self.post.clock(), 1):
                    await self._rest()
                elif now < self._next_at:
                    await asyncio.sleep(self._next_at - now)
                elif self._looked and now < self._looked_at + FRESH:
                    return self._start(now)
                else:
                    await self._look()
        return None

    async def _rest(self) -> None:
        """Sending rests: what is ready was never requested and waits in the queue again."""
        if self._under_way:
            await _hear(self._ended)
        else:
            self.book.ended += [Outcome(begun.letter.delivery_id, How.NOT_SENT) for begun in self._ready]
            self._ready.clear()
            self._looked = 0

    async def _look(self) -> None:
        """The last look for STOP, over as many as can start while it holds."""
        looked = list(islice(self._ready, 1 if self._ready[0].apart else 2 * self.post.at_once))
        stopped = await self._in_thread(partial(self.book.stopped, [begun.letter.delivery_id for begun in looked]))
        for _ in looked:
            self._ready.popleft()
        self._ready.extendleft(begun for begun in reversed(looked) if begun.letter.delivery_id not in stopped)
        self.book.ended += [Outcome(delivery, How.STOPPED) for delivery in stopped]
        self._looked, self._looked_at = len(looked) - len(stopped), asyncio.get_running_loop().time()

    def _start(self, now: float) -> Begun:
        begun = self._ready.popleft()
        self._looked -= 1
        self._next_at = now + begun.apart
        self._under_way += 1
        self.requests += 1
        self.post.breaker.started()
        if len(self._ready) <= AHEAD // 2:
            self._ended.set()
        return begun

    def _note(self, outcome: Outcome) -> None:
        self.book.ended.append(outcome)
        self._under_way -= 1
        now = self.post.clock()
        if outcome.how not in (How.NOT_SENT, How.UNKNOWN):
            if self.post.breaker.worked(now):
                self.book.came_back = True
                log.warning("sending is back, slowly at first")
        elif self.post.breaker.failed(now):
            self.book.rests = True
            log.error("too many requests failed within a minute: sending rests")
        if len(self._ready) <= AHEAD // 2 or not self._under_way:
            self._ended.set()

    async def _in_thread(self, step: Callable[[], Result]) -> Result:
        """Run a step that talks to the database, again while the database is away: no result may be lost."""
        while True:
            try:
                return await asyncio.to_thread(step)
            except StorageDown as error:
                log.warning("the worker waits for the database: %s", error)
                await asyncio.sleep(0.5)


async def _hear(news: asyncio.Event) -> None:
    """Wait until something has happened, at most a moment: whoever waits here looks again by itself."""
    news.clear()
    with suppress(TimeoutError):
        await asyncio.wait_for(news.wait(), GATHER)
