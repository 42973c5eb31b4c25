"""The call log on its pages: people by name, others as nobody, what is new, and the recordings that were played."""

from __future__ import annotations

from collections.abc import Callable

from clock import Clock
from console_staff import NOW, Browser, Hire, Person
from flask import Flask
from line import phone_to

from service.app import Parts
from service.reminders import call_log
from service.reminders.call_log import Call
from service.reminders.contacts import NewContact, link, save_contact
from service.reminders.people import save_patient
from service.reminders.privacy import Privacy

SitDown = Callable[[Person], Browser]
CALLER = "+15555550123"


def test_a_call_is_told_with_its_way_and_its_recordings(
    app: Flask, parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown
) -> None:
    call = phone_to(app, parts, CALLER).call()
    for key in "144":
        call.press(key)
    call.hang_up()
    app.extensions["call_journal"].settle()
    browser = sit_down(hire())
    page = browser.get("/console/calls").text
    assert "somebody we do not know" in page
    assert CALLER not in page
    page = browser.get("/console/calls/1").text
    assert "Treatments" in page
    assert "after key 4" in page
    assert "hung up" in page
    assert "<audio controls" in page


def test_known_people_are_named_and_what_came_since_the_last_look_is_new(
    parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown, clock: Clock
) -> None:
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    with parts.database.write() as connection:
        patient_id = save_patient(connection, privacy, clinic_id, "100", "Ruiz, Ana", "A", NOW)
        contact_id = save_contact(connection, privacy, clinic_id, NewContact(CALLER), NOW)
        link(connection, clinic_id, patient_id, contact_id)
        call_log.keep(connection, Call("CA1", privacy.phone(CALLER), "+15555550100", NOW - 60, asked=("back",)))
    browser, colleague = sit_down(hire()), sit_down(hire("Ben Okafor", "nurse"))
    page = browser.get("/console/calls").text
    assert "Ruiz, Ana" in page
    assert "a call back" in page
    colleague.get("/console/calls")
    clock.now += 100
    with parts.database.write() as connection:
        call_log.keep(connection, Call("CA2", privacy.phone(CALLER), "+15555550100", int(clock.now) - 50))
    assert "1 call is new since you looked" in browser.get("/console/calls").text
    assert "new since you looked" not in browser.get("/console/calls").text
    # What one has seen is new to another.
    assert "1 call is new since you looked" in colleague.get("/console/calls").text
    assert "Called the line" in browser.get(f"/console/people/{patient_id}").text
