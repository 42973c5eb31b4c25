"""Every public function of the reminders that takes a clinic, found in the modules themselves: called for one clinic
with the ids of another, it neither tells of the other's things nor changes a row of them."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import pkgutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from made_clinics import DAY, NOW, NUMBER, Own
from sqlalchemy import Table, insert, select, true, update
from sqlalchemy.exc import NoResultFound
from test_two_clinics import CALLS

import service.reminders
from service.languages import Language
from service.reminders import clinics, consent, contacts, join, people, staff
from service.reminders.imports.columns import Kind, Match
from service.reminders.refused import Refused
from service.reminders.rules.template import templates
from service.storage import reminder_tables, worker_tables
from service.storage.database import StorageDown
from service.storage.reminder_tables import broadcasts, deliveries, files, senders, sites

# Stands in every word of the other clinic, so that an answer that holds it has told too much.
CANARY = "Xylocanary"
FAX = "+15025550177"
# A row that is not there is a refusal too.
REFUSALS = (Refused, StorageDown, NoResultFound, LookupError)
# These take more than rows: a phone company, a clock, threads. Each hands its clinic to functions that stand here.
RUN_WITH_A_SENDER = {
    "jobs.rehearse",
    "jobs.send",
    "jobs.sheet_for_tomorrow",
    "reconcile.settle_accepted",
    "reconcile.settle_unknown",
    "sending.send_due",
}


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """All public functions that take a clinic's id, by module and name."""
    for module in pkgutil.walk_packages(service.reminders.__path__, "service.reminders."):
        found = importlib.import_module(module.name)
        for name, function in vars(found).items():
            own = inspect.isfunction(function) and function.__module__ == module.name and not name.startswith("_")
            if own and "clinic_id" in inspect.signature(function).parameters:
                yield f"{module.name.removeprefix('service.reminders.')}.{name}", function


ALL = dict(functions())
# The others stand in a table with what each must answer.
CALLED = sorted(name for name, function in ALL.items() if function not in CALLS and name not in RUN_WITH_A_SENDER)


@dataclass(frozen=True)
class Other:
    """The ids of the other clinic's things."""

    own: Own
    site: int
    sender: int
    file: int
    run: int


@pytest.fixture
def two(database, privacy, make_clinic) -> tuple[Own, Other]:
    """Clinic One, and the other, which has one of everything with a word in it that nobody else may see."""
    me, own = make_clinic("One"), make_clinic("Other")
    with database.write() as c:
        clinic_id = own.clinic
        c.execute(
            update(reminder_tables.clinics).where(reminder_tables.clinics.c.id == clinic_id).values(name=CANARY)
        )
        staff.add_staff(c, clinic_id, CANARY, "desk", "Ruth", NOW)
        people.save_patient(c, privacy, clinic_id, CANARY, CANARY, "X", NOW)
        contacts.save_contact(c, privacy, clinic_id, contacts.NewContact(FAX), NOW)
        for each in ("One", CANARY):
            of = me.clinic if each == "One" else clinic_id
            clinics.add_site(
                c, of, clinics.Site(each, "America/Chicago", each, "+15025550100", "+15025550100"), "Ruth", NOW
            )
        clinics.add_sender(c, clinic_id, clinics.Sender("+15555550100"), "Ruth", NOW)
        seen = {"clinic_id": clinic_id, "kind": "visits", "sha256": "sha", "name": CANARY, "loaded_by": CANARY}
        c.execute(insert(files).values(seen | {"loaded_at": NOW}))
        c.execute(update(broadcasts).where(broadcasts.c.clinic_id == clinic_id).values(name=CANARY, state="sending"))
        sent = {"state": "accepted", "accepted_at": NOW, "reason": CANARY}
        c.execute(update(deliveries).where(deliveries.c.clinic_id == clinic_id).values(sent))
        ids = [
            c.execute(select(table.c.id).where(table.c.clinic_id == clinic_id)).scalars().first()
            for table in (sites, senders, files, broadcasts)
        ]
    return me, Other(own, *ids)


