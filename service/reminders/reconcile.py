"""Reconciling what we sent: Twilio's lists settle lost answers and missing receipts; nothing is sent again blindly.

A lost answer is looked for at once and again fifteen minutes later. Found nowhere twice, a person decides, or it is
sent once more where the installation says so (that may double it). We go on looking for a day, because lists lag."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select, update

from service.gateway.carrier import CannotAsk, Carrier, Listed
from service.reminders import stored
from service.reminders.letters import Letter, load
from service.reminders.outcomes import ask
from service.reminders.privacy import Privacy
from service.reminders.receipts import Heard, adopt, receive
from service.reminders.to_do import DECIDE_UNKNOWN, open_task
from service.storage.database import Database
from service.storage.reminder_tables import attempts, deliveries, senders

log = logging.getLogger(__name__)

APART = 900
LATER = 3600
LOOK_FOR = 86400
# Clocks differ; a message listed so many seconds before our try began may still be it.
SKEW = 5
AT_ONCE = 10
MOST = 200
FINAL = ("delivered", "undelivered", "failed", "canceled", "completed", "busy", "no-answer")


@dataclass(frozen=True)
class Lists:
    """What reconciling needs. `resend`: send once more what two lists did not show (it may double). `certain`: these
    lists never lag, so what they do not show was not sent (the try-out's own)."""

    database: Database
    privacy: Privacy
    carrier: Carrier
    clock: Callable[[], float]
    resend: bool = False
    certain: bool = False


@dataclass(frozen=True)
class _Lost:
    letter: Letter
    tried_at: int
    looks: int


async def settle_unknown(lists: Lists, clinic_id: int) -> int:
    """Look for the lost answers of a clinic whose next look is due; returns how many were found."""
    now = int(lists.clock())
    with lists.database.read() as connection:
        lost = _lost(connection, lists.privacy, clinic_id, now)
    gate = asyncio.Semaphore(AT_ONCE)

    async def look(one: _Lost) -> bool:
        async with gate:
            return await _look(lists, clinic_id, one, now)

    return sum(await asyncio.gather(*(look(one) for one in lost)))


async def settle_accepted(lists: Lists, clinic_id: int, older_than: int) -> int:
    """Ask how messages ended of which no final receipt came within `older_than` seconds; returns how many answers
    were new. One page of the list per sender, from the oldest such message on."""
    now = int(lists.clock())
    with lists.database.read() as connection:
        waiting = dict(
            connection.execute(
                select(deliveries.c.message_sid, deliveries.c.id).where(
                    deliveries.c.clinic_id == clinic_id,
                    deliveries.c.state.in_((stored.ACCEPTED, stored.NO_RECEIPT)),
                    deliveries.c.accepted_at <= now - older_than,
                )
            ).all()
        )
        numbers = _numbers(connection, clinic_id, list(waiting.values()))
    new = 0
    for sender, since in numbers:
        try:
            listed = await lists.carrier.texts(sender=sender, since=since - SKEW)
        except CannotAsk as error:
            log.warning("the list of messages could not be read: %s", error)
            continue
        ended = [item for item in listed if item.sid in waiting and item.status in FINAL]
        with lists.database.write() as connection:
            for item in ended:
                new += receive(connection, Heard(item.sid, item.status, item.error, waiting[item.sid]), now)
    return new


def decide(connection: Connection, clinic_id: int, delivery_id: int, sent: bool, now: int) -> bool:
    """A person says whether a lost message went out: it counts as accepted, or goes again. False where it was settled
    meanwhile."""
    mine = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.id == delivery_id,
        deliveries.c.state == stored.UNKNOWN,
    )
    values: dict[str, object] = {"next_try_at": None, "reason": ""}
    values |= {"state": stored.ACCEPTED, "accepted_at": now} if sent else {"state": stored.QUEUED}
    changed = connection.execute(update(deliveries).where(*mine).values(values)).rowcount
    if changed and not sent:
        tried = (attempts.c.clinic_id == clinic_id, attempts.c.delivery_id == delivery_id)
        connection.execute(
            update(attempts).where(*tried, attempts.c.outcome == "unknown").values(outcome="not sent", ended_at=now)
        )
    return bool(changed)


