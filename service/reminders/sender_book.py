"""The book of one sending number: what its turn reads and writes, each step in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import Connection, select

from service.reminders import outcomes, pacing
from service.reminders.beginning import begin, stopped_since
from service.reminders.claiming import Claim, claim, release, zones_due
from service.reminders.holding_back import hold_back
from service.reminders.leases import worker_name
from service.reminders.letters import Letter, load
from service.reminders.outcomes import Outcome
from service.reminders.pacing import Turns
from service.reminders.post import Post
from service.reminders.rules.reason import because
from service.reminders.to_do import alert
from service.reminders.why import kept
from service.storage.database import always_by_index
from service.storage.reminder_tables import senders

CLAIM = 500
# A claim holds what can be begun within so many seconds, well before its lease ends.
CLAIM_SECONDS = 60
# The zones of what is due are read so seldom, in seconds; the hours in them are reckoned at each claim.
ZONES_HOLD = 60

_serial = count(1)


@dataclass(frozen=True)
class Begun:
    """A letter whose try was written down `at` (seconds since 1970); the next starts `apart` seconds later."""

    letter: Letter
    at: float
    apart: float


@dataclass
class Book:
    """`claimed`: ids not begun yet; `ended`: outcomes not written down yet; `rests`: too much failed, which whoever
    runs this is to know; `came_back`: it works again, so the number is to begin slowly. Every method talks to the
    database and may raise StorageDown; then nothing has changed, here or there."""

    post: Post
    clinic_id: int
    sender_id: int
    claimed: list[int] = field(default_factory=list)
    ended: list[Outcome] = field(default_factory=list)
    came_back: bool = False
    rests: bool = False
    _worker: str = ""
    _zones: list[str] = field(default_factory=list)
    _zones_at: int = 0

    def claim(self) -> bool:
        """Take the next that are due; False where there are none."""
        now = int(self.post.clock())
        self._worker = worker_name(next(_serial))
        with self._writing(now) as connection:
            zones = self._zones_due(connection, now)
            pace = self._pace(connection)
            most = min(CLAIM, max(1, int(pace * CLAIM_SECONDS))) if pace else CLAIM
            claimed = claim(connection, self._claim_as(now), zones, most)
            if not claimed:
                hold_back(connection, self.clinic_id, now, zones)
        self.claimed = claimed
        return bool(claimed)

    def begin(self, room: int) -> tuple[Turns, list[Begun]]:
        """Write down tries for at most `room` that may start now, and what has ended, in one commit."""
        now = self.post.clock()
        with self._writing(int(now)) as connection:
            turns = pacing.take_turns(connection, self.sender_id, self._pace(connection), room, now)
            group = self.claimed[: turns.count]
            begun = begin(connection, self._claim_as(int(now)), group, self._zones)
            letters = load(connection, self.post.privacy, self.clinic_id, begun) if begun else []
        del self.claimed[: turns.count]
        by_id = {letter.delivery_id: letter for letter in letters}
        return turns, [Begun(by_id[delivery], now, turns.apart) for delivery in begun]

    def stopped(self, ids: Sequence[int]) -> set[int]:
        """Whose phones have said STOP by now: the last look before the requests."""
        with self.post.database.read() as connection:
            return stopped_since(connection, self.clinic_id, ids)

    def write(self) -> None:
        """Write down what has ended."""
        with self._writing(int(self.post.clock())):
            pass

    def give_back(self) -> None:
        """Queue again what was claimed and not begun."""
        now = int(self.post.clock())
        with self._writing(now) as connection:
            release(connection, self._claim_as(now), self.claimed)
        self.claimed = []

    @contextmanager
    def _writing(self, now: int) -> Iterator[Connection]:
        """A transaction that writes down first what has ended, which is forgotten here only after the commit."""
        ended, slow, rests = list(self.ended), self.came_back, self.rests
        with self.post.database.write() as connection:
            always_by_index(connection)
            outcomes.write(connection, self.clinic_id, ended, now, self.post.chance)
            waits = [outcome.retry_after for outcome in ended if outcome.retry_after is not None]
            if waits or slow:
                # Too many requests: the number goes on more slowly, as it does after an outage.
                pacing.rest(connection, self.sender_id, max(waits, default=0), now, slow=True)
            if rests:
                alert(connection, self.clinic_id, "sending.rests", kept(because("error.sending_rests")), now)
            yield connection
        del self.ended[: len(ended)]
        self.came_back = self.came_back and not slow
        self.rests = self.rests and not rests

    def _zones_due(self, connection: Connection, now: int) -> list[str]:
        """The zones of what is due, read again once a minute: that walks through all that waits."""
        if now - self._zones_at >= ZONES_HOLD:
            self._zones, self._zones_at = zones_due(connection, self.clinic_id, now), now
        return self._zones

    def _claim_as(self, now: int) -> Claim:
        return Claim(self.clinic_id, self.sender_id, self._worker, now)

    def _pace(self, connection: Connection) -> float:
        mine = select(senders.c.pace).where(senders.c.clinic_id == self.clinic_id, senders.c.id == self.sender_id)
        return float(connection.execute(mine).scalar_one())
