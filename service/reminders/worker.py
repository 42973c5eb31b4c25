"""The worker: one process that does every job in a loop, for an installation on one machine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from service.reminders import jobs
from service.reminders.jobs import Work
from service.storage.database import StorageDown

log = logging.getLogger(__name__)

# Seconds between two turns of the loop, and between two times that a job is done.
TURN = 1.0


@dataclass
class Job:
    """Something done again and again, `every` so many seconds."""

    name: str
    every: float
    do: Callable[[], Awaitable[object]]
    done_at: float = field(default=float("-inf"))


def in_thread(step: Callable[[], object]) -> Callable[[], Awaitable[object]]:
    """A blocking step as one to wait for."""
    return lambda: asyncio.to_thread(step)


def own_jobs(work: Work) -> list[Job]:
    """The jobs of the reminders, in the order in which a turn does them."""
    return [
        Job("tidy", 5, in_thread(lambda: jobs.tidy(work))),
        Job("plan", 60, in_thread(lambda: jobs.plan_today(work))),
        Job("sheets", 60, in_thread(lambda: jobs.write_sheets(work))),
        Job("reconcile", 10 if work.lists.certain else 60, lambda: jobs.reconcile(work)),
    ]


async def run(work: Work, first: Callable[[], int], others: list[Job], *, once: bool = False) -> None:
    """Turn after turn until `work.post.stopping`. `first` comes before anything is claimed in every turn: it plays
    back what came while the database was down, STOP first. With `once` it ends when nothing is left to send now."""
    await patiently(in_thread(lambda: jobs.wake_up(work)))
    everything = [*own_jobs(work), *others]
    sending: dict[tuple[int, int], asyncio.Task[int]] = {}
    while not work.post.stopping():
        if await patiently(in_thread(first)):
            for job in everything:
                await do_if_due(job, work.clock())
            await _start_senders(work, sending)
        if once and not sending:
            break
        await _wait(sending, once)
    if sending:
        await asyncio.gather(*sending.values(), return_exceptions=True)
    if once:
        for job in own_jobs(work):
            await patiently(job.do)
    await work.post.carrier.close()


async def do_if_due(job: Job, now: float) -> None:
    """Do a job whose time has come again. One that failed is tried in the next turn."""
    if (now - job.done_at >= job.every or now < job.done_at) and await patiently(job.do):
        job.done_at = now


async def _start_senders(work: Work, sending: dict[tuple[int, int], asyncio.Task[int]]) -> None:
    for key in [key for key, task in sending.items() if task.done()]:
        task = sending.pop(key)
        if error := task.exception():
            log.error("sending from number %d ended: %r", key[1], error)
    try:
        due = await asyncio.to_thread(jobs.due, work)
    except StorageDown as error:
        log.warning("the worker waits for the database: %s", error)
        return
    for key in due:
        if key not in sending:
            sending[key] = asyncio.create_task(jobs.send(work, *key))


async def _wait(sending: dict[tuple[int, int], asyncio.Task[int]], once: bool) -> None:
    if once and sending:
        await asyncio.wait(sending.values(), return_when=asyncio.FIRST_COMPLETED)
    else:
        await asyncio.sleep(TURN)


async def patiently(step: Callable[[], Awaitable[object]]) -> bool:
    """Do a step; False where the database is away or the step failed. One bad job must not end the others."""
    try:
        await step()
    except StorageDown as error:
        log.warning("the worker waits for the database: %s", error)
        return False
    except Exception:
        log.exception("a job of the worker failed")
        return False
    return True
