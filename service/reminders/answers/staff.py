"""What staff get from people's texts and calls: their words, kept sealed, and tasks with a time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.reminders.answers.known import Known, known, only_patient, serves
from service.reminders.answers.questions import close_of_contact, reminded_since
from service.reminders.privacy import Privacy
from service.reminders.to_do import CHECK_NUMBER, PHONE_THEM, open_task
from service.reminders.visits import DEATH_TOLD
from service.reminders.waiting import hold_of_visits
from service.storage.reminder_tables import contacts, patient_contacts, replies, visits

CALL_BACK = "call back"
ANOTHER_DAY = "another day"
RUNNING_LATE = "running late"
READ_WORDS = "read their words"
MEANT_VISIT = "may have meant the visit"
MAY_HAVE_DIED = "may have died"
URGENT = ("emergency", "crisis", "urgent")

SEALED = "replies.words_sealed"
# Words are erased after thirty days, never while their task is open.
KEEP_WORDS = 30 * 86400
# Somebody should have looked at something urgent within a quarter of an hour.
URGENT_WITHIN = 15 * 60
# CANCEL this soon after a reminder may have meant the visit.
MAY_MEAN_VISIT = 48 * 3600
# What a death told to us holds back until staff have decided.
HELD_FOR = 30 * 86400
HELD = "held.visit_held"


@dataclass(frozen=True)
class Kept:
    """A text to be kept: its sid, its words, how they were read, and what followed."""

    sid: str
    words: str
    label: str
    meaning: str


def keep_words(connection: Connection, privacy: Privacy, person: Known, kept: Kept, now: int) -> int | None:
    """Keep a text for the clinic; returns its row, None where this very text was kept before."""
    kind = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {
        "clinic_id": person.clinic_id,
        "contact_id": person.contact_id,
        "message_sid": kept.sid,
        "label": kept.label[:40],
        "meaning": kept.meaning[:40],
        "at": now,
        "purge_after": now + KEEP_WORDS,
    }
    once = kind(replies).values(row).on_conflict_do_nothing(index_elements=["message_sid"]).returning(replies.c.id)
    reply_id = connection.execute(once).scalar_one_or_none()
    if reply_id is not None and kept.words:
        sealed = privacy.seal(kept.words, SEALED, reply_id)
        connection.execute(update(replies).where(replies.c.id == reply_id).values(words_sealed=sealed))
    return reply_id


def tell(
    connection: Connection,
    person: Known,
    kind: str,
    now: int,
    due_at: int,
    *,
    visit: tuple[int, int] | None = None,
    reply_id: int | None = None,
) -> int:
    """Open a task about this phone; `visit` is (patient id, visit id). Returns by when it is due: where the same task
    is open already, what was promised first stands."""
    patient_id, visit_id = visit or (only_patient(serves(connection, person)), None)
    due = open_task(
        connection,
        person.clinic_id,
        kind,
        now,
        contact_id=person.contact_id,
        patient_id=patient_id,
        visit_id=visit_id,
        due_at=due_at,
        reply_id=reply_id,
    )
    return due_at if due is None else due


def raise_it(connection: Connection, phone: str, ours: str, kind: str, now: int) -> None:
    """Tell the clinics that know this phone (its blind index) of danger, a death, or a stop that needs a look.
    A phone that only asks has nobody to tell. `kind` is that of the effect `Raise`."""
    for person in known(connection, phone, ours):
        if kind in URGENT:
            tell(connection, person, kind, now, now + URGENT_WITHIN)
        elif kind == "wrong-number":
            tell(connection, person, CHECK_NUMBER, now, now + 86400)
        elif kind == "cancel":
            if reminded_since(connection, person.clinic_id, person.contact_id, now - MAY_MEAN_VISIT):
                tell(connection, person, MEANT_VISIT, now, now + 86400)
        elif kind == "bereavement":
            hold_all(connection, person, now)


def hold_all(connection: Connection, person: Known, now: int, reply_id: int | None = None) -> None:
    """We were told of a death: nothing more goes out about the patients of this phone until staff have decided."""
    tell(connection, person, MAY_HAVE_DIED, now, now + 86400, reply_id=reply_id)
    ids = [patient.id for patient in serves(connection, person)]
    ahead = (visits.c.clinic_id == person.clinic_id, visits.c.patient_id.in_(ids), visits.c.starts_at > now)
    booked = (*ahead, visits.c.state == "booked")
    held = connection.execute(
        update(visits).where(*booked).values(state="held", held_why=DEATH_TOLD).returning(visits.c.id)
    )
    hold_of_visits(connection, person.clinic_id, list(held.scalars()), HELD)
    phones = select(patient_contacts.c.contact_id).where(
        patient_contacts.c.clinic_id == person.clinic_id, patient_contacts.c.patient_id.in_(ids)
    )
    theirs = (
        contacts.c.clinic_id == person.clinic_id,
        contacts.c.id.in_(phones) | (contacts.c.id == person.contact_id),
    )
    connection.execute(update(contacts).where(*theirs).values(paused_until=now + HELD_FOR))
    close_of_contact(connection, person.clinic_id, person.contact_id, now)


def phone_them(connection: Connection, clinic_id: int, patient_id: int, now: int) -> None:
    """This patient has no phone left that we may write to or call."""
    open_task(connection, clinic_id, PHONE_THEM, now, patient_id=patient_id, due_at=now + 86400)
