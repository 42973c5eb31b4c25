"""Opt-outs: a phone that said STOP gets nothing that we start, and one brought from another system neither."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from service.reminders.consent import end_consents
from service.reminders.waiting import batches, cancel_of_contacts
from service.storage import talks
from service.storage.reminder_tables import clinic_opt_outs, clinics, contacts
from service.storage.tables import opt_outs

REASON = "held.stopped"


def stop_phone(connection: Connection, phone: str, how: str, now: int) -> list[tuple[int, int]]:
    """Stop everything that we start to a phone (its blind index), text and voice, whichever clinic knows it: its
    consents end, so START brings back the information line only. Returns the (clinic id, contact id) concerned.

    The one function that looks over all clinics: the person stopped a phone, not a clinic."""
    talks.opt_out(connection, phone, how, now)
    known = connection.execute(select(contacts.c.clinic_id, contacts.c.id).where(contacts.c.phone == phone)).all()
    for clinic_id, contact_id in known:
        _silence(connection, clinic_id, [contact_id], now)
    return [(clinic_id, contact_id) for clinic_id, contact_id in known]


def carry_over(
    connection: Connection, clinic_id: int, phones: Collection[tuple[str, int]], how: str, now: int
) -> int:
    """Keep opt-outs (blind index, since when) that a clinic brought from another system, for that clinic alone: one
    clinic's list must not silence another's people. Returns how many are new."""
    insert = (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(clinic_opt_outs)
    before = _count(connection, clinic_id)
    for batch in batches(phones):
        rows = [{"clinic_id": clinic_id, "phone": phone, "since": since, "how": how[:40]} for phone, since in batch]
        connection.execute(_or_again(insert), rows)
        mine = (contacts.c.clinic_id == clinic_id, contacts.c.phone.in_([phone for phone, _ in batch]))
        known = list(connection.execute(select(contacts.c.id).where(*mine)).scalars())
        _silence(connection, clinic_id, known, now)
    return _count(connection, clinic_id) - before


def lift(connection: Connection, clinic_id: int, phone: str, now: int) -> None:
    """The person themselves agreed anew, from this phone: an older opt-out no longer stands."""
    talks.opt_in(connection, phone, now)
    mine = (clinic_opt_outs.c.clinic_id == clinic_id, clinic_opt_outs.c.phone == phone)
    connection.execute(update(clinic_opt_outs).where(*mine).values(lifted_at=now))


def is_stopped(connection: Connection, clinic_id: int, phone: str) -> bool:
    """May nothing be sent to this phone (its blind index) for this clinic?"""
    return bool(connection.execute(select(stopped(clinic_id, phone))).scalar_one())


def stopped(clinic_id: int | ColumnElement[int], phone: str | ColumnElement[str]) -> ColumnElement[bool]:
    """The condition for a statement: this phone said STOP, to anybody or (by a list) to this clinic. Takes columns or
    values, such as `stopped(contacts.c.clinic_id, contacts.c.phone)`."""
    to_anybody = exists().where(opt_outs.c.phone == phone, opt_outs.c.lifted_at.is_(None))
    to_clinic = exists().where(
        clinic_opt_outs.c.clinic_id == clinic_id,
        clinic_opt_outs.c.phone == phone,
        clinic_opt_outs.c.lifted_at.is_(None),
    )
    return or_(to_anybody, to_clinic)


def unlock(connection: Connection, clinic_id: int, now: int) -> None:
    """A clinic that moves here has brought its opt-outs, be they none: it may send."""
    connection.execute(update(clinics).where(clinics.c.id == clinic_id).values(optouts_loaded_at=now))


def _or_again(insert: Any) -> Any:
    """A stop that is younger than the consent which lifted an earlier one counts again."""
    return insert.on_conflict_do_update(
        index_elements=["clinic_id", "phone"],
        set_={"since": insert.excluded.since, "how": insert.excluded.how, "lifted_at": None},
        where=clinic_opt_outs.c.lifted_at <= insert.excluded.since,
    )


def _silence(connection: Connection, clinic_id: int, contact_ids: Collection[int], now: int) -> None:
    end_consents(connection, clinic_id, contact_ids, "opted out", now)
    cancel_of_contacts(connection, clinic_id, contact_ids, REASON, now)


def _count(connection: Connection, clinic_id: int) -> int:
    count = select(func.count()).select_from(clinic_opt_outs).where(clinic_opt_outs.c.clinic_id == clinic_id)
    return int(connection.execute(count).scalar_one())
