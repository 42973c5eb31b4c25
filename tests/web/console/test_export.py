"""The export holds everything of one clinic, nothing of another, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from zipfile import ZipFile

import pytest
from console_staff import NOW, Browser, Hire, Person
from sqlalchemy import insert, select

from service.app import Parts
from service.reminders import contacts, people
from service.reminders.clinics import create_clinic
from service.reminders.consent import Channel, Consent, record_consent
from service.reminders.optouts import stop_phone
from service.reminders.privacy import Privacy
from service.storage.reminder_tables import audit, broadcasts, deliveries, replies, visits

DAY = 86400


def fill(parts: Parts, clinic: int, name: str, number: str) -> None:
    """One of everything for a clinic."""
    privacy = Privacy.of(parts.settings)
    with parts.database.write() as c:
        patient = people.save_patient(c, privacy, clinic, "=MRN1", name, "A", NOW)
        contact = contacts.save_contact(c, privacy, clinic, contacts.NewContact(number), NOW)
        contacts.link(c, clinic, patient, contact, "A")
        agreed = Consent(Channel.TEXT, "We may send reminders.", "1", "paper", NOW, "Carla")
        record_consent(c, clinic, contact, agreed, NOW)
        c.execute(
            insert(visits).values(
                clinic_id=clinic, patient_id=patient, ref="V", starts_at=NOW + DAY, local_day="2026-12-03"
            )
        )
        run = c.execute(
            insert(broadcasts).values(clinic_id=clinic, kind="daily").returning(broadcasts.c.id)
        ).scalar_one()
        values = {"clinic_id": clinic, "broadcast_id": run, "contact_id": contact, "patient_id": patient}
        c.execute(insert(deliveries).values(**values, due_at=NOW, state="held", reason="held.died", dedupe="d"))
        reply = {"clinic_id": clinic, "contact_id": contact, "message_sid": f"SM{clinic}", "at": NOW}
        reply_id = c.execute(insert(replies).values(**reply).returning(replies.c.id)).scalar_one()
        sealed = privacy.seal("+1 thanks", "replies.words_sealed", reply_id)
        c.execute(replies.update().where(replies.c.id == reply_id).values(words_sealed=sealed))


@pytest.fixture
def ana(parts: Parts, clinic_id: int, hire: Hire, sit_down: Callable[[Person], Browser]) -> Browser:
    fill(parts, clinic_id, '=HYPERLINK("http://example.org","Ana")', "+12025550134")
    with parts.database.write() as connection:
        other = create_clinic(connection, "Hilltop Oncology", "Hilltop Clinic", "America/New_York", NOW, who="Zoe")
        stop_phone(connection, Privacy.of(parts.settings).phone("+12025550134"), "text", NOW)
    fill(parts, other, "Zelda Elsewhere", "+12025550177")
    return sit_down(hire())


def lists(browser: Browser) -> dict[str, list[dict[str, str]]]:
    """The rows of each list in the zip."""
    browser.get("/console/settings/export")
    answer = browser.send("/console/settings/export.zip")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    with ZipFile(io.BytesIO(answer.data)) as zipped:
        return {
            name: list(csv.DictReader(io.StringIO(zipped.read(name).decode("utf-8-sig"), newline="")))
            for name in zipped.namelist()
        }


def test_everything_of_the_clinic_is_there_and_nothing_of_another(ana: Browser) -> None:
    found = lists(ana)
    assert list(found) == [
        "people.csv",
        "appointments.csv",
        "messages.csv",
        "answers.csv",
        "consents.csv",
        "audit log.csv",
    ]
    assert [len(rows) for name, rows in found.items() if name != "audit log.csv"] == [1, 1, 1, 1, 1]
    (person,) = found["people.csv"]
    assert (person["Phone"], person["Said STOP"]) == ("'+12025550134", "yes")
    assert found["answers.csv"][0]["Words"] == "'+1 thanks"
    assert "STOP" in found["messages.csv"][0]["Reason"]
    assert found["consents.csv"][0]["Words agreed to"] == "We may send reminders."
    assert "Zelda" not in repr(found)
    assert "5550177" not in repr(found)


def test_no_cell_is_run_as_a_formula(ana: Browser) -> None:
    cells = [cell for rows in lists(ana).values() for row in rows for cell in row.values()]
    assert any("HYPERLINK" in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_who_took_it_is_written_down_without_a_name(ana: Browser, parts: Parts, clinic_id: int) -> None:
    lists(ana)
    with parts.database.read() as connection:
        deeds = connection.execute(select(audit).where(audit.c.what == "clinic exported")).mappings().all()
    assert [(deed["clinic_id"], deed["who"]) for deed in deeds] == [(clinic_id, "Ana Ruiz")]
    assert "people 1" in deeds[0]["about"]


def test_the_spanish_reader_gets_spanish_heads(ana: Browser) -> None:
    ana.get("/console/settings/export")
    ana.send("/console/language", {"language": "es", "back": "/console/settings/export"})
    found = lists(ana)
    assert found["personas.csv"][0]["Dijo STOP"] == "sí"
