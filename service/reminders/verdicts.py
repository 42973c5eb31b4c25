"""Verdicts: what follows from an error of Twilio's, for the delivery, the phone, the sender and the broadcast.

The same error means the same whether it came as the answer to a request or later with a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, select, update

from service.reminders import pacing, stored
from service.reminders.contacts import mark_bad
from service.reminders.optouts import stop_phone
from service.reminders.rules.caps import APART, TRIES_A_DAY
from service.reminders.rules.errors import Kind, Phone, Verdict, classify
from service.reminders.rules.reason import because
from service.reminders.to_do import CHECK_NUMBER, OUT_OF_REACH, PHONE_THEM, alert, open_task
from service.reminders.why import kept
from service.storage.reminder_tables import attempts, broadcasts, consents, contacts, deliveries, plans, senders

# A sender whose queue at Twilio is full rests so long, in seconds.
FULL_QUEUE = 900
DAY = 86400
# The outcome of a try after which the other channel was taken: that happens once.
OTHER_CHANNEL = "other channel"
# So many deliveries in a row that a phone could not be reached, and somebody should ask.
IN_A_ROW = 3


@dataclass(frozen=True)
class About:
    """The delivery that an error is about."""

    id: int
    clinic_id: int
    broadcast_id: int
    contact_id: int
    patient_id: int | None
    visit_id: int | None
    sender_id: int
    channel: str
    phone: str


def about(connection: Connection, clinic_id: int, delivery_id: int) -> About:
    """The delivery with this id."""
    names = [deliveries.c[name] for name in About.__annotations__ if name != "phone"]
    mine = and_(contacts.c.id == deliveries.c.contact_id, contacts.c.clinic_id == deliveries.c.clinic_id)
    row = connection.execute(
        select(*names, contacts.c.phone)
        .join(contacts, mine)
        .where(deliveries.c.clinic_id == clinic_id, deliveries.c.id == delivery_id)
    )
    return About(**row.mappings().one())


def apply(connection: Connection, delivery: About, code: int | None, now: int) -> None:
    """Do what Twilio's error `code` asks for; a failure that came without one is tried no more. The try that it is
    about is closed already."""
    verdict = classify(code)
    if verdict.alert and code is not None:
        alert(connection, delivery.clinic_id, f"twilio.{code}", kept(verdict.reason), now)
    _settle_phone(connection, delivery, verdict, now)
    match verdict.kind:
        case Kind.RETRY:
            _try_again(connection, delivery, verdict, now)
        case Kind.SLOW_DOWN:
            pacing.rest(connection, delivery.sender_id, FULL_QUEUE, now, slow=True)
            _become(connection, delivery, stored.QUEUED, kept(verdict.reason), next_try_at=now + FULL_QUEUE)
        case Kind.HALT_SENDER:
            # It waits in the queue, from which nothing of a halted sender is claimed.
            _halt_sender(connection, delivery, verdict, now)
            _become(connection, delivery, stored.QUEUED, kept(verdict.reason), message_sid=None)
        case Kind.HALT_BROADCAST:
            _end(connection, delivery, verdict, now)
            _halt_broadcast(connection, delivery, verdict)
        case Kind.OURS | Kind.UNKNOWN:
            # Our own address failed, or Twilio itself does not know: the delivery stays where it is.
            pass
        case _:
            _end(connection, delivery, verdict, now)


def unanswered(connection: Connection, delivery: About, status: str, now: int) -> None:
    """A call that was busy, not answered or failed: tried again within its hours, then over the other channel."""
    reason = because("call.busy" if status == "busy" else "call.no_answer")
    _try_again(connection, delivery, Verdict(Kind.RETRY, reason, times=None), now)


def try_other_channel(connection: Connection, delivery: About, now: int) -> bool:
    """Queue a call instead of a text, or a text instead of a call, where the plan has both, the person agreed to it
    and never refused it. It counts as a further try of the same reminder, two hours later."""
    other = "call" if delivery.channel == "text" else "text"
    allowed = contacts.c.never_call if other == "call" else contacts.c.never_text
    possible = (
        select(deliveries.c.id)
        .join(
            contacts, and_(contacts.c.id == deliveries.c.contact_id, contacts.c.clinic_id == deliveries.c.clinic_id)
        )
        .join(broadcasts, broadcasts.c.id == deliveries.c.broadcast_id)
        .join(plans, and_(plans.c.id == broadcasts.c.plan_id, plans.c.clinic_id == deliveries.c.clinic_id))
        .join(consents, and_(consents.c.contact_id == contacts.c.id, consents.c.clinic_id == contacts.c.clinic_id))
        .where(
            deliveries.c.clinic_id == delivery.clinic_id,
            deliveries.c.id == delivery.id,
            plans.c.channels.contains(other),
            consents.c.channel == other,
            consents.c.superseded_at.is_(None),
            ~allowed,
            contacts.c.line_kind != ("landline" if other == "text" else ""),
        )
    )
    changed_before = select(attempts.c.id).where(
        attempts.c.delivery_id == delivery.id, attempts.c.outcome == OTHER_CHANNEL
    )
    if connection.execute(changed_before).first() or connection.execute(possible).first() is None:
        return False
    again = now + int(APART.total_seconds())
    mine = (attempts.c.clinic_id == delivery.clinic_id, attempts.c.delivery_id == delivery.id)
    connection.execute(update(attempts).where(*mine).values(outcome=OTHER_CHANNEL))
    _become(connection, delivery, stored.QUEUED, "", channel=other, next_try_at=again, message_sid=None)
    return True


def _try_again(connection: Connection, delivery: About, verdict: Verdict, now: int) -> None:
    made = _tries(connection, delivery, 0)
    limit = TRIES_A_DAY if verdict.times is None else verdict.times + 1
    if made >= limit or _tries(connection, delivery, now - DAY) >= TRIES_A_DAY:
        _end(connection, delivery, verdict, now)
        return
    wait = max(int(verdict.wait.total_seconds()), int(APART.total_seconds()))
    _become(connection, delivery, stored.QUEUED, kept(verdict.reason), next_try_at=now + wait, message_sid=None)


def _tries(connection: Connection, delivery: About, since: int) -> int:
    """How often this reminder may have reached the phone."""
    reached = attempts.c.outcome.in_(("", "accepted", "unknown"))
    count = select(func.count()).where(attempts.c.delivery_id == delivery.id, attempts.c.at >= since, reached)
    return int(connection.execute(count).scalar_one())


def _end(connection: Connection, delivery: About, verdict: Verdict, now: int) -> None:
    """No further try like this one: over the other channel where that may help, else it stays as the error says."""
    fallback = verdict.phone in (Phone.NO_TEXTS, Phone.OUT_OF_REACH) or verdict.kind is Kind.RETRY
    if fallback and try_other_channel(connection, delivery, now):
        return
    after = verdict.delivery
    assert after is not None
    final = now if after.final else None
    if not _become(connection, delivery, stored.STORED[after], kept(verdict.reason), final_at=final):
        # Twilio had taken it, so it cannot be held any more.
        _become(connection, delivery, stored.UNDELIVERED, kept(verdict.reason), final_at=now)
    if after.final and verdict.kind is not Kind.OPT_OUT:
        open_task(
            connection,
            delivery.clinic_id,
            PHONE_THEM,
            now,
            contact_id=delivery.contact_id,
            patient_id=delivery.patient_id,
            visit_id=delivery.visit_id,
        )


def _settle_phone(connection: Connection, delivery: About, verdict: Verdict, now: int) -> None:
    mine = (contacts.c.clinic_id == delivery.clinic_id, contacts.c.id == delivery.contact_id)
    match verdict.phone:
        case Phone.BAD:
            mark_bad(connection, delivery.clinic_id, delivery.contact_id, kept(verdict.reason))
            _ask_number(connection, delivery, CHECK_NUMBER, now)
        case Phone.NO_TEXTS:
            connection.execute(update(contacts).where(*mine).values(line_kind="landline"))
        case Phone.OPTED_OUT:
            stop_phone(connection, delivery.phone, "carrier", now)
        case Phone.ASK:
            _ask_number(connection, delivery, CHECK_NUMBER, now)
        case Phone.OUT_OF_REACH:
            if _unreached_in_a_row(connection, delivery) >= IN_A_ROW:
                _ask_number(connection, delivery, OUT_OF_REACH, now)


def _ask_number(connection: Connection, delivery: About, kind: str, now: int) -> None:
    open_task(
        connection, delivery.clinic_id, kind, now, contact_id=delivery.contact_id, patient_id=delivery.patient_id
    )


def _unreached_in_a_row(connection: Connection, delivery: About) -> int:
    """How many of the phone's last deliveries did not reach it, this one included."""
    last = (
        select(deliveries.c.state)
        .where(
            deliveries.c.clinic_id == delivery.clinic_id,
            deliveries.c.contact_id == delivery.contact_id,
            deliveries.c.id != delivery.id,
            deliveries.c.final_at.is_not(None),
        )
        .order_by(deliveries.c.final_at.desc())
        .limit(IN_A_ROW - 1)
    )
    states = list(connection.execute(last).scalars())
    return 1 + next((n for n, state in enumerate(states) if state != stored.UNDELIVERED), len(states))


