"""Keeping no longer than needed: old words and deliveries go, but never what somebody still has to deal with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, delete, exists, func, or_, select, update

from service.reminders import audit
from service.reminders.call_log import purge_calls
from service.reminders.retention import retention
from service.storage.reminder_tables import (
    attempts,
    consents,
    deliveries,
    join_cards,
    questions,
    receipts,
    replies,
    tasks,
    visits,
)

DAY = 86400
# Questions, cards and calls go after a month; what shows that somebody agreed is kept for years. How long words and
# deliveries stay a clinic chooses: see `retention`.
KEEP_WORDS = 30 * DAY
KEEP_CONSENTS = 10 * 365 * DAY
# So long before their words go, closed messages that nobody copied to the chart are listed once.
NOTICE = 7 * DAY
FINISHED = ("delivered", "undelivered", "no_receipt", "rejected", "cancelled", "expired")


@dataclass(frozen=True)
class Leaving:
    """A closed message whose words go soon, and that nobody copied to the chart."""

    task_id: int
    reply_id: int
    contact_id: int
    at: int
    goes_at: int


@dataclass(frozen=True)
class Purged:
    """How many rows lost their words or went."""

    replies: int
    deliveries: int
    visits: int
    questions: int
    cards: int
    consents: int
    calls: int


def leaving_soon(connection: Connection, clinic_id: int, now: int, *, mark: bool = False) -> list[Leaving]:
    """Closed, uncopied messages whose words go within 7 days. With `mark` only those that were never listed, which
    count as listed from now on: their words go a week later at the earliest."""
    goes_at = _goes_at(retention(connection, clinic_id).words)
    fresh = (tasks.c.listed_at.is_(None),) if mark else ()
    rows = connection.execute(
        select(tasks.c.id.label("task_id"), replies.c.id, replies.c.contact_id, replies.c.at, goes_at)
        .join(replies, (replies.c.id == tasks.c.reply_id) & (replies.c.clinic_id == tasks.c.clinic_id))
        .where(
            tasks.c.clinic_id == clinic_id,
            tasks.c.closed_at.is_not(None),
            tasks.c.copied_at.is_(None),
            replies.c.words_sealed.is_not(None),
            goes_at <= now + NOTICE,
            *fresh,
        )
        .order_by(replies.c.at, tasks.c.id)
    ).all()
    if mark and rows:
        ids = [row[0] for row in rows]
        listed = (tasks.c.clinic_id == clinic_id, tasks.c.id.in_(ids))
        connection.execute(update(tasks).where(*listed).values(listed_at=now))
    return [Leaving(*row) for row in rows]


def purge(connection: Connection, clinic_id: int, now: int) -> Purged:
    """Let go of what is past its time in one clinic. A reply with an open task about it or its phone, or one that
    was never listed before it goes, stays until somebody has dealt with it."""
    chosen = retention(connection, clinic_id)
    purged = Purged(
        replies=_purge_words(connection, clinic_id, _goes_at(chosen.words), now),
        deliveries=_purge_deliveries(connection, clinic_id, now - chosen.deliveries),
        visits=_purge_visits(connection, clinic_id, now - chosen.deliveries),
        questions=connection.execute(
            delete(questions).where(questions.c.clinic_id == clinic_id, questions.c.open_until < now - KEEP_WORDS)
        ).rowcount,
        cards=connection.execute(
            delete(join_cards).where(join_cards.c.clinic_id == clinic_id, join_cards.c.closed_at < now - KEEP_WORDS)
        ).rowcount,
        consents=connection.execute(
            delete(consents).where(consents.c.clinic_id == clinic_id, consents.c.superseded_at < now - KEEP_CONSENTS)
        ).rowcount,
        calls=purge_calls(connection, clinic_id, now - KEEP_WORDS),
    )
    audit.note(connection, clinic_id, "purge", "purged", f"{purged}", now)
    return purged


def _goes_at(kept: int) -> ColumnElement[int]:
    """When words go that are kept for so many seconds, or earlier where that was decided when they came."""
    chosen = replies.c.at + kept
    return case((replies.c.purge_after < chosen, replies.c.purge_after), else_=chosen)


def _purge_words(connection: Connection, clinic_id: int, goes_at: ColumnElement[int], now: int) -> int:
    about_it = (tasks.c.clinic_id == clinic_id) & (tasks.c.reply_id == replies.c.id)
    about_phone = (tasks.c.clinic_id == clinic_id) & (tasks.c.contact_id == replies.c.contact_id)
    still_open = exists().where(tasks.c.closed_at.is_(None), or_(about_it, about_phone))
    unlisted = exists().where(about_it, tasks.c.copied_at.is_(None), tasks.c.listed_at.is_(None))
    listed_lately = exists().where(about_it, tasks.c.copied_at.is_(None), tasks.c.listed_at > now - NOTICE)
    due = (
        replies.c.clinic_id == clinic_id,
        replies.c.words_sealed.is_not(None),
        goes_at <= now,
        ~still_open,
        ~unlisted,
        ~listed_lately,
    )
    return connection.execute(update(replies).where(*due).values(words_sealed=None)).rowcount


def _purge_deliveries(connection: Connection, clinic_id: int, before: int) -> int:
    """A broadcast keeps its counts; the rows behind them go."""
    open_task = exists().where(
        tasks.c.clinic_id == clinic_id, tasks.c.contact_id == deliveries.c.contact_id, tasks.c.closed_at.is_(None)
    )
    old = (
        deliveries.c.clinic_id == clinic_id,
        deliveries.c.state.in_(FINISHED),
        func.coalesce(deliveries.c.final_at, deliveries.c.due_at) < before,
        ~open_task,
    )
    ids = select(deliveries.c.id).where(*old)
    sids = select(deliveries.c.message_sid).where(*old, deliveries.c.message_sid.is_not(None))
    connection.execute(delete(receipts).where(receipts.c.message_sid.in_(sids)))
    connection.execute(delete(attempts).where(attempts.c.clinic_id == clinic_id, attempts.c.delivery_id.in_(ids)))
    return connection.execute(delete(deliveries).where(*old)).rowcount


def _purge_visits(connection: Connection, clinic_id: int, before: int) -> int:
    open_task = exists().where(
        tasks.c.clinic_id == clinic_id, tasks.c.visit_id == visits.c.id, tasks.c.closed_at.is_(None)
    )
    named = exists().where(deliveries.c.clinic_id == clinic_id, deliveries.c.visit_id == visits.c.id)
    old = (visits.c.clinic_id == clinic_id, visits.c.starts_at < before, ~open_task, ~named)
    return connection.execute(delete(visits).where(*old)).rowcount
