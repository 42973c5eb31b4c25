"""Outcomes: what Twilio answered to our requests, written down in bulk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    String,
    and_,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)

from service.reminders import stored, verdicts
from service.reminders.rules import backoff
from service.reminders.rules.template import templates as shipped
from service.storage import reminder_tables
from service.storage.json_rows import as_json, json_rows, unindexed
from service.storage.prepared import Prepared, one_of
from service.storage.reminder_tables import attempts, contacts, deliveries, questions, senders, visits

# A lost answer is first looked for in Twilio's list after so many seconds.
FIRST_LOOK = 60
WEEK = 7 * 86400


class How(StrEnum):
    """How one request ended."""

    ACCEPTED = "accepted"
    NOT_SENT = "not sent"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    # Nothing was requested: the phone said STOP in the last moment, or there were no words or no number to send.
    STOPPED = "stopped"
    HELD = "held"


@dataclass(frozen=True)
class Outcome:
    """The end of one try. `sid` where it was accepted, `code` where it was refused, `retry_after` in seconds where
    Twilio answered that it was too much (0 where it named no time), `why` (a code of `held_words.yaml`) where it is
    held."""

    delivery_id: int
    how: How
    sid: str = ""
    code: int | None = None
    retry_after: float | None = None
    why: str = ""


def write(
    connection: Connection, clinic_id: int, outcomes: Sequence[Outcome], now: int, chance: Callable[[], float]
) -> None:
    """Write down how tries of a clinic ended. `chance` gives 0 to 1, to spread what is tried again."""
    if not outcomes:
        return
    _close_tries(connection, clinic_id, outcomes, now)
    accepted = [outcome for outcome in outcomes if outcome.how is How.ACCEPTED]
    if accepted:
        rows = as_json({"id": outcome.delivery_id, "sid": outcome.sid} for outcome in accepted)
        _ACCEPT.run(connection, {"clinic": clinic_id, "rows": rows, "at": now})
    lost = [outcome.delivery_id for outcome in outcomes if outcome.how is How.UNKNOWN]
    if lost:
        connection.execute(_LOSE, [{"clinic": clinic_id, "delivery": n, "look": now + FIRST_LOOK} for n in lost])
    stopped = [outcome.delivery_id for outcome in outcomes if outcome.how is How.STOPPED]
    if stopped:
        connection.execute(_STOP, [{"clinic": clinic_id, "delivery": n, "at": now} for n in stopped])
    held = [{"clinic": clinic_id, "delivery": o.delivery_id, "why": o.why} for o in outcomes if o.how is How.HELD]
    if held:
        connection.execute(_HOLD, held)
    ask(connection, clinic_id, [outcome.delivery_id for outcome in accepted] + lost, now)
    for outcome in outcomes:
        if outcome.how is How.NOT_SENT:
            _wait(connection, clinic_id, outcome, now, chance())
        elif outcome.how is How.REJECTED and outcome.code is not None:
            verdicts.apply(connection, verdicts.about(connection, clinic_id, outcome.delivery_id), outcome.code, now)


def ask(connection: Connection, clinic_id: int, ids: Sequence[int], now: int) -> None:
    """Open the question of each of these deliveries that asks one: until the visit, a digit answers it."""
    if not ids:
        return
    values = {"clinic": clinic_id, "ids": as_json({"id": delivery} for delivery in ids), "now": now}
    _ASK.run(connection, values | {"next_week": now + WEEK})


def _ask(dialect: str) -> Any:
    table = reminder_tables.templates
    wanted = json_rows(dialect, "ids", {"id": int})
    # By phone and number of ours, for which there is an index.
    asked_before = (
        select(questions.c.id)
        .where(
            questions.c.phone == contacts.c.phone,
            questions.c.ours == senders.c.number,
            questions.c.delivery_id == deliveries.c.id,
        )
        .exists()
    )
    asked = (
        select(
            contacts.c.phone,
            senders.c.number,
            deliveries.c.clinic_id,
            case((deliveries.c.visit_id.is_not(None), "visit"), else_=table.c.kind),
            deliveries.c.id,
            deliveries.c.visit_id,
            deliveries.c.contact_id,
            bindparam("now", type_=BigInteger),
            func.coalesce(visits.c.starts_at, bindparam("next_week", type_=BigInteger)),
        )
        .select_from(wanted)
        .join(deliveries, deliveries.c.id == wanted.c.id)
        .join(
            contacts, and_(contacts.c.id == deliveries.c.contact_id, contacts.c.clinic_id == deliveries.c.clinic_id)
        )
        .join(senders, and_(senders.c.id == deliveries.c.sender_id, senders.c.clinic_id == deliveries.c.clinic_id))
        .join(table, and_(table.c.id == deliveries.c.template_id, table.c.clinic_id == deliveries.c.clinic_id))
        .outerjoin(visits, and_(visits.c.id == deliveries.c.visit_id, visits.c.clinic_id == deliveries.c.clinic_id))
        .where(
            unindexed(deliveries.c.clinic_id) == bindparam("clinic"),
            deliveries.c.channel == "text",
            one_of(table.c.kind, [name for name, template in shipped().items() if template.asks]),
            ~asked_before,
        )
    )
    names = ["phone", "ours", "clinic_id", "kind", "delivery_id", "visit_id", "contact_id", "asked_at", "open_until"]
    return insert(questions).from_select(names, asked)


def _close_tries(connection: Connection, clinic_id: int, outcomes: Sequence[Outcome], now: int) -> None:
    rows = as_json(
        {
            "id": outcome.delivery_id,
            "how": outcome.how.value,
            "code": outcome.code,
            "asked": None if outcome.retry_after is None else int(outcome.retry_after),
        }
        for outcome in outcomes
    )
    _CLOSE.run(connection, {"clinic": clinic_id, "rows": rows, "at": now})


def _close(dialect: str) -> Any:
    rows = json_rows(dialect, "rows", {"id": int, "how": str, "code": int, "asked": int})
    return (
        update(attempts)
        .where(
            attempts.c.clinic_id == bindparam("clinic"),
            attempts.c.delivery_id == rows.c.id,
            # Another worker may have given this one up and noted the try as unknown.
            one_of(attempts.c.outcome, ("", How.UNKNOWN.value)),
        )
        .values(
            outcome=rows.c.how,
            code=rows.c.code,
            retry_after=rows.c.asked,
            ended_at=bindparam("at", type_=BigInteger),
        )
    )


def _accept(dialect: str) -> Any:
    rows = json_rows(dialect, "rows", {"id": int, "sid": str})
    return (
        update(deliveries)
        .where(
            unindexed(deliveries.c.clinic_id) == bindparam("clinic"),
            deliveries.c.id == rows.c.id,
            # A receipt may have been faster than our own note: then the delivery stands where it belongs already.
            one_of(unindexed(deliveries.c.state), stored.may_become(stored.ACCEPTED)),
        )
        .values(
            state=stored.ACCEPTED,
            reason="",
            worker="",
            lease_until=None,
            next_try_at=None,
            message_sid=rows.c.sid,
            accepted_at=bindparam("at", type_=BigInteger),
        )
    )


def _wait(connection: Connection, clinic_id: int, outcome: Outcome, now: int, chance: float) -> None:
    """Back in the queue, after a wait that grows with every try that was not sent."""
    unsent = select(func.count()).where(
        attempts.c.clinic_id == clinic_id,
        attempts.c.delivery_id == outcome.delivery_id,
        attempts.c.outcome == How.NOT_SENT.value,
    )
    failures = int(connection.execute(unsent).scalar_one())
    again = now + 1 + int(backoff.wait(failures, chance, outcome.retry_after))
    mine = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.id == outcome.delivery_id,
        deliveries.c.state.in_((stored.CLAIMED, stored.UNKNOWN)),
    )
    values = {"state": stored.QUEUED, "worker": "", "lease_until": None, "next_try_at": again}
    connection.execute(update(deliveries).where(*mine).values(reason="error.too_many_requests", **values))


_MINE = (deliveries.c.clinic_id == bindparam("clinic"), deliveries.c.id == bindparam("delivery"))
_LOSE = (
    update(deliveries)
    .where(*_MINE, deliveries.c.state == stored.CLAIMED)
    .values(state=stored.UNKNOWN, reason="unknown.open", worker="", lease_until=None, next_try_at=bindparam("look"))
)
_STOP = (
    update(deliveries)
    .where(*_MINE, one_of(deliveries.c.state, (stored.CLAIMED, stored.UNKNOWN)))
    .values(state=stored.CANCELLED, reason="held.stopped", worker="", lease_until=None, final_at=bindparam("at"))
)
_HOLD = (
    update(deliveries)
    .where(*_MINE, deliveries.c.state == stored.CLAIMED)
    .values(state=stored.HELD, reason=bindparam("why", type_=String), worker="", lease_until=None)
)
_ASK, _ACCEPT, _CLOSE = Prepared(_ask), Prepared(_accept), Prepared(_close)
