"""The jobs of a worker: plain functions over the database, in a loop on one machine, by Procrastinate past it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select, update

from service.reminders import approval, purge, stored, tomorrow_sheet
from service.reminders.claiming import senders_due, zones_due
from service.reminders.eligible import joined, person_reason
from service.reminders.follow_ups import plan_follow_ups
from service.reminders.holding_back import hold_back
from service.reminders.leases import give_up_dead, recover
from service.reminders.pacing import rest
from service.reminders.planning import plan_day
from service.reminders.post import Post
from service.reminders.privacy import Privacy
from service.reminders.receipts import settle_silent
from service.reminders.reconcile import Lists, settle_accepted, settle_unknown
from service.reminders.sending import send_due
from service.storage.database import Database
from service.storage.marks import last_done, mark
from service.storage.reminder_tables import clinics, deliveries, files, senders

log = logging.getLogger(__name__)

# From this local hour on a day's reminders are planned: before anybody may be texted, after the night's files.
PLAN_HOUR = 6
# A worker that was silent for so many seconds comes back slowly.
OUTAGE = 900
# What staff can mend while a message still waits.
MENDABLE = ("held.no_consent", "held.never_text", "held.landline", "held.phone_bad", "held.no_zone", "held.moving")


@dataclass(frozen=True)
class Work:
    """What the jobs need. `settle_after`: seconds after which a missing receipt is asked for; `shadow`: plan and list
    everything, send nothing; `folder`: where the sheets for tomorrow are written; `unreviewed`: how many safety words
    a clinic requires to be reviewed and nobody has: until none is left, nothing that we start is sent."""

    post: Post
    lists: Lists
    clock: Callable[[], float]
    folder: Path
    settle_after: int = 86400
    shadow: bool = False
    unreviewed: Callable[[], int] = lambda: 0

    @property
    def database(self) -> Database:
        """The database of all jobs."""
        return self.post.database


def all_clinics(connection: Connection) -> list[tuple[int, str]]:
    """(id, zone) of every clinic."""
    return [
        (row.id, row.zone) for row in connection.execute(select(clinics.c.id, clinics.c.zone).order_by(clinics.c.id))
    ]


def wake_up(work: Work) -> None:
    """At the start of a worker: after an outage every sender begins at a tenth of its pace for ten minutes. In the
    try-out there is nobody to spare, and a pretended hour would look like an outage."""
    now = work.clock()
    with work.database.write() as connection:
        last = last_done(connection, "worker")
        if last and now - last > OUTAGE and not work.lists.certain:
            log.warning("nothing was sent for %d minutes: sending comes back slowly", (now - last) // 60)
            for sender in connection.execute(select(senders.c.id)).scalars():
                rest(connection, sender, 0, now, slow=True)
        mark(connection, "worker", int(now))
        give_up_dead(connection, int(now))


def plan_today(work: Work) -> int:
    """Plan the day's reminders of every clinic once a day, and again when a list of visits was loaded since: many
    lists come after the morning's planning. Returns how many runs that made."""
    made, now = 0, work.clock()
    with work.database.read() as connection:
        every = all_clinics(connection)
    for clinic_id, zone in every:
        local = datetime.fromtimestamp(now, ZoneInfo(zone))
        planned = _done_today(work, f"plan.{clinic_id}", zone, local.date())
        if local.hour >= PLAN_HOUR and (not planned or _loaded_since(work, clinic_id, f"plan.{clinic_id}")):
            with work.database.write() as connection:
                for plan in (plan_day, plan_follow_ups):
                    run = plan(connection, clinic_id, local.date(), "plan", int(now))
                    if run:
                        approval.settle(connection, clinic_id, run.id, int(now))
                        made += 1
                mark(connection, f"plan.{clinic_id}", int(now))
    return made


def write_sheets(work: Work) -> int:
    """At three in the afternoon, once a day, write each clinic's sheet for tomorrow; returns how many."""
    written, now = 0, work.clock()
    with work.database.read() as connection:
        every = all_clinics(connection)
    for clinic_id, zone in every:
        local = datetime.fromtimestamp(now, ZoneInfo(zone))
        if local.hour >= tomorrow_sheet.READY_AT and not _done_today(work, f"sheet.{clinic_id}", zone, local.date()):
            sheet_for_tomorrow(work.database, work.lists.privacy, work.folder, clinic_id, now)
            with work.database.write() as connection:
                mark(connection, f"sheet.{clinic_id}", int(now))
            written += 1
    return written


def sheet_for_tomorrow(database: Database, privacy: Privacy, folder: Path, clinic_id: int, now: float) -> Path:
    """Write one clinic's sheet for the day after `now`; returns where it stands."""
    with database.read() as connection:
        clinic = connection.execute(select(clinics).where(clinics.c.id == clinic_id)).mappings().one()
        day = tomorrow_sheet.tomorrow(now, clinic["zone"])
        listed = tomorrow_sheet.lines(connection, privacy, clinic_id, day)
    return tomorrow_sheet.write_sheet(folder, clinic["name"], day, listed)


