"""The stand-in phone company reached without a socket, and one turn of sending."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from sqlalchemy import select

from service.gateway.base import NotSent, OutboundText, Rejected, Unknown
from service.gateway.carrier import CannotAsk, Listed, OutboundCall
from service.reminders.claiming import senders_due
from service.reminders.post import Post
from service.reminders.receipts import Heard, receive
from service.reminders.sending import send_due
from service.storage.reminder_tables import deliveries
from tests.reminders.sending.sample_clinic import Sample
from tests.twilio.fates import Answer
from tests.twilio.phone_company import ACCOUNT, PhoneCompany

BASE = f"/2010-04-01/Accounts/{ACCOUNT}/"


class ByHand:
    """A carrier over the stand-in, without HTTP. `listening`: may its lists be read?"""

    def __init__(self, company: PhoneCompany) -> None:
        self.company = company
        self.listening = True

    async def send(self, text: OutboundText) -> str:
        form = {"To": text.to, "From": text.sender, "Body": text.body, "StatusCallback": text.callback}
        return self._submit("Messages.json", form | {"ValidityPeriod": str(text.validity or 60)})

    async def call(self, call: OutboundCall) -> str:
        form = {"To": call.to, "From": call.sender, "Url": call.document, "StatusCallback": call.callback}
        return self._submit("Calls.json", form)

    async def texts(self, *, to: str = "", sender: str = "", since: float) -> Sequence[Listed]:
        return self._list("SM", to, sender, since)

    async def calls(self, *, to: str, since: float) -> Sequence[Listed]:
        return self._list("CA", to, "", since)

    async def close(self) -> None:
        pass

    def _submit(self, path: str, form: dict[str, str]) -> str:
        answered = self.company.submit(BASE + path, form)
        if answered.answer is Answer.REFUSE:
            raise Rejected(json.loads(answered.body)["code"], "refused")
        if answered.answer is Answer.TOO_MANY:
            wait = answered.headers.get("Retry-After")
            raise NotSent("too many", float(wait) if wait else 0.0)
        if answered.answer is not Answer.ACCEPT:
            raise Unknown(answered.answer.value)
        return str(json.loads(answered.body)["sid"])

    def _list(self, kind: str, to: str, sender: str, since: float) -> list[Listed]:
        if not self.listening:
            raise CannotAsk("not now")
        return [
            Listed(m.sid, m.to, m.sender, m.body, m.standing.status, m.standing.error, int(m.created_at), m.inbound)
            for m in self.company.ledger
            if m.sid.startswith(kind)
            and m.listed_at <= self.company.clock()
            and int(m.created_at) >= int(since)
            and to in ("", m.to)
            and sender in ("", m.sender)
        ]


def post(sample: Sample, carrier: ByHand, clock: Callable[[], float], **more: object) -> Post:
    """What sending needs, with chance switched off."""
    address = "https://line.example.org"
    return Post(sample.database, sample.privacy, carrier, address, clock, chance=lambda: 0.5, **more)  # type: ignore[arg-type]


def send_all(sending: Post) -> int:
    """Send everything that is due from every sender; returns the number of requests."""
    with sending.database.read() as connection:
        due = senders_due(connection, int(sending.clock()))

    async def turns() -> int:
        return sum([await send_due(sending, clinic_id, sender_id) for clinic_id, sender_id in due])

    return asyncio.run(turns())


def deliver_receipts(sample: Sample, company: PhoneCompany, now: float) -> int:
    """Hand every callback that the company would post to our receipts; returns how many."""
    count = 0
    with sample.database.write() as connection:
        for address, form in company.callbacks():
            sid = form.get("MessageSid") or form["CallSid"]
            status = form.get("MessageStatus") or form["CallStatus"]
            delivery_id = int(urlsplit(address).path.rpartition("/")[2])
            receive(connection, Heard(sid, status, int(form.get("ErrorCode", 0)) or None, delivery_id), int(now))
            count += 1
    return count


def states(sample: Sample) -> list[str]:
    """The state of every delivery, by id."""
    with sample.database.read() as connection:
        return list(connection.execute(select(deliveries.c.state).order_by(deliveries.c.id)).scalars())


def reasons(sample: Sample) -> list[str]:
    """The reason of every delivery, by id."""
    with sample.database.read() as connection:
        return list(connection.execute(select(deliveries.c.reason).order_by(deliveries.c.id)).scalars())
