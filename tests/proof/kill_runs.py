"""Workers killed with kill -9, at marked points and at random, and what the phone company's ledger says then."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, select

from service.gateway.base import OutboundText
from service.gateway.twilio_async import TwilioCarrier
from service.reminders import stored, worker
from service.reminders.jobs import Work
from service.reminders.post import AT_ONCE, Post
from service.reminders.privacy import Privacy
from service.reminders.reconcile import Lists
from service.reminders.sending import AHEAD
from service.settings import Settings, from_environment
from service.storage.database import Database
from service.storage.reminder_tables import deliveries
from tests.reminders.sending.sample_clinic import phone_of, queue, settle

# The pretended time: noon of a Wednesday in New York, so that a proof can run at night.
NOON = datetime(2026, 12, 2, 17, 0, tzinfo=UTC).timestamp()
ROOT = Path(__file__).parents[2]


class Point(StrEnum):
    """Where a worker dies."""

    BEFORE_COMMIT = "just before a commit"
    AFTER_COMMIT = "just after a commit"
    BEFORE_REQUEST = "just before a request"
    AFTER_REQUEST = "just after an answer"
    AT_RANDOM = "at random"


@dataclass(frozen=True)
class Killed:
    """What one run of kills came to. `unknown` waits for a person; `settled` lost answers were found in the list."""

    kills: int
    people: int
    lost: int
    doubled: int
    unknown: int
    most_unknown: int
    in_ledger: int


class DyingDatabase(Database):
    """Dies around its n-th commit."""

    at: Point | None = None
    left = 0

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        with super().write(durable=durable) as connection:
            yield connection
            self._count(Point.BEFORE_COMMIT)
        self._count(Point.AFTER_COMMIT)

    def _count(self, point: Point) -> None:
        if self.at is point:
            self.left -= 1
            if self.left <= 0:
                die()


class DyingCarrier(TwilioCarrier):
    """Dies around its n-th request."""

    at: Point | None = None
    left = 0

    async def send(self, text: OutboundText) -> str:
        self._count(Point.BEFORE_REQUEST)
        sid = await super().send(text)
        self._count(Point.AFTER_REQUEST)
        return sid

    def _count(self, point: Point) -> None:
        if self.at is point:
            self.left -= 1
            if self.left <= 0:
                die()


def die() -> None:
    """What kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)


def kill_run(
    url: str, folder: Path, seed: int, kills: int, people: int, said: Callable[[str], None] = lambda _: None
) -> Killed:
    """Send to `people` from an empty, migrated database at `url`, killing the worker `kills` times on the way, then
    let one finish; compare with the ledger."""
    chance = random.Random(seed)
    settings = from_environment({"DATABASE_URL": url}, folder)
    began = time.time()
    with phone_company(seed, NOON - began) as address:
        database = Database(url)
        sample = settle(database, Privacy.of(settings), int(NOON), people, send_numbers=2)
        queue(sample, range(1, people + 1), kind="broadcast")
        database.close()
        points = list(Point)
        done = 0
        while done < kills:
            point = points[done % len(points)]
            if not _one_worker(settings, address, NOON - began, point, chance):
                break
            done += 1
            said(f"{done} of {kills} kills")
        _one_worker(settings, address, NOON - began, None, chance)
        ledger = json.load(urllib.request.urlopen(address + "/ledger"))
    assert ledger["complaints"] == []
    return _compare(url, done, people, Counter(message["to"] for message in ledger["messages"]))


def _one_worker(settings: Settings, address: str, ahead: float, point: Point | None, chance: random.Random) -> bool:
    """Run one worker to its end; False where it ended by itself before it could be killed."""
    # Requests come some hundreds a second; commits carry several.
    left = chance.randint(1, 12) if point in (Point.BEFORE_COMMIT, Point.AFTER_COMMIT) else chance.randint(1, 120)
    process = multiprocessing.get_context("fork").Process(target=_work, args=(settings, address, ahead, point, left))
    process.start()
    if point is Point.AT_RANDOM:
        process.join(chance.uniform(0.1, 0.6))
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGKILL)
    process.join(300)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


def _work(settings: Settings, address: str, ahead: float, point: Point | None, left: int) -> None:
    """The worker as `clearline worker --once` runs it, over HTTP."""
    database = DyingDatabase(settings.database_url, patience=10)
    database.at, database.left = point, left
    carrier = DyingCarrier(settings, pooled(address))
    carrier.at, carrier.left = point, left

    def clock() -> float:
        return time.time() + ahead

    privacy = Privacy.of(settings)
    work = Work(
        post=Post(database, privacy, carrier, "https://line.example.org", clock),
        lists=Lists(database, privacy, carrier, clock),
        clock=clock,
        folder=settings.var,
    )
    asyncio.run(worker.run(work, lambda: 0, [], once=True))


def pooled(address: str):  # type: ignore[no-untyped-def]
    """The HTTP client of the worker, aimed at the stand-in."""
    from service.gateway.async_http import PooledAsyncClient

    return PooledAsyncClient(address)


def _compare(url: str, kills: int, people: int, sent: Counter[str]) -> Killed:
    database = Database(url)
    with database.read() as connection:
        found = connection.execute(select(deliveries.c.contact_id, deliveries.c.state)).all()
    database.close()
    unknown = lost = 0
    for contact, state in found:
        times = sent[phone_of(contact)]
        if state == stored.UNKNOWN:
            unknown += 1
        # Whoever is neither sent to nor waiting for a person's decision is lost, and so is a message nobody noted.
        elif times == 0 or state not in (stored.ACCEPTED, stored.DELIVERED):
            lost += 1
    doubled = sum(times > 1 for times in sent.values())
    # Two senders, each with so many tries begun and not written down at the most.
    return Killed(kills, people, lost, doubled, unknown, kills * (AHEAD + AT_ONCE) * 2, sum(sent.values()))


@contextmanager
def phone_company(seed: int, ahead: float, *more: str) -> Iterator[str]:
    """The stand-in in a process of its own, its clock `ahead` seconds; gives its address."""
    command = [sys.executable, "-m", "tests.twilio.server", "--seed", str(seed), "--ahead", str(ahead), *more]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().split()[-1]}"
    finally:
        process.kill()
        process.wait()
