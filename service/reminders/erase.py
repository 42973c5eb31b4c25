"""Erasing a person: names, numbers and words are destroyed; that a phone opted out stays known by its blind index."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, or_, select, update

from service.reminders import audit
from service.reminders.call_log import forget
from service.reminders.consent import end_consents
from service.reminders.contacts import contacts_of, patients_of
from service.reminders.people import patient
from service.reminders.visits import VisitState
from service.reminders.waiting import cancel_of_contacts, cancel_of_patient
from service.storage import page_answers
from service.storage.reminder_tables import (
    contacts,
    deliveries,
    join_cards,
    patient_contacts,
    patients,
    questions,
    replies,
    tasks,
    visits,
)
from service.storage.tables import talks

REASON = "held.left"


@dataclass(frozen=True)
class Erased:
    """How many phones and replies were erased with a patient; shared phones stay for the others."""

    phones: int
    shared_phones: int
    replies: int


def erase_patient(connection: Connection, clinic_id: int, patient_id: int, who: str, now: int) -> Erased:
    """Destroy what identifies a patient, and the phones that serve nobody else. Rows without a name stay, so that
    counts still add up and consent can be shown; opt-outs stay too. Raises Refused for another clinic's patient."""
    patient(connection, clinic_id, patient_id)
    cancel_of_patient(connection, clinic_id, patient_id, REASON, now)
    phones = contacts_of(connection, clinic_id, patient_id)
    served = {contact.id: patients_of(connection, clinic_id, contact.id) for contact in phones}
    own = [contact for contact in phones if served[contact.id] == [patient_id]]
    for contact in own:
        cancel_of_contacts(connection, clinic_id, [contact.id], REASON, now)
        end_consents(connection, clinic_id, [contact.id], "erased", now)
        _forget_phone(connection, clinic_id, contact.id, contact.phone)
    own_ids = [contact.id for contact in own]
    forgotten = _forget_replies(connection, clinic_id, own_ids)
    _forget_patient(connection, clinic_id, patient_id, own_ids, now)
    audit.note(connection, clinic_id, who, "patient erased", f"patient {patient_id}", now)
    return Erased(len(own), len(phones) - len(own), forgotten)


def _forget_phone(connection: Connection, clinic_id: int, contact_id: int, phone: str) -> None:
    mine = (contacts.c.clinic_id == clinic_id, contacts.c.id == contact_id)
    values = {"phone": f"erased {contact_id}", "phone_sealed": None, "state": "erased", "needs": "", "zones": ""}
    values |= {"interpreter": "", "bad_why": ""}
    connection.execute(update(contacts).where(*mine).values(values))
    connection.execute(delete(questions).where(questions.c.clinic_id == clinic_id, questions.c.phone == phone))
    forget(connection, clinic_id, phone)
    closed = {"phone": "", "asked_phone": "", "asked_number_sealed": None}
    used = or_(join_cards.c.phone == phone, join_cards.c.asked_phone == phone)
    connection.execute(update(join_cards).where(join_cards.c.clinic_id == clinic_id, used).values(closed))
    # What the information line remembers of a phone is shared: it goes when no other clinic knows the phone.
    known = select(func.count()).select_from(contacts).where(contacts.c.phone == phone)
    if not connection.execute(known).scalar_one():
        connection.execute(delete(talks).where(talks.c.phone == phone))
        page_answers.forget_phone(connection, phone)


def _forget_replies(connection: Connection, clinic_id: int, contact_ids: list[int]) -> int:
    theirs = (
        replies.c.clinic_id == clinic_id,
        replies.c.contact_id.in_(contact_ids),
        replies.c.words_sealed.is_not(None),
    )
    return connection.execute(update(replies).where(*theirs).values(words_sealed=None)).rowcount


def _forget_patient(
    connection: Connection, clinic_id: int, patient_id: int, contact_ids: list[int], now: int
) -> None:
    mine = (patients.c.clinic_id == clinic_id, patients.c.id == patient_id)
    emptied = {
        "clinic_ref": f"erased {patient_id}",
        "clinic_ref_sealed": None,
        "name_sealed": None,
        "first_initial": "",
        "state": "erased",
    }
    connection.execute(update(patients).where(*mine).values(emptied))
    connection.execute(
        delete(patient_contacts).where(
            patient_contacts.c.clinic_id == clinic_id, patient_contacts.c.patient_id == patient_id
        )
    )
    his = (visits.c.clinic_id == clinic_id, visits.c.patient_id == patient_id)
    ahead = (*his, visits.c.starts_at > now, visits.c.state.in_((VisitState.BOOKED.value, VisitState.HELD.value)))
    connection.execute(update(visits).where(*ahead).values(state=VisitState.CANCELLED.value))
    for (visit_id,) in connection.execute(select(visits.c.id).where(*his)).all():
        connection.execute(update(visits).where(*his, visits.c.id == visit_id).values(ref=f"erased {visit_id}"))
    sent = or_(deliveries.c.patient_id == patient_id, deliveries.c.contact_id.in_(contact_ids))
    connection.execute(update(deliveries).where(deliveries.c.clinic_id == clinic_id, sent).values(fields="{}"))
    open_tasks = (tasks.c.clinic_id == clinic_id, tasks.c.patient_id == patient_id, tasks.c.closed_at.is_(None))
    connection.execute(update(tasks).where(*open_tasks).values(closed_at=now, outcome="erased"))
    cards = (join_cards.c.clinic_id == clinic_id, join_cards.c.patient_id == patient_id)
    connection.execute(update(join_cards).where(*cards).values(patient_id=None, closed_at=now, closed_why="erased"))
