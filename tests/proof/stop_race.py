"""STOP racing a claim: two threads on one database, and no request that looks last after the STOP is stored."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from service.reminders.beginning import begin, stopped_since
from service.reminders.claiming import Claim, claim, zones_due
from service.reminders.leases import worker_name
from service.reminders.privacy import Privacy
from service.storage.database import Database
from service.storage.talks import opt_out
from tests.reminders.sending.sample_clinic import phone_of, queue, settle

GROUP = 20


@dataclass(frozen=True)
class Raced:
    """`sent` requests and `spared` phones of `races`; `late` requests began their last look after the STOP. `widest`:
    the longest time, in milliseconds, between a stored STOP and a request that was already past its last look."""

    races: int
    sent: int
    spared: int
    late: int
    widest: float


@dataclass
class _Race:
    database: Database
    privacy: Privacy
    clinic_id: int
    sender_id: int
    now: int
    turn: threading.Barrier
    group: list[int] = field(default_factory=list)
    stopped_at: dict[int, float] = field(default_factory=dict)
    requested: dict[int, tuple[float, float]] = field(default_factory=dict)
    # Seconds that each side took for the last group: the other gives up to as much head start, so that on no machine
    # and no database one side always wins.
    stopping: float = 0.01
    sending: float = 0.01
    over: bool = False


def race(
    database: Database,
    privacy: Privacy,
    now: int,
    races: int,
    seed: int,
    said: Callable[[str], None] = lambda _: None,
) -> Raced:
    """One STOP for each of `races` phones, somewhere between the claim of its message and its request."""
    sample = settle(database, privacy, now, races)
    queue(sample, range(1, races + 1), kind="broadcast")
    running = _Race(database, privacy, sample.clinic_id, sample.sender_ids[0], now, threading.Barrier(2))
    stopper = threading.Thread(target=_stop, args=(running, random.Random(seed)))
    stopper.start()
    head_start = random.Random(seed + 1)
    done = 0
    while ids := _claimed(running):
        running.group = ids
        running.turn.wait()
        time.sleep(head_start.uniform(0, running.stopping))
        began = time.perf_counter()
        _send(running, ids)
        running.sending = time.perf_counter() - began
        running.turn.wait()
        done += len(ids)
        said(f"{done} of {races} races")
    running.over = True
    running.turn.wait()
    stopper.join()
    late = sum(look > running.stopped_at[n] for n, (look, _) in running.requested.items())
    widest = max((asked - running.stopped_at[n] for n, (_, asked) in running.requested.items()), default=0.0)
    sent = len(running.requested)
    return Raced(done, sent, done - sent, late, max(0.0, widest * 1000))


def _claimed(running: _Race) -> list[int]:
    with running.database.write() as connection:
        zones = zones_due(connection, running.clinic_id, running.now)
        return claim(connection, _as(running), zones, GROUP)


def _send(running: _Race, ids: list[int]) -> None:
    """As the worker does it: try written and committed, last look, request; delivery ids are the people's."""
    with running.database.write() as connection:
        begun = begin(connection, _as(running), ids, ["America/New_York|"])
    looked = time.perf_counter()
    with running.database.read() as connection:
        stopped = stopped_since(connection, running.clinic_id, begun)
    for delivery in begun:
        if delivery not in stopped:
            running.requested[delivery] = (looked, time.perf_counter())


def _stop(running: _Race, chance: random.Random) -> None:
    while True:
        running.turn.wait()
        if running.over:
            return
        people = list(running.group)
        chance.shuffle(people)
        time.sleep(chance.uniform(0, 2 * running.sending))
        began = time.perf_counter()
        for person in people:
            time.sleep(chance.uniform(0, 0.0008))
            with running.database.write() as connection:
                opt_out(connection, running.privacy.phone(phone_of(person)), "text", running.now)
            running.stopped_at[person] = time.perf_counter()
        running.stopping = time.perf_counter() - began
        running.turn.wait()


def _as(running: _Race) -> Claim:
    return Claim(running.clinic_id, running.sender_id, worker_name(0), running.now)
