"""Past one machine: the same jobs run by Procrastinate over PostgreSQL, shared by as many workers as there are.

A job is enqueued in the transaction that makes it needed; each number sends in one worker at a time; what is done
every minute is done once; and a job whose worker died is taken up by another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from service.reminders import jobs
from service.reminders.jobs import Work
from service.reminders.queueing import queue_app, sending_of
from service.reminders.worker import TURN, Job, do_if_due, own_jobs, patiently

log = logging.getLogger(__name__)

app = queue_app()

# Seconds: how often a worker says that it lives, and after how much silence its jobs are taken from it.
HEARTBEAT, SILENT = 5.0, 20.0
AT_ONCE = 8


@app.task(name="send", pass_context=True)
async def send(context: JobContext, clinic_id: int, sender_id: int) -> None:
    """Send what is due from one number."""
    await jobs.send(_work(context), clinic_id, sender_id)


@app.periodic(cron="* * * * *")
@app.task(name="minute", pass_context=True, queueing_lock="minute", lock="minute")
async def minute(context: JobContext, timestamp: int) -> None:
    """What is done once a minute, whoever does it: plan, settle, reconcile, and set what is due to work."""
    work = _work(context)
    await _take_up_stalled(context.app)
    for job in own_jobs(work):
        await patiently(job.do)
    for clinic_id, sender_id in await asyncio.to_thread(jobs.due, work):
        with suppress(AlreadyEnqueued):
            await sending_of(context.app, sender_id).defer_async(clinic_id=clinic_id, sender_id=sender_id)


async def run_many(work: Work, first: Callable[[], int], others: list[Job], *, wait: bool = True) -> None:
    """Work until `work.post.stopping`, or with `wait=False` until no job is left. `first` and `others` belong to this
    machine alone (its spool, its errands) and are done in a loop beside."""
    await patiently(lambda: asyncio.to_thread(jobs.wake_up, work))
    address = work.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    # `first` must have been done before anything is sent: it plays back every STOP that came meanwhile.
    while not await patiently(lambda: asyncio.to_thread(first)):
        await asyncio.sleep(TURN)
    with app.replace_connector(PsycopgConnector(conninfo=address, max_size=AT_ONCE)) as mine:
        async with mine.open_async():
            working = asyncio.create_task(
                mine.run_worker_async(
                    concurrency=AT_ONCE,
                    wait=wait,
                    additional_context={"work": work},
                    install_signal_handlers=False,
                    delete_jobs="successful",
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=SILENT,
                    shutdown_graceful_timeout=15,
                )
            )
            await _beside(work, first, others, working)
    await work.post.carrier.close()


async def _beside(work: Work, first: Callable[[], int], others: list[Job], working: asyncio.Task[None]) -> None:
    while not work.post.stopping() and not working.done():
        if await patiently(lambda: asyncio.to_thread(first)):
            for job in others:
                await do_if_due(job, work.clock())
        await asyncio.wait([working], timeout=TURN)
    if not working.done():
        working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _take_up_stalled(mine: App) -> None:
    """Procrastinate lists jobs whose worker is silent, and retries none: that is for us to do. Sending again is safe,
    because the deliveries know what was begun."""
    for job in await mine.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        log.warning("job %s %s is taken up again: its worker is gone", job.id, job.task_name)
        await mine.job_manager.retry_job(job)


def _work(context: JobContext) -> Work:
    work: Work = context.additional_context["work"]
    return work
