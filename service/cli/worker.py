"""`clearline worker`: plans, sends and settles messages, beside the web server or on its own."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from service.cli.pretending import clock_of
from service.front_desk.messages import InboundText
from service.front_desk.noticeboard import EVERY
from service.front_desk.replay import replay
from service.front_desk.texts import TextDesk
from service.gateway.carrier import Carrier, Listed
from service.gateway.outbox_carrier import OutboxCarrier
from service.parts import Parts, put_together, safety_words_to_review
from service.reminders import stored
from service.reminders.errands import run_errands
from service.reminders.inbound_reconcile import Inbox, catch_up
from service.reminders.jobs import Work, all_clinics, counts, let_go
from service.reminders.post import Post
from service.reminders.privacy import Privacy
from service.reminders.reconcile import Lists
from service.reminders.spoken_names import EVERY as NAMES_EVERY
from service.reminders.spoken_names import record_missing
from service.reminders.worker import Job, in_thread, run
from service.settings import BadSettings, from_environment
from service.storage import page_answers
from service.storage.migrate import upgrade
from service.storage.statistics import count_again

log = logging.getLogger(__name__)

DAY = 86400
INBOUND = 900
# Twilio promises no receipt; what has none after four hours is asked for.
ASK_AFTER = 4 * 3600


@click.command()
@click.option("--once", is_flag=True, help="End when nothing is left to send now.")
@click.option(
    "--pretend",
    default="",
    metavar="TIME",
    help='Try-out only: begin at this local time of the clinic, such as "2026-12-02 10:00".',
)
def command(once: bool, pretend: str) -> None:
    """Plan, send and settle messages until stopped (Ctrl-C, or SIGTERM)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = from_environment(os.environ)
        clock = clock_of(settings, pretend)
        parts = put_together(settings, clock)
    except BadSettings as error:
        raise click.ClickException(str(error)) from error
    upgrade(parts.database)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if settings.send == "shadow":
        log.warning("SEND=shadow: everything is planned and listed, nothing is sent")
    parts.noticeboard.reread()
    if waiting := safety_words_to_review(parts):
        log.warning("nothing that we start is sent before %d safety texts are reviewed (content review)", waiting)
    log.info(standing(parts))
    asyncio.run(_run(parts, stop, once))


def standing(parts: Parts) -> str:
    """What stands before a worker, in one line: the hour of each clinic and how many messages wait there."""
    now = int(parts.clock())
    with parts.database.read() as connection:
        every = [(zone, counts(connection, number)) for number, zone in all_clinics(connection)]
    clinics = [f"{datetime.fromtimestamp(now, ZoneInfo(zone)):%b %d %H:%M} in {zone}" for zone, _ in every]
    waiting = sum(states.get(stored.QUEUED, 0) + states.get(stored.CLAIMED, 0) for _, states in every)
    return f"the worker begins, at {'; '.join(clinics) or 'no clinic yet'}: {waiting} messages wait"


async def _run(parts: Parts, stop: threading.Event, once: bool) -> None:
    work = work_of(parts, stop.is_set)
    if not parts.database.is_sqlite and not once:
        # Past one machine: Procrastinate shares the jobs among all workers. Loaded only there, for its weight.
        from service.reminders.many_machines import run_many

        await run_many(work, lambda: _play_back(parts), _others(parts, work))
        return
    await run(work, lambda: _play_back(parts), _others(parts, work), once=once)


def work_of(parts: Parts, stopping: Callable[[], bool] = lambda: False, carrier: Carrier | None = None) -> Work:
    """What the jobs of this installation need. `carrier` is the phone company, by default the one of the settings."""
    settings = parts.settings
    if carrier is None:
        carrier = _carrier(parts)
    privacy = Privacy.of(settings)
    return Work(
        post=Post(parts.database, privacy, carrier, settings.public_url, parts.clock, stopping=stopping),
        lists=Lists(
            parts.database,
            privacy,
            carrier,
            parts.clock,
            resend=settings.unknown == "resend",
            certain=settings.tryout,
        ),
        clock=parts.clock,
        folder=settings.var / "sheets",
        settle_after=0 if settings.tryout else ASK_AFTER,
        shadow=settings.send == "shadow",
        unreviewed=lambda: safety_words_to_review(parts),
    )


def _carrier(parts: Parts) -> Carrier:
    if parts.settings.tryout:
        return OutboxCarrier(parts.database, parts.clock)
    # Loaded only where there is an account, for its weight.
    from service.gateway.twilio_async import TwilioCarrier

    return TwilioCarrier(parts.settings)


def _others(parts: Parts, work: Work) -> list[Job]:
    """What else a worker does: texts that callers asked for, texts that never reached us, forgetting what is old."""
    jobs = [
        Job("noticeboard", EVERY, in_thread(parts.look_again)),
        Job("errands", 1, in_thread(lambda: _errands(parts))),
        Job("names", NAMES_EVERY, in_thread(lambda: record_missing(parts.database, parts.recordings))),
        Job("purge", DAY, in_thread(lambda: _purge(parts, work))),
        Job("statistics", DAY, in_thread(lambda: count_again(parts.database))),
    ]
    if not parts.settings.tryout:
        inbox = _inbox(parts, work)
        jobs.append(Job("inbound", INBOUND, lambda: catch_up(inbox)))
    return jobs


def _inbox(parts: Parts, work: Work) -> Inbox:
    settings = parts.settings
    desk = TextDesk(
        *(parts.almanac, parts.world, parts.clock, parts.database, parts.performer, parts.spool),
        reminders_only=frozenset({settings.reminders_from} - {settings.line_from}),
        carrier_answers=settings.carrier_keywords == "twilio",
        zone=settings.clinic_zone,
    )

    def answer(item: Listed) -> str:
        return desk.answer(InboundText(item.sid, item.sender, item.to, item.body), written_at=item.created_at)

    def stops(body: str) -> bool:
        reading = parts.almanac().reader.read(body)
        return reading.also_stop or reading.label == "action:stop"

    return Inbox(parts.database, work.post.carrier, parts.clock, settings.numbers, answer, stops)


def _errands(parts: Parts) -> int:
    return run_errands(parts.database, parts.vault, parts.gateway, lambda: parts.almanac().writer, parts.clock)


def _play_back(parts: Parts) -> int:
    return replay(parts.spool, parts.database, parts.performer)


def _purge(parts: Parts, work: Work) -> None:
    let_go(work)
    with parts.database.write() as connection:
        page_answers.forget(connection, int(parts.clock()))