def _halt_sender(connection: Connection, delivery: About, verdict: Verdict, now: int) -> None:
    halted = update(senders).where(senders.c.halted_at.is_(None))
    if not verdict.everywhere:
        halted = halted.where(senders.c.clinic_id == delivery.clinic_id, senders.c.id == delivery.sender_id)
    connection.execute(halted.values(halted_at=now, halted_why=kept(verdict.reason)[:200]))


def _halt_broadcast(connection: Connection, delivery: About, verdict: Verdict) -> None:
    """Pause the run, where more of it than the verdict's share came back with this code."""
    of_run = (deliveries.c.clinic_id == delivery.clinic_id, deliveries.c.broadcast_id == delivery.broadcast_id)
    tried = select(func.count()).where(*of_run, deliveries.c.tries > 0)
    line = kept(verdict.reason)
    back = select(func.count()).where(*of_run, deliveries.c.reason == line)
    if connection.execute(back).scalar_one() > verdict.share * connection.execute(tried).scalar_one():
        pause_run(connection, delivery.clinic_id, delivery.broadcast_id, line)


def pause_run(connection: Connection, clinic_id: int, broadcast_id: int, why: str) -> None:
    """Let nothing more of a run start until somebody resumes it."""
    running = (
        broadcasts.c.clinic_id == clinic_id,
        broadcasts.c.id == broadcast_id,
        broadcasts.c.state.in_(("approved", "sending")),
    )
    connection.execute(update(broadcasts).where(*running).values(state="paused", paused_why=why[:200]))


def _become(connection: Connection, delivery: About, state: str, reason: str, **values: Any) -> bool:
    """Move the delivery, if the states allow that; what is final stays. Was it moved?"""
    allowed = (*stored.may_become(state), state)
    mine = (
        deliveries.c.clinic_id == delivery.clinic_id,
        deliveries.c.id == delivery.id,
        deliveries.c.state.in_(allowed),
    )
    changed = {"state": state, "reason": reason, "worker": "", "lease_until": None, **values}
    return bool(connection.execute(update(deliveries).where(*mine).values(changed)).rowcount)
