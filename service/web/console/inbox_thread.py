"""One thread of the inbox: what a phone wrote, what the line answered at once, and what the clinic sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from flask import abort
from phonenumbers import PhoneNumberFormat, format_number, parse
from sqlalchemy import Connection, select

from service.reminders import letters
from service.reminders.answers.staff import SEALED, URGENT
from service.reminders.contacts import Contact, number_of, read_contact
from service.storage.reminder_tables import contacts, deliveries, replies, tasks
from service.storage.tables import answered
from service.storage.vault import Sealed
from service.web.console.inbox_list import served
from service.web.console.seat import Seat

# The latest of each kind; who needs more reads the chart.
MOST = 30


@dataclass(frozen=True)
class Line:
    """One message of a thread. `side` says whose: theirs, the line's answer at once, or ours; `state` is where a
    message of ours stands; `words` are empty once they were erased."""

    at: int
    side: str
    words: str
    state: str = ""
    task: bool = False


@dataclass(frozen=True)
class Thread:
    """A task with all that is known about its phone."""

    task: Any
    contact: Contact | None
    number: str
    people: tuple[tuple[int, str], ...]
    lines: tuple[Line, ...]
    others: tuple[Any, ...]

    @property
    def urgent(self) -> bool:
        """Is it about danger?"""
        return self.task["kind"] in URGENT

    @property
    def readable_number(self) -> str:
        """The number as people write it."""
        return format_number(parse(self.number), PhoneNumberFormat.NATIONAL) if self.number else ""


def find_task(connection: Connection, seat: Seat, task_id: int) -> Any:
    """The task of this clinic, or 404."""
    mine = (tasks.c.clinic_id == seat.clinic_id, tasks.c.id == task_id)
    return connection.execute(select(tasks).where(*mine)).mappings().first() or abort(404)


def thread(connection: Connection, seat: Seat, task_id: int) -> Thread:
    """The task with its messages, oldest first, and what else waits about the same phone; 404 for a strange one."""
    task = find_task(connection, seat, task_id)
    contact_id = task["contact_id"]
    contact = _contact(connection, seat, contact_id) if contact_id else None
    people = served(connection, seat, [contact_id]).get(contact_id, []) if contact_id else []
    lines = [*_theirs(connection, seat, task), *_ours(connection, seat, contact_id)] if contact_id else []
    return Thread(
        task=task,
        contact=contact,
        number=number_of(connection, seat.privacy, seat.clinic_id, contact_id) if contact_id else "",
        people=tuple(people),
        lines=tuple(sorted(lines, key=lambda line: line.at)),
        others=tuple(_others(connection, seat, task)),
    )


def plain_answer(kept: str) -> str:
    """The words of an answer as it was given to the phone company, which takes them in a document."""
    if not kept.lstrip().startswith("<"):
        return kept
    try:
        document = ElementTree.fromstring(kept)  # noqa: S314 - we wrote it ourselves
    except ElementTree.ParseError:
        return ""
    return "\n".join("".join(message.itertext()).strip() for message in document)


def _contact(connection: Connection, seat: Seat, contact_id: int) -> Contact | None:
    mine = (contacts.c.clinic_id == seat.clinic_id, contacts.c.id == contact_id)
    row = connection.execute(select(contacts).where(*mine)).mappings().first()
    return read_contact(row) if row else None


def _theirs(connection: Connection, seat: Seat, task: Any) -> Iterator[Line]:
    rows = connection.execute(
        select(replies, answered.c.answer, answered.c.at.label("answered_at"))
        .select_from(replies.outerjoin(answered, answered.c.message_sid == replies.c.message_sid))
        .where(replies.c.clinic_id == seat.clinic_id, replies.c.contact_id == task["contact_id"])
        .order_by(replies.c.at.desc(), replies.c.id.desc())
        .limit(MOST)
    )
    for row in rows.mappings():
        yield Line(row["at"], "theirs", _words(seat, row), task=row["id"] == task["reply_id"])
        if said := plain_answer(row["answer"] or ""):
            yield Line(row["answered_at"], "line", said)


def _words(seat: Seat, row: Any) -> str:
    try:
        return seat.privacy.open(row["words_sealed"], SEALED, row["id"])
    except Sealed:
        return ""


def _ours(connection: Connection, seat: Seat, contact_id: int) -> Iterator[Line]:
    rows = connection.execute(
        select(
            deliveries.c.id, deliveries.c.state, deliveries.c.channel, deliveries.c.due_at, deliveries.c.accepted_at
        )
        .where(deliveries.c.clinic_id == seat.clinic_id, deliveries.c.contact_id == contact_id)
        .order_by(deliveries.c.due_at.desc(), deliveries.c.id.desc())
        .limit(MOST)
    ).all()
    ready = letters.load(connection, seat.privacy, seat.clinic_id, [row.id for row in rows])
    written = {letter.delivery_id: _written(letter) for letter in ready}
    for row in rows:
        side = "call" if row.channel == "call" else "ours"
        yield Line(row.accepted_at or row.due_at, side, written.get(row.id, ""), row.state)


def _written(letter: letters.Letter) -> str:
    try:
        return letter.words().text
    except (KeyError, ValueError):
        return ""


def _others(connection: Connection, seat: Seat, task: Any) -> list[Any]:
    if task["contact_id"] is None:
        return []
    same = (tasks.c.clinic_id == seat.clinic_id, tasks.c.contact_id == task["contact_id"], tasks.c.id != task["id"])
    rows = connection.execute(select(tasks).where(*same, tasks.c.closed_at.is_(None)).order_by(tasks.c.id))
    return list(rows.mappings())
