"""An answer from a template: only what two people have approved, queued like everything that the clinic sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from service.languages import Language
from service.reminders import letters
from service.reminders.clinics import clinic
from service.reminders.facts import facts_of
from service.reminders.insertion import Row, insert_rows
from service.reminders.queueing import enqueue_run
from service.reminders.rules.grouping import About, Told, Visit
from service.reminders.rules.template import render
from service.reminders.runs import new_run
from service.reminders.visits import VisitState, visits_of
from service.storage import reminder_tables
from service.storage.reminder_tables import broadcasts, deliveries, senders, sites
from service.web.console.inbox_thread import Thread
from service.web.console.seat import Seat

# An answer that has not gone out after two days helps nobody any more.
LIFE = 2 * 86400
# These say that something changed for many people; they are no answer to one.
NOT_AN_ANSWER = ("visit_off", "visit_week", "closing_day")


@dataclass(frozen=True)
class Answer:
    """A template as this person would read it. `facts` are what its words are made of."""

    template_id: int
    kind: str
    words: str
    facts: str
    visit_id: int
    starts_at: int


@dataclass(frozen=True)
class Queued:
    """What became of an answer: its state, and why where it does not go."""

    state: str
    reason: str


def answers(connection: Connection, seat: Seat, thread: Thread) -> list[Answer]:
    """The approved templates whose words come out for this person, in their language."""
    if thread.contact is None or not _has_sender(connection, seat):
        return []
    facts, visit_id, starts_at = _facts(connection, seat, thread)
    found = []
    for row in _approved(connection, seat):
        template = letters.template_of(row.kind, row.en, row.es)
        language = Language(thread.contact.language)
        if "phone" in template.fields and not facts["phone"]:
            # A clinic that has no site yet has no number to name.
            continue
        try:
            words = render(template, language, letters.fields(facts, language)).text
        except (KeyError, ValueError):
            continue
        told = visit_id if "when" in template.fields else 0
        found.append(Answer(row.id, row.kind, words, json.dumps(facts), told, starts_at if told else 0))
    return found


def send(connection: Connection, seat: Seat, thread: Thread, answer: Answer) -> Queued | None:
    """Queue an answer; it goes within the hours for texts, and not to somebody who said STOP. None where this very
    answer was given in this thread before."""
    assert thread.contact is not None
    task_id = thread.task["id"]
    run = new_run(connection, seat.clinic_id, "answer", f"Answer {task_id}", seat.name, seat.now)
    row = Row(
        contact_id=thread.contact.id,
        patient_id=_whose(thread),
        visit_id=answer.visit_id,
        visits=json.dumps([answer.visit_id] if answer.visit_id else []),
        template_id=answer.template_id,
        fields=answer.facts,
        due_at=seat.now,
        not_after=min(seat.now + LIFE, answer.starts_at or seat.now + LIFE),
        reason="",
        dedupe=_dedupe(answer, task_id),
    )
    insert_rows(connection, seat.clinic_id, run, [row], ("text",), seat.now)
    mine = (broadcasts.c.clinic_id == seat.clinic_id, broadcasts.c.id == run)
    sent = connection.execute(
        select(deliveries.c.state, deliveries.c.reason).where(
            deliveries.c.clinic_id == seat.clinic_id, deliveries.c.broadcast_id == run
        )
    ).first()
    if sent is None:
        connection.execute(broadcasts.delete().where(*mine))
        return None
    # Its words were approved by two people when they became a template; who answers is written down.
    approved = {"state": "approved", "approved_by": seat.name, "approved_at": seat.now}
    connection.execute(broadcasts.update().where(*mine).values(approved))
    enqueue_run(connection, seat.clinic_id, run, seat.now)
    seat.note(connection, "thread answered", f"task {task_id}, template {answer.template_id}")
    return Queued(sent.state, sent.reason)


def _approved(connection: Connection, seat: Seat) -> Iterator[Any]:
    """The newest approved version of each kind that may answer somebody."""
    table = reminder_tables.templates
    rows = connection.execute(
        select(table)
        .where(
            table.c.clinic_id == seat.clinic_id,
            table.c.approved_at.is_not(None),
            table.c.retired_at.is_(None),
            table.c.kind.not_in(NOT_AN_ANSWER),
        )
        .order_by(table.c.kind, table.c.version.desc())
    )
    kinds = set()
    for row in rows:
        if row.kind not in kinds:
            kinds.add(row.kind)
            yield row


def _facts(connection: Connection, seat: Seat, thread: Thread) -> tuple[dict[str, Any], int, int]:
    """What words are made of: the clinic, its phone, and the person's next visit with its id and start."""
    own = clinic(connection, seat.clinic_id)
    places = connection.execute(select(sites).where(sites.c.clinic_id == seat.clinic_id).order_by(sites.c.id))
    known = {row["id"]: row for row in places.mappings()}
    towns = len({row["town"] for row in known.values() if row["town"]})
    patient_id = _whose(thread)
    ahead = visits_of(connection, seat.clinic_id, patient_id, seat.now) if patient_id else []
    booked = next((visit for visit in ahead if visit.state is VisitState.BOOKED), None)
    first = next(iter(known.values()), None)
    if booked is None:
        return facts_of(own.name_in_texts, first), 0, 0
    site = known.get(booked.site_id or 0, first)
    start = datetime.fromtimestamp(booked.starts_at, UTC)
    told = Told(About.DAY, (Visit(str(booked.id), start, site["zone"] if site else own.zone),))
    initial = dict(thread.people).get(patient_id, "")[:1] if len(thread.people) > 1 else ""
    return facts_of(own.name_in_texts, site, told, initial=initial, towns=towns), booked.id, booked.starts_at


def _whose(thread: Thread) -> int:
    """The patient whom it is about; 0 where a phone serves several and nobody said."""
    if thread.task["patient_id"]:
        return int(thread.task["patient_id"])
    return thread.people[0][0] if len(thread.people) == 1 else 0


def _dedupe(answer: Answer, task_id: int) -> str:
    """The start stands in it where a visit is told of, so that a moved visit is noticed before it goes."""
    about = f"v{answer.visit_id}@{answer.starts_at}:" if answer.visit_id else ""
    return f"{about}answer {task_id}, {answer.template_id}"


def _has_sender(connection: Connection, seat: Seat) -> bool:
    mine = (senders.c.clinic_id == seat.clinic_id, senders.c.role.in_(("reminders", "both")))
    return connection.execute(select(senders.c.id).where(*mine).limit(1)).first() is not None
