"""Names, numbers and words of people pass through every page and webhook; no log, error page or audit holds them."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from clinic_rows import rows_of
from console_staff import NOW, Browser, Hire, Person
from databases import on_both_databases
from flask import Flask
from line import Twilio
from sqlalchemy import select
from test_who_may_open_what import ROWS, visits_to

from service.app import Parts
from service.reminders.contacts import NewContact, link, save_contact
from service.reminders.people import save_patient
from service.reminders.privacy import Privacy
from service.storage.reminder_tables import audit

SitDown = Callable[[Person], Browser]

NAME, NUMBER, WORDS, REF = "Zanzibarria Quetzal", "+12025558642", "my lymphocanary hurts", "MRNCANARY77"
CANARIES = ("Zanzibarria", "Quetzal", "2025558642", "lymphocanary", REF)


def named(text: str) -> list[str]:
    """The canaries that stand in a text."""
    return [canary for canary in CANARIES if canary.lower() in text.lower()]


@on_both_databases
def test_no_log_error_page_or_audit_row_names_anybody(
    app: Flask,
    parts: Parts,
    hire: Hire,
    clinic_id: int,
    sit_down: SitDown,
    twilio: Twilio,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    privacy = Privacy.of(parts.settings)
    with parts.database.write() as connection:
        ids = rows_of(connection, parts, clinic_id, NOW)
        ids["patient_id"] = save_patient(connection, privacy, clinic_id, REF, NAME, "Z", NOW)
        ids["contact_id"] = save_contact(connection, privacy, clinic_id, NewContact(NUMBER), NOW)
        link(connection, clinic_id, ids["patient_id"], ids["contact_id"])
    for body in (WORDS, f"i want to die {WORDS}", f"fever 103 {WORDS}", "CANCEL", "START"):
        twilio.text(body, From=NUMBER)
    twilio.step(From=NUMBER)
    person, seen = hire(), ""
    for page in ROWS:
        for method, path in visits_to(app, page, ids):
            browser = sit_down(person)
            if method == "GET":
                answer = browser.get(path)
                seen += answer.text if answer.status_code == 200 and "html" in answer.content_type else ""
            else:
                answer = browser.send(path, {"name": NAME, "ref": REF, "number": NUMBER, "text": WORDS, "q": NAME})
            if answer.status_code >= 400 and answer.status_code != 422:
                assert not named(answer.text), (method, path)
    sit_down(person).get(f"/console/people?q={NAME}")
    assert "Zanzibarria" in seen, "the pages do show her to those who may see her"
    assert not named(caplog.text)
    with parts.database.read() as connection:
        rows = connection.execute(select(audit)).all()
    assert len(rows) > 10
    assert not named(repr(rows))
