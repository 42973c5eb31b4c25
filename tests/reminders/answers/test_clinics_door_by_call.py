"""Calling a clinic's own number back: the clinic's name, the visit, a person, and nothing of any illness."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from clinic import Clinic
from clock import Clock
from flask import Flask
from line import phone_to
from sqlalchemy import select

from service.app import Parts
from service.languages import Language
from service.reminders.rules.lint import telling
from service.settings import Settings, from_environment
from service.simulator.call import Call
from service.simulator.phone import Phone
from service.storage.reminder_tables import deliveries, visits

LINE, OURS = "+15555550100", "+15555550101"
JOIN = "To join visit reminders with the four digits on your card, press 4."
DOOR = (
    "This is Lakeside Clinic. In an emergency, hang up and call 911. For your visit, press 1. For a person, press 0."
)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    numbers = {"TWILIO_LINE_FROM": LINE, "TWILIO_REMINDERS_FROM": OURS, "CLINIC_NAME": "Lakeside Clinic"}
    address = {"PUBLIC_URL": "http://localhost", "DATABASE_URL": database_url}
    return from_environment({**numbers, **address}, tmp_path)


@pytest.fixture
def clinic(parts: Parts, clock: Clock) -> Clinic:
    return Clinic.of(parts.database, parts.settings, clock, role="reminders")


@pytest.fixture
def phone(app: Flask, parts: Parts) -> Phone:
    return replace(phone_to(app, parts), line=OURS)


def heard(call: Call) -> str:
    return " ".join(item.words for item in call.heard)


def pressed(call: Call, keys: str) -> str:
    return [" ".join(item.words for item in call.press(key)) for key in keys][-1]


def test_the_door_names_the_clinic_the_emergency_the_visit_and_a_person(clinic: Clinic, phone: Phone) -> None:
    clinic.phone(clinic.patient())
    assert heard(phone.call()) == DOOR


def test_a_stranger_hears_the_same_door_and_is_offered_spanish_and_joining(clinic: Clinic, phone: Phone) -> None:
    call = phone.call()
    assert heard(call) == f"{DOOR} Para español, oprima 2. {JOIN}"
    assert pressed(call, "2").startswith("Habla Lakeside Clinic.")
    assert "No sabemos de ninguna cita" in pressed(call, "1")


def test_who_told_the_clinic_spanish_hears_spanish(clinic: Clinic, phone: Phone) -> None:
    clinic.phone(clinic.patient(), language=Language.SPANISH)
    assert heard(phone.call()).startswith("Habla Lakeside Clinic.")


def test_1_tells_the_visit_and_1_again_confirms_it(clinic: Clinic, phone: Phone) -> None:
    patient = clinic.patient()
    clinic.phone(patient)
    visit = clinic.visit(patient)
    call = phone.call()
    told = pressed(call, "1")
    when = "Thursday, December third, at two thirty in the afternoon"
    assert told.startswith(f"You have a visit on {when}. If you will come, press 1.")
    assert pressed(call, "1").startswith("Thank you. Your visit is set.")
    assert clinic.row(visits, visit)["confirmed_at"] == clinic.clock()


@pytest.mark.parametrize(("key", "task"), [("2", "call back"), ("3", "another day")])
def test_the_other_keys_are_tasks(key: str, task: str, clinic: Clinic, phone: Phone) -> None:
    patient = clinic.patient()
    clinic.phone(patient)
    clinic.visit(patient)
    assert "We told the clinic." in pressed(phone.call(), "1" + key)
    assert clinic.tasks() == [(task, "Mon 17:00")]


def test_a_visit_is_told_to_no_phone_that_has_not_agreed(clinic: Clinic, phone: Phone) -> None:
    patient = clinic.patient()
    clinic.phone(patient, channels=())
    clinic.visit(patient)
    assert "Dec 3" not in pressed(phone.call(), "1")


def test_0_rings_the_clinics_own_number_of_now(clinic: Clinic, phone: Phone, clock: Clock) -> None:
    clinic.phone(clinic.patient())
    call = phone.call()
    call.press("0")
    assert call.calling == "+15550100199"
    assert "Nobody could answer." in " ".join(item.words for item in call.dialled("no-answer"))
    clock.pass_time(8 * 3600)
    call.press("0")
    assert call.calling == "+15550100100"


def test_9_9_stops_everything(clinic: Clinic, phone: Phone) -> None:
    _, contact, visit = clinic.reminded()
    waiting = clinic.queued(contact, visit)
    assert pressed(phone.call(), "99").startswith("Stopped.")
    assert clinic.row(deliveries, waiting)["state"] == "cancelled"


def test_9_1_1_plays_the_911_message(clinic: Clinic, phone: Phone) -> None:
    assert "call 911 now" in pressed(phone.call(), "911")


def test_who_says_nothing_hears_the_door_again_and_then_a_kind_end(clinic: Clinic, phone: Phone) -> None:
    call = phone.call()
    call.wait()
    assert "Take your time" in " ".join(item.words for item in call.wait())
    call.wait()
    assert call.ended


@pytest.mark.parametrize("keys", ["9*", "92", "1*", "7", "5", "*", "#", "98*", "992", "11*", "91*"])
def test_no_way_through_the_keys_names_an_illness_or_a_topic(keys: str, clinic: Clinic, phone: Phone) -> None:
    patient = clinic.patient()
    clinic.phone(patient)
    clinic.visit(patient)
    call = phone.call()
    said = [" ".join(item.words for item in call.press(key)) for key in keys]
    assert all(telling(words.replace("cancer clinic", "clinic")) == () for words in said)
    assert "Lakeside Clinic" in said[-1]


def test_rows_are_written_for_answers_alone(clinic: Clinic, phone: Phone) -> None:
    patient = clinic.patient()
    clinic.phone(patient)
    clinic.visit(patient)
    pressed(phone.call(), "1*")
    assert clinic.rows(select(visits.c.confirmed_at)) == [{"confirmed_at": None}]
