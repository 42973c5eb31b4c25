"""Questions: what a phone was asked last on a number of ours, and until when its digits answer that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from service.reminders.answers.meaning import Pending
from service.reminders.rules.template import templates
from service.storage.reminder_tables import deliveries, questions

# The question of a reminder of a visit; that of another message has the message's kind, such as follow_up.
VISIT = "visit"
# Small questions are forgotten like a menu, after two hours.
SMALL_LASTS = 2 * 3600
# `Running late` may come when the visit has begun.
GRACE = 2 * 3600


@dataclass(frozen=True)
class Question:
    """One question. Times in seconds since 1970; `answered_at` None while nobody has answered."""

    id: int
    clinic_id: int
    kind: str
    delivery_id: int | None
    visit_id: int | None
    contact_id: int | None
    asked_at: int
    open_until: int
    answered_at: int | None


@dataclass(frozen=True)
class NewQuestion:
    """A question to be remembered for the phone (its blind index) on our number `ours`."""

    phone: str
    ours: str
    clinic_id: int
    kind: str
    contact_id: int | None = None
    visit_id: int | None = None
    delivery_id: int | None = None


def ask(connection: Connection, new: NewQuestion, now: int, until: int) -> None:
    """Remember a question until `until`. An earlier small question of the same phone is over by it."""
    if is_small(new.kind):
        mine = (questions.c.phone == new.phone, questions.c.ours == new.ours, questions.c.answered_at.is_(None))
        small = or_(questions.c.kind.in_(list(Pending)), questions.c.kind.startswith(f"{Pending.WHICH}."))
        connection.execute(update(questions).where(*mine, small).values(answered_at=now, open_until=now))
    connection.execute(insert(questions).values(**vars(new), asked_at=now, open_until=until))


def is_small(kind: str) -> bool:
    """Is this a small question of ours, not that of a message which the clinic sent?"""
    return kind.partition(".")[0] in set(Pending)


def digits(kind: str) -> str:
    """The digits that answer a message of this kind."""
    return "".join(str(digit) for digit in templates()[kind].asks) if kind in templates() else ""


def asked(connection: Connection, phone: str, ours: str, at: int) -> list[Question]:
    """What this phone was asked on this number and may still answer at `at`, the last question first."""
    still = (questions.c.phone == phone, questions.c.ours == ours, questions.c.open_until > at - GRACE)
    rows = connection.execute(
        select(questions).where(*still, questions.c.asked_at <= at).order_by(questions.c.id.desc())
    ).mappings()
    return [_question(row) for row in rows]


def reminded_since(connection: Connection, clinic_id: int, contact_id: int, since: int) -> bool:
    """Was a reminder sent to this phone at or after `since`?"""
    sent = (deliveries.c.clinic_id == clinic_id, deliveries.c.contact_id == contact_id)
    return (
        connection.execute(select(deliveries.c.id).where(*sent, deliveries.c.accepted_at >= since).limit(1)).first()
        is not None
    )


def close(connection: Connection, ids: Collection[int], now: int) -> None:
    """These questions are over."""
    connection.execute(update(questions).where(questions.c.id.in_(ids)).values(answered_at=now, open_until=now))


def answered_about(connection: Connection, clinic_id: int, visit_ids: Collection[int], now: int) -> None:
    """Somebody answered about these visits: nobody is asked about them again. A digit may still change the answer."""
    about = (questions.c.clinic_id == clinic_id, questions.c.visit_id.in_(visit_ids), questions.c.kind == VISIT)
    connection.execute(update(questions).where(*about, questions.c.answered_at.is_(None)).values(answered_at=now))


def close_of_contact(connection: Connection, clinic_id: int, contact_id: int, now: int) -> None:
    """Nothing is asked of this phone any more."""
    mine = (questions.c.clinic_id == clinic_id, questions.c.contact_id == contact_id)
    connection.execute(update(questions).where(*mine).values(answered_at=now, open_until=now))


def _question(row: Any) -> Question:
    return Question(**{name: row[name] for name in Question.__annotations__})
