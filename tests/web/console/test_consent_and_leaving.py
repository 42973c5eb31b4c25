"""Consent at the desk with the words shown, and the endings: died, left, erased, each with its way back or none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clock import Clock
from console_staff import NOW, Browser, Hire, Person
from sqlalchemy import select, update

from service.app import Parts
from service.languages import Language
from service.reminders.consent import Channel, history
from service.reminders.contacts import NewContact, link, save_contact
from service.reminders.desk_consent import words_for
from service.reminders.optouts import is_stopped, stop_phone
from service.reminders.people import patient, save_patient
from service.reminders.privacy import Privacy
from service.storage.console_tables import console_sessions
from service.storage.reminder_tables import contacts, patients

SitDown = Callable[[Person], Browser]
FORM = {"channels": "text", "medium": "paper", "given_by": "representative", "on": "2026-11-01"}


@pytest.fixture
def rosa(parts: Parts, clinic_id: int) -> tuple[int, int]:
    """A patient whose phone speaks Spanish: patient and phone."""
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    with parts.database.write() as connection:
        patient_id = save_patient(connection, privacy, clinic_id, "200", "Vega, Rosa", "R", NOW)
        new = NewContact("+12025550140", language=Language.SPANISH)
        contact_id = save_contact(connection, privacy, clinic_id, new, NOW)
        link(connection, clinic_id, patient_id, contact_id, "R")
    return patient_id, contact_id


def state(parts: Parts, clinic_id: int, patient_id: int) -> str:
    with parts.database.read() as connection:
        return patient(connection, clinic_id, patient_id).state


def test_the_words_on_the_page_are_the_words_that_are_kept(
    parts: Parts, clinic_id: int, rosa: tuple[int, int], hire: Hire, sit_down: SitDown
) -> None:
    path = f"/console/people/{rosa[0]}/phones/{rosa[1]}/consent"
    browser = sit_down(hire())
    words = words_for("Lakeside Clinic", Channel.TEXT, Language.SPANISH)
    assert words in browser.get(path).text
    browser.send(path, FORM)
    with parts.database.read() as connection:
        (kept,) = history(connection, clinic_id, rosa[1])
    assert (kept.consent.wording, kept.consent.medium, kept.consent.given_by) == (words, "paper", "representative")
    browser.get(path)
    browser.send(path + "/withdraw", {"channel": "text"})
    page = browser.get(path).text
    assert "withdrawn at the desk" in page
    assert "No consent to texts" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channels": ""}, "channels"),
        ({"medium": "by owl"}, "medium"),
        ({"given_by": ""}, "given_by"),
        ({"on": "2031-01-01"}, "on"),
        ({"on": "2020-01-01"}, "on"),
    ],
)
def test_a_consent_with_a_gap_is_not_kept(
    parts: Parts,
    clinic_id: int,
    rosa: tuple[int, int],
    hire: Hire,
    sit_down: SitDown,
    change: dict[str, str],
    field: str,
) -> None:
    path = f"/console/people/{rosa[0]}/phones/{rosa[1]}/consent"
    browser = sit_down(hire())
    browser.get(path)
    answer = browser.send(path, FORM | change)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    with parts.database.read() as connection:
        assert history(connection, clinic_id, rosa[1]) == []


def test_nobody_agrees_for_a_phone_that_said_stop(
    parts: Parts, clinic_id: int, rosa: tuple[int, int], hire: Hire, sit_down: SitDown
) -> None:
    path = f"/console/people/{rosa[0]}/phones/{rosa[1]}/consent"
    browser = sit_down(hire())
    browser.get(path)
    with parts.database.write() as connection:
        phone = connection.execute(select(contacts.c.phone).where(contacts.c.id == rosa[1])).scalar_one()
        stop_phone(connection, phone, "text", NOW)
    assert browser.send(path, FORM).status_code == 422
    with parts.database.read() as connection:
        assert history(connection, clinic_id, rosa[1]) == []


def test_a_death_is_taken_back_by_two_people_only(
    parts: Parts, clinic_id: int, rosa: tuple[int, int], hire: Hire, sit_down: SitDown
) -> None:
    path = f"/console/people/{rosa[0]}"
    first, second = sit_down(hire()), sit_down(hire("Ben Okafor", "nurse"))
    first.get(path + "/died")
    first.send(path + "/died")
    assert state(parts, clinic_id, rosa[0]) == "died"
    for _ in range(2):
        first.get(path + "/died")
        first.send(path + "/alive")
        assert state(parts, clinic_id, rosa[0]) == "died"
    assert "Somebody else must confirm it" in first.get(path + "/died").text
    assert "Can you confirm it?" in second.get(path + "/died").text
    second.send(path + "/alive")
    assert state(parts, clinic_id, rosa[0]) == "active"


def test_whoever_left_has_no_consent_left_and_agrees_anew_when_back(
    parts: Parts, clinic_id: int, rosa: tuple[int, int], hire: Hire, sit_down: SitDown
) -> None:
    path, browser = f"/console/people/{rosa[0]}", sit_down(hire())
    consent = f"{path}/phones/{rosa[1]}/consent"
    browser.get(consent)
    browser.send(consent, FORM)
    browser.get(path + "/left")
    browser.send(path + "/left")
    assert state(parts, clinic_id, rosa[0]) == "left"
    browser.send(path + "/back")
    assert state(parts, clinic_id, rosa[0]) == "active"
    assert "left the clinic" in browser.get(consent).text
    assert "No consent to texts" in browser.page.text


def test_a_person_is_erased_after_the_number_was_typed_and_the_stop_stays(
    parts: Parts, clinic_id: int, rosa: tuple[int, int], hire: Hire, sit_down: SitDown
) -> None:
    path, browser = f"/console/people/{rosa[0]}/erase", sit_down(hire())
    with parts.database.write() as connection:
        phone = connection.execute(select(contacts.c.phone).where(contacts.c.id == rosa[1])).scalar_one()
        stop_phone(connection, phone, "text", NOW)
    browser.get(path)
    assert browser.send(path, {"typed": "201"}).status_code == 422
    assert state(parts, clinic_id, rosa[0]) == "active"
    browser.send(path, {"typed": "200"})
    with parts.database.read() as connection:
        row = connection.execute(select(patients).where(patients.c.id == rosa[0])).mappings().one()
        assert is_stopped(connection, clinic_id, phone)
    assert (row["state"], row["name_sealed"], row["clinic_ref_sealed"]) == ("erased", None, None)
    assert browser.get(f"/console/people/{rosa[0]}/edit").status_code == 404


def test_an_old_factor_erases_nobody(
    parts: Parts, clinic_id: int, rosa: tuple[int, int], hire: Hire, sit_down: SitDown, clock: Clock
) -> None:
    browser = sit_down(hire())
    with parts.database.write() as connection:
        connection.execute(update(console_sessions).values(factor_at=NOW - 301))
    assert browser.send(f"/console/people/{rosa[0]}/erase", {"typed": "200"}).status_code == 403
    assert state(parts, clinic_id, rosa[0]) == "active"
