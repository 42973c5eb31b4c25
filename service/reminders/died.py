"""A death: one action that ends everything at once, and that two people must take back, never a file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select, update

from service.reminders import audit
from service.reminders.consent import end_consents, history, record_consent
from service.reminders.contacts import contacts_of, patients_of
from service.reminders.people import patient
from service.reminders.refused import Refused
from service.reminders.visits import VisitState
from service.reminders.waiting import cancel_of_contacts, cancel_of_patient
from service.storage.reminder_tables import patients, questions, tasks, visits

REASON = "held.died"
ENDED = "person died"


@dataclass(frozen=True)
class Ended:
    """What a death ended: visits, waiting deliveries, open tasks, and phones that serve nobody else."""

    visits: int
    deliveries: int
    tasks: int
    phones: int


def record_death(connection: Connection, clinic_id: int, patient_id: int, who: str, now: int) -> Ended:
    """The patient died: visits ahead and everything that waits are cancelled, the call list is cleared, questions are
    closed, and phones that serve nobody else lose their consent. Doing it again changes nothing.

    Raises Refused for a patient that this clinic does not have."""
    if patient(connection, clinic_id, patient_id).state == "died":
        return Ended(0, 0, 0, 0)
    mine = (patients.c.clinic_id == clinic_id, patients.c.id == patient_id)
    values = {"state": "died", "died_at": now, "died_by": who, "revive_by": ""}
    connection.execute(update(patients).where(*mine).values(values))
    ended = Ended(
        visits=_cancel_visits(connection, clinic_id, patient_id, now),
        deliveries=cancel_of_patient(connection, clinic_id, patient_id, REASON, now),
        tasks=_close_tasks(connection, clinic_id, patient_id, who, now),
        phones=0,
    )
    alone = _phones_of_nobody_else(connection, clinic_id, patient_id)
    end_consents(connection, clinic_id, alone, ENDED, now)
    more = cancel_of_contacts(connection, clinic_id, alone, REASON, now)
    _close_questions(connection, clinic_id, patient_id, alone, now)
    audit.note(connection, clinic_id, who, "death recorded", f"patient {patient_id}", now)
    return replace(ended, deliveries=ended.deliveries + more, phones=len(alone))


def revive(connection: Connection, clinic_id: int, patient_id: int, who: str, now: int) -> bool:
    """A death was recorded by mistake. The first person says so and nothing changes (False); when a second one says
    the same, the patient is active again, with the consents that the death had ended. Visits come with the next list.

    Raises Refused where no death was recorded, or where the same person says it twice."""
    mine = (patients.c.clinic_id == clinic_id, patients.c.id == patient_id, patients.c.state == "died")
    row = connection.execute(select(patients.c.revive_by).where(*mine)).one_or_none()
    if row is None:
        raise Refused("patient.no_death")
    if not row.revive_by:
        connection.execute(update(patients).where(*mine).values(revive_by=who))
        audit.note(connection, clinic_id, who, "death questioned", f"patient {patient_id}", now)
        return False
    if row.revive_by == who:
        raise Refused("patient.alive_twice", name=who)
    values = {"state": "active", "died_at": None, "died_by": "", "revive_by": ""}
    connection.execute(update(patients).where(*mine).values(values))
    _restore_consents(connection, clinic_id, patient_id, now)
    audit.note(connection, clinic_id, who, "death taken back", f"patient {patient_id}, with {row.revive_by}", now)
    return True


def _cancel_visits(connection: Connection, clinic_id: int, patient_id: int, now: int) -> int:
    ahead = (
        visits.c.clinic_id == clinic_id,
        visits.c.patient_id == patient_id,
        visits.c.state.in_((VisitState.BOOKED.value, VisitState.HELD.value)),
        visits.c.starts_at > now,
    )
    values = {"state": VisitState.CANCELLED.value, "held_why": "", "changed_at": now}
    return connection.execute(update(visits).where(*ahead).values(values)).rowcount


def _close_tasks(connection: Connection, clinic_id: int, patient_id: int, who: str, now: int) -> int:
    open_ones = (tasks.c.clinic_id == clinic_id, tasks.c.patient_id == patient_id, tasks.c.closed_at.is_(None))
    values = {"closed_at": now, "closed_by": who, "outcome": "died"}
    return connection.execute(update(tasks).where(*open_ones).values(values)).rowcount


def _phones_of_nobody_else(connection: Connection, clinic_id: int, patient_id: int) -> list[int]:
    mine = contacts_of(connection, clinic_id, patient_id)
    return [contact.id for contact in mine if not patients_of(connection, clinic_id, contact.id, alive=True)]


def _close_questions(
    connection: Connection, clinic_id: int, patient_id: int, phones: Collection[int], now: int
) -> None:
    his = select(visits.c.id).where(visits.c.clinic_id == clinic_id, visits.c.patient_id == patient_id)
    about_him = questions.c.visit_id.in_(his) | questions.c.contact_id.in_(phones)
    still_open = (questions.c.clinic_id == clinic_id, questions.c.answered_at.is_(None), about_him)
    connection.execute(update(questions).where(*still_open).values(answered_at=now, open_until=now))


def _restore_consents(connection: Connection, clinic_id: int, patient_id: int, now: int) -> None:
    """Records are never edited: what the mistake ended is given anew, with the same words."""
    for contact in contacts_of(connection, clinic_id, patient_id):
        latest = {kept.consent.channel: kept for kept in history(connection, clinic_id, contact.id)}
        for kept in latest.values():
            if kept.superseded_at is not None and kept.superseded_why == ENDED:
                again = replace(kept.consent, source="restored: the death was recorded by mistake")
                record_consent(connection, clinic_id, contact.id, again, now)
