"""What waits in the inbox: open tasks with the most urgent first, and what settled itself, as numbers alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from service.languages import Language
from service.reminders.answers.meaning import Meaning
from service.reminders.answers.staff import URGENT
from service.storage.reminder_tables import contacts, patient_contacts, patients, replies, tasks
from service.web.console.seat import Seat
from service.web.console.words import known, say

DAY = 86400
# What settled itself is counted over so many days: a weekend is in it on Monday morning.
COUNTED_DAYS = 3
CLOSED_SHOWN = 50
SETTLED = {Meaning.COMES.value: "coming", Meaning.SETTLED.value: "thanks"}


@dataclass(frozen=True)
class Waiting:
    """A task in the list. `people` are those whom its phone serves; `new`: nobody has taken it yet."""

    id: int
    kind: str
    contact_id: int | None
    patient_id: int | None
    people: tuple[str, ...]
    language: str
    needs: tuple[str, ...]
    opened_at: int
    due_at: int | None
    taken_by: str
    closed_at: int | None
    outcome: str
    urgent: bool
    late: bool
    interpreter: str = ""

    @property
    def new(self) -> bool:
        """Has nobody taken it?"""
        return not self.taken_by and self.closed_at is None


def waiting(connection: Connection, seat: Seat, show: str) -> list[Waiting]:
    """Tasks of the clinic: those that are open, of them `mine` or the `new` ones, or the last that were `closed`.

    Danger first, the oldest of it on top; then by the time that was promised."""
    mine: list[ColumnElement[bool]] = [tasks.c.clinic_id == seat.clinic_id]
    if show == "closed":
        mine.append(tasks.c.closed_at.is_not(None))
        order: tuple[Any, ...] = (tasks.c.closed_at.desc(), tasks.c.id.desc())
    else:
        mine.append(tasks.c.closed_at.is_(None))
        danger = case((tasks.c.kind.in_(URGENT), tasks.c.opened_at), else_=None)
        order = (danger.is_(None), danger, tasks.c.due_at.is_(None), tasks.c.due_at, tasks.c.id)
    if show == "mine":
        mine.append(tasks.c.taken_by == seat.name)
    if show == "new":
        mine.append(tasks.c.taken_by == "")
    statement = select(tasks, contacts.c.language, contacts.c.needs, contacts.c.interpreter).select_from(
        tasks.outerjoin(contacts, (contacts.c.clinic_id == tasks.c.clinic_id) & (contacts.c.id == tasks.c.contact_id))
    )
    rows = connection.execute(
        statement.where(*mine).order_by(*order).limit(CLOSED_SHOWN if show == "closed" else None)
    )
    return [_waiting(row, seat) for row in rows.mappings()]


def with_people(connection: Connection, seat: Seat, shown: Sequence[Waiting]) -> list[Waiting]:
    """The rows of one page with the names of whom they are about."""
    by_phone = served(connection, seat, [task.contact_id for task in shown if task.contact_id])
    own = _names(connection, seat, [task.patient_id for task in shown if task.patient_id])
    return [Waiting(**(task.__dict__ | {"people": _people(task, own, by_phone)})) for task in shown]


def counts(connection: Connection, seat: Seat) -> dict[str, int]:
    """How many wait, are mine or new; and what settled itself in the last days: who is coming, and thanks."""
    open_now = (tasks.c.clinic_id == seat.clinic_id, tasks.c.closed_at.is_(None))
    row = connection.execute(
        select(
            func.count(),
            func.count().filter(tasks.c.taken_by == seat.name),
            func.count().filter(tasks.c.taken_by == ""),
        ).where(*open_now)
    ).one()
    found = {"open": row[0], "mine": row[1], "new": row[2]}
    lately = (replies.c.clinic_id == seat.clinic_id, replies.c.at > seat.now - COUNTED_DAYS * DAY)
    by_meaning = connection.execute(
        select(replies.c.meaning, func.count())
        .where(*lately, replies.c.meaning.in_(list(SETTLED)))
        .group_by(replies.c.meaning)
    )
    settled = {SETTLED[meaning]: count for meaning, count in by_meaning}
    return found | {name: settled.get(name, 0) for name in SETTLED.values()}


def served(connection: Connection, seat: Seat, contact_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """Whom each of these phones serves: ids and names of patients."""
    rows = connection.execute(
        select(patient_contacts.c.contact_id, patients.c.id, patients.c.name_sealed)
        .join(
            patients,
            (patients.c.clinic_id == patient_contacts.c.clinic_id) & (patients.c.id == patient_contacts.c.patient_id),
        )
        .where(patient_contacts.c.clinic_id == seat.clinic_id, patient_contacts.c.contact_id.in_(contact_ids))
        .order_by(patients.c.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for row in rows:
        found.setdefault(row.contact_id, []).append((row.id, seat.patient_name(row.id, row.name_sealed)))
    return found


def kind_in_words(kind: str, language: Language) -> str:
    """What a task is about; a kind that we have no words for stands as it is."""
    for phrase in (f"inbox.kind_{kind.rstrip('?').replace(' ', '_')}", f"tasks.{kind}"):
        if known(phrase):
            return say(language, phrase)
    return kind


def _waiting(row: Any, seat: Seat) -> Waiting:
    return Waiting(
        id=row["id"],
        kind=row["kind"],
        contact_id=row["contact_id"],
        patient_id=row["patient_id"],
        people=(),
        language=row["language"] or "",
        needs=tuple(need for need in (row["needs"] or "").split(",") if need),
        opened_at=row["opened_at"],
        due_at=row["due_at"],
        taken_by=row["taken_by"],
        closed_at=row["closed_at"],
        outcome=row["outcome"],
        urgent=row["kind"] in URGENT,
        late=row["due_at"] is not None and row["due_at"] < seat.now and row["closed_at"] is None,
        interpreter=row["interpreter"] or "",
    )


def _people(task: Waiting, own: dict[int, str], by_phone: dict[int, list[tuple[int, str]]]) -> tuple[str, ...]:
    if task.patient_id in own:
        return (own[task.patient_id],)
    return tuple(name for _, name in by_phone.get(task.contact_id or 0, ()) if name)


def _names(connection: Connection, seat: Seat, patient_ids: Collection[int]) -> dict[int, str]:
    rows = connection.execute(
        select(patients.c.id, patients.c.name_sealed).where(
            patients.c.clinic_id == seat.clinic_id, patients.c.id.in_(patient_ids)
        )
    )
    return {row.id: name for row in rows if (name := seat.patient_name(row.id, row.name_sealed))}