async def _look(lists: Lists, clinic_id: int, one: _Lost, now: int) -> bool:
    letter = one.letter
    since = one.tried_at - SKEW
    try:
        if letter.channel == "call":
            listed: Sequence[Listed] = await lists.carrier.calls(to=letter.to, since=since)
        else:
            listed = await lists.carrier.texts(to=letter.to, since=since)
    except CannotAsk as error:
        log.warning("the list of messages could not be read: %s", error)
        return False
    with lists.database.write() as connection:
        found = _ours(connection, letter, listed)
        if found is None:
            _not_listed(connection, lists, clinic_id, one, now)
            return False
        adopt(connection, clinic_id, letter.delivery_id, found.sid, now)
        ask(connection, clinic_id, [letter.delivery_id], now)
        receive(connection, Heard(found.sid, found.status, found.error, letter.delivery_id), now)
    return True


def _ours(connection: Connection, letter: Letter, listed: Sequence[Listed]) -> Listed | None:
    """The listed message that is this letter: same phone, same words, and no other delivery's."""
    words = letter.words().text if letter.channel == "text" else ""
    fitting = [item for item in listed if not item.inbound and item.to == letter.to and item.body == words]
    taken = set(
        connection.execute(
            select(deliveries.c.message_sid).where(deliveries.c.message_sid.in_([item.sid for item in fitting]))
        ).scalars()
    )
    return next((item for item in fitting if item.sid not in taken), None)


def _not_listed(connection: Connection, lists: Lists, clinic_id: int, one: _Lost, now: int) -> None:
    """Note a look that found nothing; after the second, fifteen minutes later, a person decides."""
    mine = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.id == one.letter.delivery_id,
        deliveries.c.state == stored.UNKNOWN,
    )
    looks = one.looks + 1
    if lists.certain or (looks >= 2 and lists.resend and now + 60 < one.letter.not_after):
        decide(connection, clinic_id, one.letter.delivery_id, False, now)
        return
    again = now + (APART if looks < 2 else LATER)
    values: dict[str, object] = {"next_try_at": again if now - one.tried_at < LOOK_FOR else None}
    if looks >= 2:
        values["reason"] = "unknown.asked"
    if connection.execute(update(deliveries).where(*mine).values(values)).rowcount:
        tried = (attempts.c.clinic_id == clinic_id, attempts.c.delivery_id == one.letter.delivery_id)
        connection.execute(update(attempts).where(*tried, attempts.c.outcome == "unknown").values(code=looks))
        if looks == 2:
            open_task(connection, clinic_id, DECIDE_UNKNOWN, now, contact_id=one.letter.contact_id)


def _lost(connection: Connection, privacy: Privacy, clinic_id: int, now: int) -> list[_Lost]:
    # The number of looks stands in the code of the open try, which has no code of Twilio's.
    rows = connection.execute(
        select(deliveries.c.id, attempts.c.at, attempts.c.code)
        .join(
            attempts,
            and_(attempts.c.delivery_id == deliveries.c.id, attempts.c.clinic_id == deliveries.c.clinic_id),
        )
        .where(
            deliveries.c.clinic_id == clinic_id,
            deliveries.c.state == stored.UNKNOWN,
            deliveries.c.next_try_at <= now,
            attempts.c.outcome == "unknown",
        )
        .order_by(deliveries.c.next_try_at)
        .limit(MOST)
    ).all()
    letters = {
        letter.delivery_id: letter for letter in load(connection, privacy, clinic_id, [row.id for row in rows])
    }
    return [_Lost(letters[row.id], row.at, row.code or 0) for row in rows if row.id in letters and letters[row.id].to]


def _numbers(connection: Connection, clinic_id: int, ids: Sequence[int]) -> list[tuple[str, int]]:
    """Our numbers that sent these deliveries, each with when the first of them went."""
    found: dict[str, int] = {}
    for start in range(0, len(ids), 500):
        rows = connection.execute(
            select(senders.c.number, func.min(deliveries.c.accepted_at))
            .join(
                senders, and_(senders.c.id == deliveries.c.sender_id, senders.c.clinic_id == deliveries.c.clinic_id)
            )
            .where(deliveries.c.clinic_id == clinic_id, deliveries.c.id.in_(ids[start : start + 500]))
            .group_by(senders.c.number)
        )
        for number, first in rows:
            found[number] = min(first, found.get(number, first))
    return sorted(found.items())
