"""Patients as a clinic knows them: its own id and a name, both hidden, an initial, and nothing of their illness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.reminders import audit
from service.reminders.contacts import Contact, contacts_of, number_of
from service.reminders.privacy import Privacy
from service.reminders.refused import Refused
from service.storage.reminder_tables import patients

NAME_SEALED = "patients.name_sealed"
REF_SEALED = "patients.clinic_ref_sealed"


@dataclass(frozen=True)
class Patient:
    """A patient. `state` is active, died, left or erased."""

    id: int
    first_initial: str
    state: str


@dataclass(frozen=True)
class Card:
    """What staff see of a patient: name and the clinic's id in clear, and the phones with their numbers."""

    patient: Patient
    name: str
    clinic_ref: str
    phones: tuple[tuple[Contact, str], ...]


def save_patient(
    connection: Connection, privacy: Privacy, clinic_id: int, clinic_ref: str, name: str, initial: str, now: int
) -> int:
    """Keep a patient and return the id; known by `clinic_ref`, the clinic's own id. A later name replaces an earlier
    one. Nothing here brings back somebody who died."""
    known = find_patient(connection, privacy, clinic_id, clinic_ref)
    if known:
        values: dict[str, Any] = {"name_sealed": privacy.seal(name, NAME_SEALED, known.id)} if name else {}
        if initial:
            values["first_initial"] = initial
        if values:
            mine = (patients.c.clinic_id == clinic_id, patients.c.id == known.id)
            connection.execute(update(patients).where(*mine).values(values))
        return known.id
    values = {
        "clinic_id": clinic_id,
        "clinic_ref": privacy.ref(clinic_id, clinic_ref),
        "first_initial": initial,
        "created_at": now,
    }
    patient_id: int = connection.execute(insert(patients).values(values).returning(patients.c.id)).scalar_one()
    sealed = {
        "clinic_ref_sealed": privacy.seal(clinic_ref, REF_SEALED, patient_id),
        "name_sealed": privacy.seal(name, NAME_SEALED, patient_id) if name else None,
    }
    connection.execute(update(patients).where(patients.c.id == patient_id).values(sealed))
    return patient_id


def rename(
    connection: Connection, privacy: Privacy, clinic_id: int, patient_id: int, name: str, initial: str
) -> None:
    """Write a name and its initial anew; an empty name takes the kept one away."""
    mine = (patients.c.clinic_id == clinic_id, patients.c.id == patient_id)
    sealed = privacy.seal(name, NAME_SEALED, patient_id) if name else None
    connection.execute(update(patients).where(*mine).values(name_sealed=sealed, first_initial=initial))


def find_patient(connection: Connection, privacy: Privacy, clinic_id: int, clinic_ref: str) -> Patient | None:
    """The patient with this id of the clinic's own."""
    mine = (patients.c.clinic_id == clinic_id, patients.c.clinic_ref == privacy.ref(clinic_id, clinic_ref))
    row = connection.execute(select(patients).where(*mine)).mappings().one_or_none()
    return _patient(row) if row else None


def patient(connection: Connection, clinic_id: int, patient_id: int) -> Patient:
    """One patient of this clinic. Raises Refused where it has none such."""
    mine = (patients.c.clinic_id == clinic_id, patients.c.id == patient_id)
    row = connection.execute(select(patients).where(*mine)).mappings().one_or_none()
    if row is None:
        raise Refused("patient.unknown")
    return _patient(row)


def show(connection: Connection, privacy: Privacy, clinic_id: int, patient_id: int, who: str, now: int) -> Card:
    """What staff may see of a patient; that `who` saw it is written down. Raises Refused for another clinic's."""
    found = patient(connection, clinic_id, patient_id)
    row = connection.execute(
        select(patients.c.name_sealed, patients.c.clinic_ref_sealed).where(patients.c.id == patient_id)
    ).one()
    audit.note(connection, clinic_id, who, "patient shown", f"patient {patient_id}", now)
    return Card(
        patient=found,
        name=privacy.open(row.name_sealed, NAME_SEALED, patient_id),
        clinic_ref=privacy.open(row.clinic_ref_sealed, REF_SEALED, patient_id),
        phones=tuple(
            (contact, number_of(connection, privacy, clinic_id, contact.id))
            for contact in contacts_of(connection, clinic_id, patient_id)
        ),
    )


def first_initial(name: str) -> str:
    """The initial of the first name in `Ana Ruiz` or `Ruiz, Ana`; empty where there is none."""
    _, comma, after = name.partition(",")
    first = (after if comma else name).strip()
    return first[:1].upper() if first[:1].isalpha() else ""


def _patient(row: Any) -> Patient:
    return Patient(row["id"], row["first_initial"], row["state"])
