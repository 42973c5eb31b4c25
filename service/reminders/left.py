"""Leaving the clinic: everything about a person ends, and begins again only when they come back and agree anew."""

from __future__ import annotations

from sqlalchemy import Connection, update

from service.reminders import audit
from service.reminders.consent import end_consents
from service.reminders.contacts import contacts_of, patients_of
from service.reminders.people import patient
from service.reminders.refused import Refused
from service.reminders.visits import VisitState
from service.reminders.waiting import cancel_of_contacts, cancel_of_patient
from service.storage.reminder_tables import patients, visits

REASON = "held.left"
ENDED = "left the clinic"


def record_leaving(connection: Connection, clinic_id: int, patient_id: int, who: str, now: int) -> bool:
    """The patient goes elsewhere: visits ahead and what waits are cancelled, and phones that serve nobody else lose
    their consent. False where they had left before. Raises Refused for one who died or another clinic's."""
    state = patient(connection, clinic_id, patient_id).state
    if state == "left":
        return False
    if state != "active":
        raise Refused("patient.ended")
    _set_state(connection, clinic_id, patient_id, "left")
    ahead = (visits.c.clinic_id == clinic_id, visits.c.patient_id == patient_id, visits.c.starts_at > now)
    standing = visits.c.state.in_((VisitState.BOOKED.value, VisitState.HELD.value))
    cancelled = {"state": VisitState.CANCELLED.value, "held_why": "", "changed_at": now}
    connection.execute(update(visits).where(*ahead, standing).values(cancelled))
    cancel_of_patient(connection, clinic_id, patient_id, REASON, now)
    phones = contacts_of(connection, clinic_id, patient_id)
    alone = [phone.id for phone in phones if not patients_of(connection, clinic_id, phone.id, alive=True)]
    end_consents(connection, clinic_id, alone, ENDED, now)
    cancel_of_contacts(connection, clinic_id, alone, REASON, now)
    audit.note(connection, clinic_id, who, "left recorded", f"patient {patient_id}", now)
    return True


def record_return(connection: Connection, clinic_id: int, patient_id: int, who: str, now: int) -> bool:
    """The patient is back. Visits come with the next list; consent is asked for anew. False where they never left.
    Raises Refused for another clinic's patient."""
    if patient(connection, clinic_id, patient_id).state != "left":
        return False
    _set_state(connection, clinic_id, patient_id, "active")
    audit.note(connection, clinic_id, who, "return recorded", f"patient {patient_id}", now)
    return True


def _set_state(connection: Connection, clinic_id: int, patient_id: int, state: str) -> None:
    mine = (patients.c.clinic_id == clinic_id, patients.c.id == patient_id)
    connection.execute(update(patients).where(*mine).values(state=state))
