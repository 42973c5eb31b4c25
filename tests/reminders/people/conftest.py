"""Two clinics in one installation, each with a patient, a phone, a visit and whatever else may be kept."""

from __future__ import annotations

import pytest
from made_clinics import DAY, NOW, NUMBER, Own
from sqlalchemy import insert, select

from service.reminders import clinics, contacts, people, staff
from service.reminders.consent import Channel, Consent, record_consent
from service.reminders.privacy import Privacy
from service.storage.database import Database
from service.storage.reminder_tables import broadcasts, deliveries, questions, replies, tasks, visits
from service.storage.vault import Vault


@pytest.fixture
def privacy() -> Privacy:
    return Privacy(Vault([("k1", b"1" * 32)]), b"phone-index:test")


@pytest.fixture
def make_clinic(database: Database, privacy: Privacy):
    """Makes a clinic with one of everything; both clinics of a test know the same phone."""

    def make(name: str, number: str = NUMBER) -> Own:
        with database.write() as c:
            clinic = clinics.create_clinic(c, name, name, "America/Chicago", NOW, who="Ruth")
            for member, role in (("Ruth", "administrator"), ("Omar", "administrator"), ("Carla", "desk")):
                staff.add_staff(c, clinic, member, role, "Ruth", NOW)
            patient = people.save_patient(c, privacy, clinic, "MRN1", "Ana Ruiz", "A", NOW)
            new = contacts.NewContact(number, zones="America/Chicago|")
            contact = contacts.save_contact(c, privacy, clinic, new, NOW)
            contacts.link(c, clinic, patient, contact, "A")
            for channel in Channel:
                agreed = Consent(channel, "We may send reminders.", "1", "paper", NOW - DAY, "Carla")
                record_consent(c, clinic, contact, agreed, NOW)
            visit = _insert(c, visits, clinic_id=clinic, patient_id=patient, ref="V1", starts_at=NOW + DAY,
                            local_day="2026-11-19")  # fmt: skip
            run = _insert(c, broadcasts, clinic_id=clinic, kind="daily")
            delivery = _insert(c, deliveries, clinic_id=clinic, broadcast_id=run, contact_id=contact,
                               patient_id=patient, visit_id=visit, visits=f"[{visit}]", fields='{"a": 1}', due_at=NOW,
                               dedupe="d")  # fmt: skip
            reply = _insert(c, replies, clinic_id=clinic, contact_id=contact, message_sid=f"SM{clinic}", at=NOW)
            sealed = privacy.seal("I feel cold", "replies.words_sealed", reply)
            c.execute(replies.update().where(replies.c.id == reply).values(words_sealed=sealed))
            task = _insert(c, tasks, clinic_id=clinic, kind="call back", contact_id=contact, patient_id=patient,
                           visit_id=visit, reply_id=reply, opened_at=NOW, taken_by="Ruth")  # fmt: skip
            _insert(c, questions, phone=privacy.phone(number), ours="+15555550100", clinic_id=clinic, kind="visit",
                    visit_id=visit, contact_id=contact, asked_at=NOW, open_until=NOW + DAY)  # fmt: skip
        return Own(clinic, patient, contact, visit, delivery, task, reply)

    return make


@pytest.fixture
def lakeside(make_clinic) -> Own:
    return make_clinic("Lakeside")


@pytest.fixture
def row(database: Database):
    """Reads one row of a table by its id, as a dictionary."""

    def read(table, row_id: int) -> dict:
        with database.read() as c:
            return dict(c.execute(select(table).where(table.c.id == row_id)).mappings().one())

    return read


def _insert(connection, table, **values) -> int:
    return connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