def call(name: str, known: dict[str, Any]) -> str:
    """What a function answers, as it prints."""
    wanted = inspect.signature(ALL[name]).parameters.values()
    needed = [p.name for p in wanted if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
    missing = [one for one in needed if one not in known]
    assert not missing, f"say in `filling` what stands for {missing}, so that {name} is called here too"
    told = repr(ALL[name](**{one: known[one] for one in needed}))
    return told + _written(known["file"]) if "file" in needed else told


def _written(file: io.BytesIO) -> str:
    """What stands in the lists of a zip file."""
    with zipfile.ZipFile(file) as lists:
        return "".join(lists.read(name).decode() for name in lists.namelist())


def filling(connection, database, privacy, clinic_id: int, other: Other) -> dict[str, Any]:
    """What stands for each parameter; every id is the other clinic's."""
    own = other.own
    agreed = consent.Consent(consent.Channel.TEXT, "words", "1", "paper", NOW, "Carla")
    return {
        "ours": "+15555550100", "language": Language.ENGLISH,
        "file": io.BytesIO(), "words": SimpleNamespace(head=str, told=str, time=str, zone="UTC"), "this": None,
        "connection": connection, "database": database, "privacy": privacy, "clinic_id": clinic_id, "now": NOW,
        "who": "Omar", "run": other.run, "broadcast_id": other.run, "delivery_id": own.delivery,
        "ids": [own.delivery],
        "visit_id": own.visit, "visit_ids": [own.visit], "patient_id": own.patient, "patient_ids": [own.patient],
        "contact_id": own.contact, "contact_ids": [own.contact], "site_id": other.site, "sender_id": other.sender,
        "file_id": other.file, "plan_id": 1, "template_id": 1, "call_id": 1, "staff_id": 4, "row_id": 1,
        "task_id": own.task, "reply_id": own.reply, "phone": privacy.phone(FAX), "phones": [privacy.phone(FAX)],
        "day": date(2026, 11, 19), "last": date(2026, 11, 21), "since": NOW - DAY, "before": NOW + DAY, "at": NOW,
        "kind": "visit", "template_kind": "visit", "facts": {}, "name": "x", "what": "plan approved", "why": "x",
        "about": "x", "sid": "SM" + "a" * 32, "sha256": "sha", "sent": True, "zones": ["America/Chicago|"],
        "reason": "held.paused", "which": true(), "channels": ("text",), "chance": lambda: 0.5,
        "table": reminder_tables.templates, "number": NUMBER, "card": join.Card(own.patient), "consent": agreed,
        "header": ["MRN"], "match": Match({"ref": ("MRN",)}), "worker": "w", "rows": [], "outcomes": [],
        "template": templates()["visit"], "need": "ride",
        "list_kind": Kind.PATIENTS,
    }  # fmt: skip


def everything_of(connection, clinic_id: int) -> dict[str, list[str]]:
    """All rows of one clinic, in every table that has a clinic."""
    tables = {
        name: t for m in (reminder_tables, worker_tables) for name, t in vars(m).items() if isinstance(t, Table)
    }
    found = {}
    for name, table in tables.items():
        key = table.c.id if name == "clinics" else table.c.get("clinic_id")
        if key is not None:
            found[name] = sorted(
                repr(tuple(row)) for row in connection.execute(select(table).where(key == clinic_id))
            )
    return found


def test_the_modules_are_walked() -> None:
    assert len(ALL) > 120
    assert set(ALL) >= RUN_WITH_A_SENDER


@pytest.mark.parametrize("name", CALLED)
def test_no_function_sees_or_changes_another_clinics_things(database, privacy, two, name: str) -> None:
    me, other = two
    with database.read() as c:
        before = everything_of(c, other.own.clinic)
    told: Any = ""
    try:
        with database.write() as c:
            told = call(name, filling(c, database, privacy, me.clinic, other))
    except REFUSALS as refusal:
        told = str(refusal)
    with database.read() as c:
        assert everything_of(c, other.own.clinic) == before
    assert CANARY not in told


class _TakeBack(Exception):
    pass


def test_called_for_the_clinic_itself_many_of_them_see_or_change_its_things(database, privacy, two) -> None:
    """So that the test above does not pass because nothing was there."""
    _, other = two
    seen = set()
    for name in CALLED:
        with contextlib.suppress(_TakeBack, *REFUSALS), database.write() as c:
            before = everything_of(c, other.own.clinic)
            told = call(name, filling(c, database, privacy, other.own.clinic, other))
            if CANARY in told or everything_of(c, other.own.clinic) != before:
                seen.add(name)
            raise _TakeBack
    assert len(seen) >= 20, sorted(seen)
