"""A storm of receipts: shuffled, repeated and dropped; after reconciling every state equals the ledger's."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select

from service.reminders import stored
from service.reminders.privacy import Privacy
from service.reminders.receipts import Heard, receive
from service.reminders.reconcile import Lists, settle_accepted
from service.storage.database import Database
from service.storage.reminder_tables import deliveries
from tests.reminders.sending.by_hand import ByHand, post, send_all
from tests.reminders.sending.sample_clinic import queue, settle
from tests.twilio.fates import Fate
from tests.twilio.phone_company import PhoneCompany

HOURS_LATER = 5 * 3600
ENDS = (
    (("sending", 0), ("sent", 0), ("delivered", 0)),
    (("queued", 0), ("sent", 0), ("delivered", 0)),
    (("sent", 0), ("undelivered", 30005), ("undelivered", 0)),
    (("sent", 0), ("undelivered", 30006)),
    (("sent", 0), ("failed", 30007)),
    (("sent", 0),),
)


@dataclass(frozen=True)
class Settled:
    """`callbacks` were handed in for `messages`; `different` states differ from the ledger's after reconciling."""

    messages: int
    callbacks: int
    different: int
    planned: int
    counted: int


def storm(
    database: Database,
    privacy: Privacy,
    now: int,
    messages: int,
    seed: int,
    said: Callable[[str], None] = lambda _: None,
) -> Settled:
    """Send `messages`, hand in their receipts in any order over all (one in ten twice, three in ten never)."""
    chance = random.Random(seed)
    moment = [float(now)]
    weights = (50, 30, 5, 5, 0.5, 9.5)

    def choose(_: object) -> Fate:
        return Fate(receipts=chance.choices(ENDS, weights)[0], repeated=0.1, dropped=0.3)

    company = PhoneCompany(lambda: moment[0], choose, chance, checked=False)
    sample = settle(database, privacy, now, messages)
    queue(sample, range(1, messages + 1), kind="broadcast")
    carrier = ByHand(company)
    send_all(post(sample, carrier, company.clock))
    calls = list(company.callbacks())
    chance.shuffle(calls)
    for start in range(0, len(calls), 500):
        with database.write() as connection:
            for address, form in calls[start : start + 500]:
                delivery = int(urlsplit(address).path.rpartition("/")[2])
                error = int(form.get("ErrorCode", 0)) or None
                receive(connection, Heard(form["MessageSid"], form["MessageStatus"], error, delivery), int(moment[0]))
        said(f"{start + 500} of {len(calls)} callbacks")
    moment[0] += HOURS_LATER
    lists = Lists(database, privacy, carrier, company.clock)
    asyncio.run(settle_accepted(lists, sample.clinic_id, HOURS_LATER - 60))
    with database.read() as connection:
        rows = connection.execute(select(deliveries.c.message_sid, deliveries.c.state)).all()
    found = {sid: state for sid, state in rows if sid}
    truth = {message.sid: stored.STORED[message.standing.state] for message in company.ledger}
    different = sum(found.get(sid) != state for sid, state in truth.items()) + (len(found) - len(truth))
    return Settled(len(truth), len(calls), different, messages, len(rows))
