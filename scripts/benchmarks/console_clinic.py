"""A large clinic for the console: many people with phones and visits, a year of messages, and what they answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text

from scripts.benchmarks import fresh  # noqa: F401 - lets the tests' sample be found
from service.app import Parts
from service.reminders import audit
from service.reminders.contacts import NewContact
from service.reminders.imports.cells import Status
from service.reminders.imports.patients import keep_people
from service.reminders.imports.persons import Person
from service.reminders.imports.tally import Tally
from service.reminders.privacy import Privacy
from service.storage.reminder_tables import (
    broadcasts,
    calls,
    consents,
    contacts,
    deliveries,
    patients,
    replies,
    tasks,
    visits,
)
from service.storage.statistics import count_again
from tests.console_sample import NAMES, Sample, fill

DAY = 86400
AT_ONCE = 5000
# A clinic sends on most days of a year; one broadcast in a hundred is a large one.
RUNS = 300
STATES = ("delivered",) * 88 + ("undelivered",) * 4 + ("no_receipt",) * 2 + ("held",) * 4 + ("cancelled",) * 2
REASONS = {"undelivered": "error.30003|code=30003", "held": "held.no_consent", "cancelled": "held.stopped"}
Values = dict[str, Any]


def fill_large(parts: Parts, people: int, messages: int) -> Sample:
    """The sample clinic with so many more people and messages."""
    sample, now = fill(parts), int(parts.clock())
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    for begin in range(0, people, AT_ONCE):
        with parts.database.write() as connection:
            batch = [_person(number) for number in range(begin, min(begin + AT_ONCE, people))]
            keep_people(connection, privacy, sample.clinic_id, batch, "Ana Ruiz", now - 300 * DAY, Tally())
    with parts.database.write() as connection:
        mine = sample.clinic_id
        patient_ids = list(connection.execute(select(patients.c.id).where(patients.c.clinic_id == mine)).scalars())
        contact_ids = list(connection.execute(select(contacts.c.id).where(contacts.c.clinic_id == mine)).scalars())
        runs = [_run(connection, mine, number, now) for number in range(RUNS)]
        each = list(zip(patient_ids, contact_ids, strict=False))
        _add(connection, visits, (_visit(mine, sample, *one, now) for one in enumerate(patient_ids * 2)))
        _add(
            connection, deliveries, (_delivery(mine, each, runs, number, now, messages) for number in range(messages))
        )
        _add(connection, consents, (_consent(mine, contact, now) for contact in contact_ids))
        _add(connection, replies, (_reply(mine, *one, now) for one in enumerate(contact_ids)))
        _add(connection, tasks, (_task(mine, *one, now) for one in enumerate(each[: people // 4])))
        _add(connection, calls, (_call(mine, number, now) for number in range(people // 4)))
        for number in range(people // 20):
            audit.note(connection, mine, "Ana Ruiz", "patient shown", f"patient {number}", now - number * 60)
    # As the worker has it done once a day, and PostgreSQL does by itself soon after so many rows came.
    count_again(parts.database)
    if not parts.database.is_sqlite:
        with parts.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    return sample


def _person(number: int) -> Person:
    name = f"{NAMES[number % len(NAMES)]} {number:05}"
    phone = NewContact(f"+1202{2000000 + number}", zones="America/New_York|", line_kind="mobile")
    return Person(number, f"L{number}", name, name[0], (phone,), Status.BOOKED)


def _run(connection: Connection, clinic_id: int, number: int, now: int) -> int:
    values = {"clinic_id": clinic_id, "kind": "broadcast" if number % 100 == 0 else "daily", "name": f"Run {number}"}
    values |= {
        "state": "done",
        "made_by": "Ana Ruiz",
        "made_at": now - number * DAY,
        "finished_at": now - number * DAY,
    }
    added: int = connection.execute(insert(broadcasts).values(values).returning(broadcasts.c.id)).scalar_one()
    return added


def _visit(clinic_id: int, sample: Sample, number: int, patient_id: int, now: int) -> Values:
    # Two hundred a day, from half a year ago to some days ahead.
    at = now + (number // 200 - 180) * DAY + number % 200 * 120
    return {
        "clinic_id": clinic_id, "site_id": sample.ids["site_id"], "patient_id": patient_id, "ref": f"L{number}",
        "starts_at": at, "local_day": "2026-11-24", "state": "booked",
        "confirmed_at": at - DAY if number % 3 else None,
    }  # fmt: skip


def _delivery(
    clinic_id: int, each: list[tuple[int, int]], runs: list[int], number: int, now: int, messages: int
) -> Values:
    patient_id, contact_id = each[number % len(each)]
    run, state = number * len(runs) // messages, STATES[number % len(STATES)]
    at = now - run * DAY - number % 3600
    return {
        "clinic_id": clinic_id, "broadcast_id": runs[run], "contact_id": contact_id, "patient_id": patient_id,
        "fields": json.dumps({"when": "Tuesday Dec 3, 2:30 PM", "phone": "555-010-0100"}), "due_at": at,
        "state": state,
        "reason": REASONS.get(state, ""), "accepted_at": at + 5, "final_at": at + 9, "dedupe": str(number),
        "message_sid": f"SM{number:032x}", "zones": "America/New_York|",
    }  # fmt: skip


def _consent(clinic_id: int, contact_id: int, now: int) -> Values:
    return {
        "clinic_id": clinic_id, "contact_id": contact_id, "channel": "call", "wording": "May we remind you?",
        "wording_hash": "0" * 64, "wording_version": "1", "medium": "paper", "given_at": now - 200 * DAY,
        "recorded_at": now - 200 * DAY, "recorded_by": "Ana Ruiz",
    }  # fmt: skip


def _reply(clinic_id: int, number: int, contact_id: int, now: int) -> Values:
    meaning = ("comes", "settled", "call me", "words")[number % 4]
    return {
        "clinic_id": clinic_id, "contact_id": contact_id, "message_sid": f"SMr{number}", "label": "digit",
        "meaning": meaning, "at": now - number * 600,
    }  # fmt: skip


def _task(clinic_id: int, number: int, who: tuple[int, int], now: int) -> Values:
    # Three hundred are open: a bad Monday.
    open_now, at = number < 300, now - number * 900
    return {
        "clinic_id": clinic_id, "kind": ("call back", "another day", "read their words")[number % 3],
        "patient_id": who[0], "contact_id": who[1], "opened_at": at, "due_at": at + DAY,
        "closed_at": None if open_now else at + 3600, "closed_by": "" if open_now else "Ana Ruiz",
        "outcome": "" if open_now else "reached",
    }  # fmt: skip


def _call(clinic_id: int, number: int, now: int) -> Values:
    return {
        "clinic_id": clinic_id, "call_sid": f"CAl{number}", "ours": "+15555550100", "began_at": now - number * 1200,
        "trail": [["", 1, ""]],
    }  # fmt: skip


def _add(connection: Connection, table: Table, rows: Iterator[Values]) -> None:
    batch: list[Values] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= AT_ONCE:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)
