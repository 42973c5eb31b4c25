"""Sending a broadcast: a bare loop of requests, one worker and two workers, all to the same endpoint.

The pace is off, the endpoint answers after 20 ms, and every process has 50 requests under way."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from scripts.benchmarks.endpoint import Seen, answering, seen
from scripts.benchmarks.fresh import NOW, Fresh, settings_of, to_send
from scripts.benchmarks.servers import pss_megabytes
from service.gateway.async_http import PooledAsyncClient
from service.gateway.twilio_async import TwilioCarrier
from service.reminders.post import Post
from service.reminders.privacy import Privacy
from service.reminders.sending import send_due
from service.storage.database import Database
from tests.reminders.sending.sample_clinic import phone_of

CONNECTIONS = 50
PAUSE = 0.02
WORDS = "Lakeside Clinic: visit Thursday Dec 3, 12:30 PM.\n1 I will come\n2 Call me\n3 Change the day"
BARE = "bare aiohttp loop"
TWO = "PostgreSQL, two workers"
# A process of its own for everything measured, so that none inherits what another has warmed up.
FORKED = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Memory:
    """Megabytes (PSS) of a worker, sampled every second: the first, the highest and the last."""

    start: float
    highest: float
    end: float
    samples: int


def rounds(fresh: Fresh, folder: Path, people: int, times: int, say: Callable[[str], None]) -> dict[str, list[float]]:
    """Messages a second of each way of sending, `times` each, one after the other in every round."""
    rates: dict[str, list[float]] = {}
    for count in range(times):
        say(f"sending, round {count + 1} of {times}: {people:,} messages {1 + len(fresh) + 1} times")
        rates.setdefault(BARE, []).append(_rate(_bare, people, 1, ()))
        for name, empty in fresh.items():
            rates.setdefault(name, []).append(_sent(empty(), folder, people, workers=1))
        rates.setdefault(TWO, []).append(_sent(fresh["PostgreSQL"](), folder, people, workers=2))
    return rates


def memory(url: str, folder: Path, people: int) -> Memory:
    """The memory of one worker while it sends to so many people."""
    senders = to_send(url, folder, people)
    with answering(PAUSE) as address:
        worker = FORKED.Process(target=_send, args=(address, url, folder, senders))
        worker.start()
        assert worker.pid
        samples = []
        while worker.is_alive():
            samples.append(pss_megabytes(worker.pid))
            worker.join(1)
        _check(seen(address), people)
    # The first second goes into imports and the connection.
    samples = samples[1:-1] or samples
    return Memory(samples[0], max(samples), samples[-1], len(samples))


def _sent(url: str, folder: Path, people: int, workers: int) -> float:
    """Each worker takes its share of the numbers, as their locks would share them."""
    senders = to_send(url, folder, people)
    shares = [(url, folder, senders[first::workers]) for first in range(workers)]
    return _rate(_send, people, workers, shares)


def _rate(work: Callable[..., None], people: int, workers: int, shares: Sequence[tuple[object, ...]]) -> float:
    """Messages a second from the first request that the endpoint saw to the last, nobody left out or doubled."""
    with answering(PAUSE) as address:
        given = [(address, *share) for share in shares] or [(address, people)]
        processes = [FORKED.Process(target=work, args=one) for one in given[:workers]]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        counted = seen(address)
    _check(counted, people)
    return people / counted.seconds


def _bare(address: str, people: int) -> None:
    """A loop that does nothing but post the same forms, so many at once."""

    async def run() -> None:
        left = iter(range(1, people + 1))
        url = f"{address}/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
        headers = {"Authorization": aiohttp.encode_basic_auth("AC", "token")}
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers) as session:

            async def one() -> None:
                for person in left:
                    form = {"To": phone_of(person), "From": "+12025550100", "Body": WORDS, "ValidityPeriod": "28800"}
                    form["StatusCallback"] = f"https://line.example.org/twilio/sms/status/{person}"
                    async with session.post(url, data=form) as answer:
                        await answer.json()

            await asyncio.gather(*(one() for _ in range(CONNECTIONS)))

    asyncio.run(run())


def _send(address: str, url: str, folder: Path, senders: tuple[int, ...]) -> None:
    """One worker process for these numbers, as `clearline worker` sends."""
    settings = settings_of(url, folder)
    database = Database(url, patience=30)
    carrier = TwilioCarrier(settings, PooledAsyncClient(address))
    at_once = CONNECTIONS // len(senders)
    post = Post(database, Privacy.of(settings), carrier, settings.public_url, lambda: NOW, at_once=at_once)

    async def run() -> None:
        await asyncio.gather(*(send_due(post, 1, sender) for sender in senders))
        await carrier.close()

    asyncio.run(run())
    database.close()


def _check(counted: Seen, people: int) -> None:
    if (counted.people, counted.doubled) != (people, 0):
        raise SystemExit(f"{people} were to be sent to, once each; the endpoint saw {counted}")