def tidy(work: Work) -> None:
    """Settle what time alone settles: lost claims, missing receipts, runs that are over, what staff have mended."""
    now = int(work.clock())
    with work.database.read() as connection:
        every = all_clinics(connection)
    for clinic_id, _ in every:
        with work.database.write() as connection:
            queued, unknown = recover(connection, clinic_id, now)
            if queued or unknown:
                log.warning("clinic %d: a worker left %d to queue again and %d unknown", clinic_id, queued, unknown)
            settle_silent(connection, clinic_id, now)
            take_up_again(connection, clinic_id, now)
            hold_back(connection, clinic_id, now, zones_due(connection, clinic_id, now))
            approval.finish(connection, clinic_id, now)
    with work.database.write() as connection:
        mark(connection, "worker", now)


def let_go(work: Work) -> None:
    """Once a day: list the closed messages that nobody has copied a week before their words go, then let go of what
    is past its time. In this order, because what was never listed stays."""
    now = int(work.clock())
    with work.database.read() as connection:
        every = all_clinics(connection)
    for clinic_id, _ in every:
        with work.database.write() as connection:
            leaving = purge.leaving_soon(connection, clinic_id, now, mark=True)
            purge.purge(connection, clinic_id, now)
        if leaving:
            log.warning("clinic %d: %d closed messages, not copied, go within a week", clinic_id, len(leaving))


def due(work: Work) -> list[tuple[int, int]]:
    """(clinic id, sender id) of every number that has something to send now."""
    with work.database.read() as connection:
        return senders_due(connection, int(work.clock()))


async def send(work: Work, clinic_id: int, sender_id: int) -> int:
    """Send what is due from one number; in a rehearsal mark it instead. Returns how many requests were made."""
    if work.shadow:
        return rehearse(work, clinic_id)
    if work.unreviewed():
        return 0
    requests = await send_due(work.post, clinic_id, sender_id)
    if requests:
        log.info("clinic %d: %d requests made from number %d", clinic_id, requests, sender_id)
    return requests


async def reconcile(work: Work) -> int:
    """Look for lost answers and missing receipts of every clinic; returns how many were settled."""
    with work.database.read() as connection:
        every = all_clinics(connection)
    settled = 0
    for clinic_id, _ in every:
        settled += await settle_unknown(work.lists, clinic_id)
        settled += await settle_accepted(work.lists, clinic_id, work.settle_after)
    return settled


def rehearse(work: Work, clinic_id: int) -> int:
    """SEND=shadow: whatever would go now is held with that reason instead. Returns 0, for nothing was requested."""
    now = int(work.clock())
    with work.database.write() as connection:
        hold_back(connection, clinic_id, now, zones_due(connection, clinic_id, now))
        would_go = (
            deliveries.c.clinic_id == clinic_id,
            deliveries.c.state == stored.QUEUED,
            deliveries.c.due_at <= now,
        )
        connection.execute(update(deliveries).where(*would_go).values(state=stored.HELD, reason="held.shadow"))
    return 0


def take_up_again(connection: Connection, clinic_id: int, now: int) -> int:
    """Queue again what was held for something that staff have mended since; returns how many."""
    mended = (
        select(deliveries.c.id)
        .select_from(joined())
        .where(
            deliveries.c.clinic_id == clinic_id,
            deliveries.c.state == stored.HELD,
            deliveries.c.reason.in_(MENDABLE),
            deliveries.c.not_after > now,
            person_reason(deliveries.c.channel).is_(None),
        )
    )
    again = update(deliveries).where(deliveries.c.clinic_id == clinic_id, deliveries.c.id.in_(mended))
    return connection.execute(again.values(state=stored.QUEUED, reason=""), {"now": now}).rowcount


def _loaded_since(work: Work, clinic_id: int, name: str) -> bool:
    """Was a list of visits loaded since this was done?"""
    mine = select(func.max(files.c.loaded_at)).where(files.c.clinic_id == clinic_id, files.c.kind == "visits")
    with work.database.read() as connection:
        loaded = connection.execute(mine).scalar_one()
        return loaded is not None and loaded >= (last_done(connection, name) or 0)


def _done_today(work: Work, name: str, zone: str, today: date) -> bool:
    with work.database.read() as connection:
        last = last_done(connection, name)
    return last is not None and datetime.fromtimestamp(last, ZoneInfo(zone)).date() >= today


def counts(connection: Connection, clinic_id: int, run: int | None = None) -> Mapping[str, int]:
    """How many deliveries stand in each state: every one in exactly one, so the sum is what was planned."""
    mine = [deliveries.c.clinic_id == clinic_id]
    if run is not None:
        mine.append(deliveries.c.broadcast_id == run)
    rows = connection.execute(select(deliveries.c.state, func.count()).where(*mine).group_by(deliveries.c.state))
    return {row[0]: row[1] for row in rows}
