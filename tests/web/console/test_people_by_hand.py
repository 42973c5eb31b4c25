"""Adding people and phones by hand: errors lead to their fields, shared phones are named, a stop stays a stop."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from console_staff import NOW, Browser, Hire, Person
from sqlalchemy import select

from service.app import Parts
from service.conversation.pace import Pace
from service.reminders.at_the_desk import wishes_of
from service.reminders.consent import Channel, Consent, in_force, record_consent
from service.reminders.contacts import Contact, NewContact, contacts_of, find_contact, link, save_contact
from service.reminders.optouts import is_stopped, lift, stop_phone
from service.reminders.people import save_patient
from service.reminders.privacy import Privacy
from service.storage.reminder_tables import patients, tasks

SitDown = Callable[[Person], Browser]
NUMBER = "+12025550134"
TYPED = "(202) 555-0134"
WISHES = {"whose": "self", "language": "es", "pace": "slow", "not_before": "660", "fewer": "day before"}


@pytest.fixture
def privacy(parts: Parts) -> Privacy:
    return Privacy(parts.vault, parts.settings.phone_key)


@pytest.fixture
def ana(parts: Parts, privacy: Privacy, clinic_id: int) -> int:
    """A patient with one phone, who agreed to texts."""
    with parts.database.write() as connection:
        patient_id = save_patient(connection, privacy, clinic_id, "100", "Ruiz, Ana", "A", NOW)
        contact_id = save_contact(connection, privacy, clinic_id, NewContact(NUMBER), NOW)
        link(connection, clinic_id, patient_id, contact_id, "A")
        agreed = Consent(Channel.TEXT, "We may text.", "1", "paper", NOW, "Ana")
        record_consent(connection, clinic_id, contact_id, agreed, NOW)
    return patient_id


def phone(parts: Parts, privacy: Privacy, clinic_id: int) -> Contact:
    with parts.database.read() as connection:
        found = find_contact(connection, clinic_id, privacy.phone(NUMBER))
    assert found
    return found


def test_a_person_is_added_with_a_phone_and_all_its_wishes(
    parts: Parts, privacy: Privacy, clinic_id: int, hire: Hire, sit_down: SitDown
) -> None:
    browser = sit_down(hire())
    browser.get("/console/people/new")
    needs = {"needs": ["interpreter", "yesno", "deaf"], "interpreter": "Vietnamese"}
    form = {"clinic_ref": "77", "name": "Nguyen, Lan", "initial": "", "number": TYPED, **WISHES, **needs}
    answer = browser.send("/console/people/new", form)
    page = browser.get(answer.location).text
    assert "Nothing is sent before they agree" in page
    assert "needs an interpreter: Vietnamese" in page
    assert "ask yes-or-no questions" in page
    contact = phone(parts, privacy, clinic_id)
    with parts.database.read() as connection:
        wishes = wishes_of(connection, contact)
        initial = connection.execute(select(patients.c.first_initial)).scalar_one()
    assert (wishes.pace, wishes.not_before, wishes.fewer, wishes.language) == (Pace.SLOW, 660, "day before", "es")
    assert initial == "L"
    # Whoever is deaf is never called.
    assert wishes.never_call


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("clinic_ref", "", "Fill this in."),
        ("clinic_ref", "100", "This number belongs to Ruiz, Ana already."),
        ("number", "911", "911"),
        ("number", "12", "12"),
        ("number", TYPED, "This phone belongs also to Ruiz, Ana."),
        ("initial", "AB", "This is too long."),
    ],
)
def test_what_is_wrong_is_listed_with_a_link_and_what_was_typed_stays(
    ana: int, hire: Hire, sit_down: SitDown, field: str, typed: str, said: str
) -> None:
    browser = sit_down(hire())
    browser.get("/console/people/new")
    answer = browser.send(
        "/console/people/new", {"clinic_ref": "8", "name": "Cruz, Luz", "number": "", **WISHES, field: typed}
    )
    assert answer.status_code == 422
    linked = "shared" if typed == TYPED else field
    assert f'<a href="#{linked}">' in answer.text
    assert said in answer.text
    assert 'value="Cruz, Luz"' in answer.text
    assert 'value="660" selected' in answer.text


def test_a_shared_phone_is_added_once_somebody_says_that_it_is_shared(
    parts: Parts, privacy: Privacy, clinic_id: int, ana: int, hire: Hire, sit_down: SitDown
) -> None:
    browser = sit_down(hire())
    browser.get("/console/people/new")
    form = {"clinic_ref": "8", "name": "Ruiz, Leo", "number": TYPED, **WISHES}
    assert 'name="shared"' in browser.send("/console/people/new", form).text
    answer = browser.send("/console/people/new", {**form, "shared": "y"})
    page = browser.get(f"{answer.location}/phones/{phone(parts, privacy, clinic_id).id}").text
    assert "This phone belongs also to" in page
    assert "Ruiz, Ana</a>" in page
    # Its owner's wishes stay as they were.
    assert phone(parts, privacy, clinic_id).language == "en"
    assert phone(parts, privacy, clinic_id).whose == "shared"


def test_a_phone_that_said_stop_is_told(
    parts: Parts, privacy: Privacy, clinic_id: int, hire: Hire, sit_down: SitDown
) -> None:
    with parts.database.write() as connection:
        stop_phone(connection, privacy.phone(NUMBER), "text", NOW)
    browser = sit_down(hire())
    browser.get("/console/people/new")
    answer = browser.send("/console/people/new", {"clinic_ref": "8", "number": TYPED, **WISHES})
    assert "Their phone said STOP" in browser.get(answer.location).text


def test_the_desk_stops_a_phone_for_somebody_and_cannot_start_it(
    parts: Parts, privacy: Privacy, clinic_id: int, ana: int, hire: Hire, sit_down: SitDown
) -> None:
    contact, browser = phone(parts, privacy, clinic_id), sit_down(hire())
    path = f"/console/people/{ana}/phones/{contact.id}"
    browser.get(path)
    browser.send(path + "/stop")
    with parts.database.read() as connection:
        assert is_stopped(connection, clinic_id, contact.phone)
        assert not in_force(connection, clinic_id, contact.id)
        assert connection.execute(select(tasks.c.kind).where(tasks.c.patient_id == ana)).scalars().all()
    page = browser.get(path).text
    assert "Nobody here can start it again" in page
    assert f'action="{path}/stop"' not in page


def test_a_stop_at_the_desk_counts_again_after_the_person_had_come_back(
    parts: Parts, privacy: Privacy, clinic_id: int, ana: int, hire: Hire, sit_down: SitDown
) -> None:
    contact, browser = phone(parts, privacy, clinic_id), sit_down(hire())
    path = f"/console/people/{ana}/phones/{contact.id}"
    browser.get(path)
    browser.send(path + "/stop")
    with parts.database.write() as connection:
        lift(connection, clinic_id, contact.phone, NOW)
        assert not is_stopped(connection, clinic_id, contact.phone)
    browser.get(path)
    browser.send(path + "/stop")
    with parts.database.read() as connection:
        assert is_stopped(connection, clinic_id, contact.phone)


def test_a_phone_that_was_taken_away_has_no_consent_for_whoever_has_it_next(
    parts: Parts, privacy: Privacy, clinic_id: int, ana: int, hire: Hire, sit_down: SitDown
) -> None:
    contact, browser = phone(parts, privacy, clinic_id), sit_down(hire())
    path = f"/console/people/{ana}/phones/{contact.id}"
    browser.get(path)
    for _ in range(2):
        assert browser.send(path + "/take-away").status_code == 303
    with parts.database.read() as connection:
        assert contacts_of(connection, clinic_id, ana) == []
        assert not in_force(connection, clinic_id, contact.id)


def test_a_name_is_changed_and_the_number_on_the_chart_stays(ana: int, hire: Hire, sit_down: SitDown) -> None:
    browser = sit_down(hire())
    browser.get(f"/console/people/{ana}/edit")
    browser.send(f"/console/people/{ana}/edit", {"name": "Ruiz Vega, Ana", "initial": "A", "clinic_ref": "999"})
    page = browser.get(f"/console/people/{ana}").text
    assert "Ruiz Vega, Ana" in page
    assert "100" in page
    assert "999" not in page
