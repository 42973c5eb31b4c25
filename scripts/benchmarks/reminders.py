"""Reminders: planning 100,000, sending beside a bare loop of requests, and the memory of a worker.

`python -m scripts.benchmarks.reminders [--quick]`: rounds interleaved, median and spread, ratios first."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import aiohttp
from sqlalchemy import text, update

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from databases import emptied, migrated_sqlite, postgresql  # noqa: E402

from service.gateway.async_http import PooledAsyncClient  # noqa: E402
from service.gateway.twilio_async import TwilioCarrier  # noqa: E402
from service.reminders.broadcast import plan_broadcast  # noqa: E402
from service.reminders.post import Post  # noqa: E402
from service.reminders.privacy import Privacy  # noqa: E402
from service.reminders.sending import send_due  # noqa: E402
from service.settings import Settings, from_environment  # noqa: E402
from service.storage.database import Database  # noqa: E402
from service.storage.reminder_tables import broadcasts, templates  # noqa: E402
from tests.proof.kill_runs import NOON  # noqa: E402
from tests.reminders.sending.sample_clinic import Sample, phone_of, queue, settle  # noqa: E402

CONNECTIONS = 50
SENDERS = 4
PAUSE = 0.02
PORT = 8597


def main() -> None:
    """Print one table; a missed target is told, never hidden."""
    quick = "--quick" in sys.argv
    rounds, messages, planned = (2, 2000, 10_000) if quick else (5, 10_000, 100_000)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        make = stack.enter_context(postgresql(folder / "postgresql"))
        address, empty = make("bench"), migrated_sqlite(folder)
        fresh: dict[str, Callable[[], str]] = {
            "SQLite": lambda: _copied(empty, folder),
            "PostgreSQL": lambda: emptied(address),
        }
        rates: dict[str, list[float]] = {}
        for _ in range(rounds):
            rates.setdefault("bare loop", []).append(_bare(messages))
            for name, url in fresh.items():
                rates.setdefault(name, []).append(_one_worker(url(), folder, messages))
            rates.setdefault("PostgreSQL, two workers", []).append(
                _two_workers(fresh["PostgreSQL"](), folder, messages)
            )
        plans = {name: _plan(url(), folder, planned) for name, url in fresh.items()}
        memory = _memory(fresh["SQLite"](), folder, planned)
    _show(rates, plans, planned, memory)


def _show(rates: dict[str, list[float]], plans: dict[str, float], planned: int, memory: tuple[float, float]) -> None:
    middle = {name: median(found) for name, found in rates.items()}
    print("| sending | messages a second, median (spread) | ratio | wanted |\n| --- | --- | --- | --- |")
    for name, found in rates.items():
        two = name.endswith("two workers")
        ratio = middle[name] / (middle["PostgreSQL"] if two else middle["bare loop"])
        wanted = 1.7 if two else 0.9
        verdict = "" if name == "bare loop" else f"{wanted}{'' if ratio >= wanted else ' (missed)'}"
        print(f"| {name} | {middle[name]:.0f} ({min(found):.0f}-{max(found):.0f}) | {ratio:.2f} | {verdict} |")
    print("\n| planning in one statement | seconds |\n| --- | --- |")
    for name, seconds in plans.items():
        print(f"| {planned:,} deliveries, {name} | {seconds:.1f} |")
    print(
        f"\nMemory of a worker, {planned:,} messages: {memory[0]:.0f} MB at a tenth, {memory[1]:.0f} MB at the end."
    )


def _bare(messages: int) -> float:
    """Requests a second of a loop that does nothing but post the same forms."""
    with _endpoint() as address:
        return multiprocessing.get_context("fork").Pool(1).apply(_bare_in_child, (address, messages))


def _bare_in_child(address: str, messages: int) -> float:
    async def run() -> float:
        left = iter(range(1, messages + 1))
        url = f"{address}/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
        body = "Lakeside Clinic: visit Thursday Dec 3, 12:30 PM.\n1 I will come\n2 Call me\n3 Change the day"
        auth = {"Authorization": aiohttp.encode_basic_auth("AC", "token")}
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=auth) as session:

            async def one() -> None:
                for person in left:
                    form = {"To": phone_of(person), "From": "+12025550100", "Body": body, "ValidityPeriod": "28800"}
                    form["StatusCallback"] = f"https://line.example.org/twilio/sms/status/{person}"
                    async with session.post(url, data=form) as answer:
                        await answer.json()

            began = time.perf_counter()
            await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
            return messages / (time.perf_counter() - began)

    return asyncio.run(run())


def _one_worker(url: str, folder: Path, messages: int) -> float:
    sample = _ready(url, folder, messages)
    with _endpoint() as address:
        rate = multiprocessing.get_context("fork").Pool(1).apply(_send, (url, str(folder), address, sample, None))
        _check(address, messages)
    return messages / rate


def _two_workers(url: str, folder: Path, messages: int) -> float:
    """Two processes share the four senders, as their locks would share them."""
    sample = _ready(url, folder, messages)
    with _endpoint() as address:
        shares = [sample[:2], sample[2:]]
        began = time.perf_counter()
        with multiprocessing.get_context("fork").Pool(2) as pool:
            pool.starmap(_send, [(url, str(folder), address, share, None) for share in shares])
        seconds = time.perf_counter() - began
        _check(address, messages)
    return messages / seconds


def _ready(url: str, folder: Path, messages: int) -> tuple[int, ...]:
    database = Database(url, patience=30)
    sample = settle(database, Privacy.of(_settings(url, folder)), int(NOON), messages, send_numbers=SENDERS)
    queue(sample, range(1, messages + 1), kind="broadcast")
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    database.close()
    return sample.sender_ids


def _send(url: str, folder: str, address: str, sender_ids: tuple[int, ...], _: None) -> float:
    """Seconds that one worker process takes for these senders."""
    settings = _settings(url, Path(folder))
    database = Database(url, patience=30)
    carrier = TwilioCarrier(settings, PooledAsyncClient(address))
    at_once = CONNECTIONS // len(sender_ids)
    post = Post(database, Privacy.of(settings), carrier, "https://line.example.org", lambda: NOON, at_once=at_once)

    async def run() -> None:
        await asyncio.gather(*(send_due(post, 1, sender_id) for sender_id in sender_ids))
        await carrier.close()

    began = time.perf_counter()
    asyncio.run(run())
    seconds = time.perf_counter() - began
    database.close()
    return seconds


def _plan(url: str, folder: Path, people: int) -> float:
    """Seconds to plan a broadcast to so many people."""
    sample = _planned_from(url, folder, people)
    began = time.perf_counter()
    with sample.database.write() as connection:
        facts = {"clinic": "Lakeside Clinic", "phone": "+15550100100"}
        run = plan_broadcast(connection, sample.clinic_id, "visit", facts, "Ana", sample.now)
    assert run
    assert run.count == people
    seconds = time.perf_counter() - began
    sample.database.close()
    return seconds


def _planned_from(url: str, folder: Path, people: int) -> Sample:
    database = Database(url, patience=60)
    sample = settle(database, Privacy.of(_settings(url, folder)), int(NOON), people, send_numbers=SENDERS)
    with database.write() as connection:
        connection.execute(update(templates).values(retired_at=None))
        connection.execute(broadcasts.delete())
    return sample


def _memory(url: str, folder: Path, messages: int) -> tuple[float, float]:
    """Megabytes (highest resident) of a worker after a tenth of the messages and after all."""
    sender_ids = _ready(url, folder, messages)
    with _endpoint() as address:
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            return pool.apply(_weigh, (url, str(folder), address, sender_ids, messages))


def _weigh(url: str, folder: str, address: str, sender_ids: tuple[int, ...], messages: int) -> tuple[float, float]:
    early: list[float] = []
    started = time.time()

    def watch() -> bool:
        done = _fetch(address)["people"]
        if not early and done >= messages // 10:
            early.append(_highest())
        return time.time() - started > 3600

    settings = _settings(url, Path(folder))
    carrier = TwilioCarrier(settings, PooledAsyncClient(address))
    database = Database(url, patience=30)
    post = Post(
        database,
        Privacy.of(settings),
        carrier,
        "https://line.example.org",
        lambda: NOON,
        stopping=watch,
        at_once=CONNECTIONS // len(sender_ids),
    )

    async def run() -> None:
        await asyncio.gather(*(send_due(post, 1, sender_id) for sender_id in sender_ids))
        await carrier.close()

    asyncio.run(run())
    return (early or [0.0])[0], _highest()


def _highest() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _check(address: str, messages: int) -> None:
    found = _fetch(address)
    assert found == {"people": messages, "doubled": 0}, found


def _fetch(address: str) -> dict[str, int]:
    found: dict[str, int] = json.load(urllib.request.urlopen(address))  # noqa: S310 - our own endpoint
    return found


def _settings(url: str, folder: Path) -> Settings:
    return from_environment({"DATABASE_URL": url}, folder)


def _copied(empty: Path, folder: Path) -> str:
    path = Path(tempfile.mkdtemp(dir=folder)) / "bench.db"
    shutil.copy(empty, path)
    return f"sqlite:///{path}"


@contextmanager
def _endpoint() -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).parent / "endpoint.py"), str(PORT), str(PAUSE)]
    process = subprocess.Popen(command, env={**os.environ})  # noqa: S603 - our own endpoint
    try:
        address = f"http://127.0.0.1:{PORT}"
        for _ in range(100):
            try:
                _fetch(address)
                break
            except OSError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
