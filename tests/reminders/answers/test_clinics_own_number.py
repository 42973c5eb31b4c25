"""A clinic's own number: it names no topic unasked, and what comes late or while we remember nothing still counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from clinic import Clinic
from clock import Clock
from databases import on_both_databases
from line import phone_to
from sqlalchemy import select

from service.app import Parts, serve_parts
from service.front_desk.messages import InboundText
from service.front_desk.replay import replay
from service.front_desk.texts import TextDesk
from service.reminders import join
from service.reminders.join import Card
from service.reminders.rules.lint import telling
from service.settings import Settings, from_environment
from service.simulator.phone import Phone
from service.storage.database import Database
from service.storage.reminder_tables import consents, contacts, visits

LINE, OURS = "+15555550100", "+15555550101"
PHONE = "+15555550123"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    numbers = {"TWILIO_LINE_FROM": LINE, "TWILIO_REMINDERS_FROM": OURS, "CLINIC_PHONE": "+15550100111"}
    address = {"PUBLIC_URL": "http://localhost", "DATABASE_URL": database_url}
    return from_environment({**numbers, **address}, tmp_path)


@pytest.fixture
def clinic(parts: Parts, clock: Clock) -> Clinic:
    return Clinic.of(parts.database, parts.settings, clock, role="reminders")


@pytest.fixture
def phone(app: object, parts: Parts) -> Phone:
    return replace(phone_to(serve_parts(parts), parts), line=OURS)


@pytest.fixture
def desk(parts: Parts) -> TextDesk:
    shared = (parts.almanac, parts.world, parts.clock, parts.database, parts.performer, parts.spool)
    return TextDesk(*shared, frozenset({OURS}), carrier_answers=False)


def said(phone: Phone, words: str) -> str:
    return "\n".join(phone.text(words))


@pytest.mark.parametrize("text", ["hola", "MENU", "1", "4", "START", "yes", "BACK", "ESPANOL", "the door was locked"])
@pytest.mark.parametrize("is_known", [True, False])
def test_nobody_is_shown_a_topic_unasked(text: str, is_known: bool, clinic: Clinic, phone: Phone) -> None:
    if is_known:
        clinic.phone(clinic.patient())
    answer = said(phone, text)
    assert telling(answer) == ()
    assert "Treatments" not in answer
    assert "Tratamiento" not in answer
    assert "911" in answer


def test_a_topic_asked_for_by_name_is_answered_and_facts_opens_the_menu(clinic: Clinic, phone: Phone) -> None:
    clinic.phone(clinic.patient())
    assert "Chemo" in said(phone, "chemo")
    assert "4 Treatments" in said(phone, "FACTS")
    assert said(phone, "4").startswith("Treatments")


def test_a_sentence_is_kept_for_the_clinic_not_read_as_a_topic(clinic: Clinic, phone: Phone) -> None:
    clinic.phone(clinic.patient())
    answer = said(phone, "can i eat before my chemo on thursday")
    assert answer.startswith("We kept your message for Lakeside Clinic.")
    assert [kind for kind, _ in clinic.tasks()] == ["read their words"]


def test_the_clinics_own_number_of_now_is_given(clinic: Clinic, phone: Phone, clock: Clock) -> None:
    clinic.phone(clinic.patient())
    assert "555-010-0199" in said(phone, "0")
    clock.pass_time(8 * 3600)
    assert "555-010-0100" in said(phone, "0")


@on_both_databases
def test_join_a_card_then_1_then_needs_makes_the_consent(clinic: Clinic, phone: Phone) -> None:
    patient = clinic.patient()
    with clinic.database.write() as connection:
        chance = Random(7).randrange
        code = join.prepare_card(
            connection, clinic.privacy, clinic.id, Card(patient), "Ana", int(clinic.clock()), chance
        )
    asked = said(phone, f"JOIN {code}")
    assert asked.startswith("Lakeside Clinic visit reminders, about 4 a month. Reply 1 to agree.")
    assert "thank you. Anything we should know?" in said(phone, "1")
    assert said(phone, "13") == "Thank you. We noted it. To change it, call 555-010-0100."
    [consent] = clinic.rows(select(consents))
    assert consent["wording"] == asked
    assert clinic.row(contacts, consent["contact_id"])["needs"] == "interpreter,slow"


def test_join_with_a_wrong_code_asks_for_a_new_card(clinic: Clinic, phone: Phone) -> None:
    assert "ask the desk for a new card" in said(phone, "JOIN 4821")
    assert clinic.rows(select(consents)) == []


@pytest.mark.parametrize("text", ["1", "yes", "I will be there"])
def test_an_answer_that_came_while_the_database_was_down_counts_afterwards(
    text: str, clinic: Clinic, parts: Parts, desk: TextDesk
) -> None:
    _, _, visit = clinic.reminded()
    with clinic.database.write():
        # Another writer holds the lock for as long as a person may wait.
        answer = replace(desk, database=_impatient(parts)).answer(InboundText("SM1", PHONE, OURS, text))
    assert answer.startswith("Thank you. We will record this")
    assert clinic.row(visits, visit)["confirmed_at"] is None
    assert replay(parts.spool, parts.database, parts.performer) == 1
    assert clinic.row(visits, visit)["confirmed_at"] == clinic.clock()


def test_a_fever_that_came_while_the_database_was_down_reaches_staff_with_its_words(
    clinic: Clinic, parts: Parts, desk: TextDesk
) -> None:
    clinic.reminded()
    with clinic.database.write():
        replace(desk, database=_impatient(parts)).answer(InboundText("SM1", PHONE, OURS, "fever 102"))
    replay(parts.spool, parts.database, parts.performer)
    assert [kind for kind, _ in clinic.tasks()] == ["emergency"]
    assert clinic.words_kept() == [("fever 102", "fever")]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1", "You wrote this at 2:10 AM.\nThank you. Thursday Dec 3, 2:30 PM is set."),
        ("fever 102", "You wrote this at 2:10 AM.\nFever 100.4+ on treatment?"),
        ("STOP", "You wrote this at 2:10 AM.\nStopped."),
        ("chemo", "You wrote this at 2:10 AM.\nChemo"),
    ],
)
def test_an_answer_after_an_outage_says_when_the_person_wrote(
    text: str, answer: str, clinic: Clinic, desk: TextDesk, clock: Clock
) -> None:
    clinic.reminded()
    wrote = clock()
    clock.pass_time(5 * 3600)
    assert desk.answer(InboundText("SM1", PHONE, OURS, text), wrote).startswith(answer)


def test_a_late_text_opens_no_menu_again(clinic: Clinic, desk: TextDesk, clock: Clock) -> None:
    _, _, visit = clinic.reminded()
    wrote = clock()
    clock.pass_time(3600)
    assert desk.answer(InboundText("SM1", PHONE, OURS, "FACTS"), wrote) == ""
    assert "is set" in desk.answer(InboundText("SM2", PHONE, OURS, "1"))
    assert clinic.row(visits, visit)["confirmed_at"] == clock()


def test_a_call_back_asked_for_hours_ago_is_promised_from_now(clinic: Clinic, desk: TextDesk, clock: Clock) -> None:
    clinic.reminded()
    wrote = clock()
    clock.pass_time(14 * 3600)
    assert "by Tuesday 5 PM" in desk.answer(InboundText("SM1", PHONE, OURS, "2"), wrote)


def test_two_clinics_never_see_each_others_answers(clinic: Clinic, parts: Parts, phone: Phone, clock: Clock) -> None:
    """Both know the phone; only the one whose number it is learns anything, and the other's visit is never told."""
    clinic.phone(clinic.patient())
    other = Clinic.second(parts.database, parts.settings, clock, "+15555550199")
    other.reminded("Z", local="2026-11-25 10:00")
    assert "We know of no coming visit" in said(phone, "VISIT")
    said(phone, "the door was locked")
    said(phone, "fever 102")
    assert [kind for kind, _ in clinic.tasks()] == ["read their words", "emergency"]
    assert other.tasks() == []
    assert said(phone, "STOP").startswith("Stopped.")
    assert [kind for kind, _ in other.tasks()] == ["phone them"]


def _impatient(parts: Parts) -> Database:
    return Database(parts.settings.database_url, patience=0.05)


@pytest.mark.parametrize(
    ("text", "opt_out_type", "answer"),
    [
        ("YES", "", "Thank you. Thursday Dec 3, 2:30 PM is set."),
        ("YES", "START", "Thank you. Thursday Dec 3, 2:30 PM is set."),
        ("START", "START", ""),
        ("STOP", "STOP", ""),
        ("CANCEL", "STOP", ""),
    ],
)
def test_where_the_carrier_answers_its_words_a_yes_still_confirms(
    text: str, opt_out_type: str, answer: str, clinic: Clinic, desk: TextDesk
) -> None:
    clinic.reminded()
    carried = replace(desk, carrier_answers=True)
    assert carried.answer(InboundText("SM1", PHONE, OURS, text, opt_out_type)).startswith(answer)
    kinds = [kind for kind, _ in clinic.tasks()]
    assert ("may have meant the visit" in kinds) == (text == "CANCEL")
    if not answer:
        assert carried.answer(InboundText("SM1", PHONE, OURS, text, opt_out_type)) == ""
