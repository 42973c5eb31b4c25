"""Today: what waits for somebody, who is reminded next, what failed and why, and whom to phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, select

from service.reminders import stored, why
from service.storage.reminder_tables import contacts, deliveries, patients, visits
from service.web.console.console import Console
from service.web.console.inbox_list import Waiting, kind_in_words, served, waiting, with_people
from service.web.console.permissions import Permission
from service.web.console.seat import Seat
from service.web.console.today_ranks import ranked

# At most so many rows of a list; the rest is a number with a way to all of them.
SHOWN = 12
DAY = 86400
FAILED = (stored.UNDELIVERED, stored.NO_RECEIPT, stored.UNKNOWN, stored.EXPIRED)


@dataclass(frozen=True)
class Missed:
    """Somebody whom a message did not reach, and why, in words."""

    patient_id: int | None
    name: str
    at: int
    told: str
    visit_at: int | None


def add(console: Console) -> None:
    """The first page of the day."""

    @console.page("/", Permission.SEE_TODAY)
    def today(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            ranks = ranked(waiting(connection, seat, "open"))
            parts = {name: with_people(connection, seat, _first(tasks)) for name, tasks in vars(ranks).items()}
            missed, phone = _missed(connection, seat), _phone(connection, seat)
            counts, people = _counts(connection, seat), _people(connection, seat)
            seen = _seen(connection, seat, [task for part in parts.values() for task in part])
        seat.note_shown(seen + [row.patient_id for row in missed + phone])
        return seat.show(
            "today.html",
            parts=parts,
            all_of={name: len(tasks) for name, tasks in vars(ranks).items()},
            missed=missed,
            phone=phone,
            counts=counts | {"tasks": sum(map(len, vars(ranks).values()))},
            people=people,
            tomorrow=seat.dates.today + timedelta(days=1),
            kind=lambda kind: kind_in_words(kind, seat.language),
        )


def _first(tasks: Sequence[Waiting]) -> Sequence[Waiting]:
    # Nobody in danger is left to a further page.
    return tasks if tasks and tasks[0].urgent else tasks[:SHOWN]


def _seen(connection: Connection, seat: Seat, shown: Sequence[Waiting]) -> list[int | None]:
    """The patients whose names stand beside these tasks: their own, or all whom a shared phone serves."""
    shared = served(connection, seat, [task.contact_id for task in shown if task.contact_id and not task.patient_id])
    return [task.patient_id for task in shown] + [one for people in shared.values() for one, _ in people]


def _missed(connection: Connection, seat: Seat) -> list[Missed]:
    """What failed in the last three days."""
    return _messages(connection, seat, FAILED, deliveries.c.due_at > seat.now - 3 * DAY)


def _phone(connection: Connection, seat: Seat) -> list[Missed]:
    """Held back, with the visit still ahead: only a call from a person reaches them in time."""
    soon = (visits.c.starts_at > seat.now, visits.c.starts_at < seat.now + 3 * DAY)
    return _messages(connection, seat, (stored.HELD,), deliveries.c.due_at > seat.now - 10 * DAY, *soon)


def _messages(
    connection: Connection, seat: Seat, states: tuple[str, ...], *more: ColumnElement[bool]
) -> list[Missed]:
    joined = deliveries.outerjoin(patients, _patient_of(deliveries)).outerjoin(
        visits, (visits.c.clinic_id == deliveries.c.clinic_id) & (visits.c.id == deliveries.c.visit_id)
    )
    rows = connection.execute(
        select(deliveries, patients.c.name_sealed, visits.c.starts_at)
        .select_from(joined)
        .where(deliveries.c.clinic_id == seat.clinic_id, deliveries.c.state.in_(states), *more)
        .order_by(deliveries.c.due_at.desc(), deliveries.c.id.desc())
        .limit(SHOWN)
    )
    return [
        Missed(
            patient_id=row["patient_id"],
            name=seat.patient_name(row["patient_id"], row["name_sealed"]),
            at=row["final_at"] or row["due_at"],
            told=why.told(row["reason"], seat.language) or seat.say(f"states.{row['state']}"),
            visit_at=row["starts_at"],
        )
        for row in rows.mappings()
    ]


def _counts(connection: Connection, seat: Seat) -> dict[str, int]:
    """Visits and reminders of today and tomorrow, on the clinic's calendar."""
    tomorrow, after = seat.dates.midnight(1), seat.dates.midnight(2)
    mine = (deliveries.c.clinic_id == seat.clinic_id,)
    to_go = select(func.count()).where(*mine, deliveries.c.state.in_((stored.QUEUED, stored.CLAIMED)))
    seen = (visits.c.clinic_id == seat.clinic_id, visits.c.starts_at >= tomorrow, visits.c.starts_at < after)
    of_tomorrow = select(func.count()).where(*seen, visits.c.state == "booked")
    return {
        "today": _number(connection, to_go.where(deliveries.c.due_at < tomorrow)),
        "tomorrow": _number(connection, to_go.where(deliveries.c.due_at >= tomorrow, deliveries.c.due_at < after)),
        "visits": _number(connection, of_tomorrow),
        "confirmed": _number(connection, of_tomorrow.where(visits.c.confirmed_at.is_not(None))),
    }


def _people(connection: Connection, seat: Seat) -> bool:
    """Has the clinic anybody yet?"""
    anybody = select(contacts.c.id).where(contacts.c.clinic_id == seat.clinic_id).limit(1)
    return connection.execute(anybody).first() is not None


def _patient_of(other: Table) -> ColumnElement[bool]:
    return and_(patients.c.clinic_id == other.c.clinic_id, patients.c.id == other.c.patient_id)


def _number(connection: Connection, statement: Select[int]) -> int:
    return int(connection.execute(statement).scalar_one())
