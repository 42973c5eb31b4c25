"""STOP from a phone that clinics know: what ends, whom staff must phone now, and the one answer that goes out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from service.conversation.reply import Say
from service.reminders import audit
from service.reminders.answers import questions, staff
from service.reminders.answers.known import Known, known, serves
from service.reminders.answers.meaning import Pending
from service.reminders.answers.questions import NewQuestion
from service.reminders.consent import Channel, Consent, history, in_force, record_consent
from service.reminders.contacts import change_contact, contacts_of, patients_of
from service.reminders.optouts import is_stopped, lift, stop_phone

# As the audit keeps them.
WROTE_START, TOOK_BACK = "wrote START", "took back a stop by key"
AS_OFFERED = "2026-11"
FEWER = {"1": "day before", "2": "changes"}


def stop(connection: Connection, phone: str, how: str, now: int) -> None:
    """Everything that we start to this phone (its blind index) ends in this transaction, whichever clinic knows it. A
    patient without any phone left is for staff to phone."""
    for clinic_id, contact_id in stop_phone(connection, phone, how, now):
        for patient_id in patients_of(connection, clinic_id, contact_id, alive=True):
            if not _is_reached(connection, clinic_id, patient_id):
                staff.phone_them(connection, clinic_id, patient_id, now)


def answer_to_stop(
    connection: Connection, people: Sequence[Known], ours: str, reason: str, now: int
) -> tuple[Say, ...]:
    """The one confirmation; asked before `stop`. To `less` it offers just a few, to `wrong-number` it says sorry; on
    a phone of several patients it says whose reminders end."""
    if reason == "wrong-number":
        return (Say("reminder.wrong_number"),)
    agreed = [one for one in people if Channel.TEXT in in_force(connection, one.clinic_id, one.contact_id)]
    if reason == "less" and agreed:
        for one in agreed:
            offer = NewQuestion(one.phone, ours, one.clinic_id, Pending.LESS_AFTER_STOP, one.contact_id)
            questions.ask(connection, offer, now, now + questions.SMALL_LASTS)
        return (Say("reminder.less_after_stop"),)
    initials = sorted({patient.initial for one in people for patient in serves(connection, one) if patient.initial})
    whose = (Say("reminder.stop_whose", (("initials", ", ".join(initials)),)),) if len(initials) > 1 else ()
    return (Say("stop"), *whose)


def just_a_few(connection: Connection, people: Sequence[Known], digit: str, shown: str, now: int) -> Say:
    """The answer to the offer after a stop: the person agrees anew, to a few only. `shown` are the words offered."""
    for one in people:
        ended = [kept for kept in history(connection, one.clinic_id, one.contact_id) if kept.superseded_at]
        last = next((kept for kept in reversed(ended) if kept.consent.channel is Channel.TEXT), None)
        if last is None or last.superseded_why != "opted out":
            continue
        lift(connection, one.clinic_id, one.phone, now)
        consent = Consent(
            channel=Channel.TEXT,
            wording=shown,
            version=AS_OFFERED,
            medium="text",
            given_at=now,
            recorded_by=f"the person's own answer {digit}",
            given_by=last.consent.given_by,
        )
        record_consent(connection, one.clinic_id, one.contact_id, consent, now)
        change_contact(connection, one.clinic_id, one.contact_id, fewer=FEWER[digit])
        audit.note(connection, one.clinic_id, "the person", "agreed to a few", f"contact {one.contact_id}", now)
    return Say("reminder.less_day_before" if digit == "1" else "reminder.less_changes")


def came_back(connection: Connection, phone: str, ours: str, now: int, *, by_key: bool) -> None:
    """A stopped phone (its blind index) wrote START, or took the stop back on a call: staff of the clinics that know
    it see when. No consent comes back by it."""
    what = TOOK_BACK if by_key else WROTE_START
    for one in known(connection, phone, ours):
        audit.note(connection, one.clinic_id, "the person", what, f"contact {one.contact_id}", now)


def _is_reached(connection: Connection, clinic_id: int, patient_id: int) -> bool:
    """Is there a phone of this patient that something may still go to?"""
    return any(
        contact.state == "active"
        and not is_stopped(connection, clinic_id, contact.phone)
        and in_force(connection, clinic_id, contact.id)
        for contact in contacts_of(connection, clinic_id, patient_id)
    )
