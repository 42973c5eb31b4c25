"""A card from the desk: printed in the person's language, used once from their own phone, and shown when it was."""

from __future__ import annotations

import re
from collections.abc import Callable

from console_staff import NOW, Browser, Hire, Person

from service.app import Parts
from service.languages import Language
from service.reminders import join
from service.reminders.consent import Channel
from service.reminders.people import save_patient
from service.reminders.privacy import Privacy

SitDown = Callable[[Person], Browser]
FORM = {"whose": "self", "language": "es", "number": ""}


def test_a_card_is_printed_in_the_persons_language_and_shown_when_it_was_used(
    parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown
) -> None:
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    with parts.database.write() as connection:
        patient_id = save_patient(connection, privacy, clinic_id, "300", "Mora, Inés", "I", NOW)
    browser, path = sit_down(hire()), f"/console/people/{patient_id}/card"
    browser.get(path)
    printed = browser.get(browser.send(path, FORM).location).text
    assert '<section class="card printed" lang="es"' in printed
    assert "Avisos de citas de Lakeside Clinic" in printed
    assert printed.count('class="qr"') == 2
    found = re.search(r"JOIN (\d{4})", printed)
    assert found
    assert f"oprima 4 y luego {' '.join(found[1])}." in printed
    assert "open until" in browser.get(f"/console/people/{patient_id}").text
    with parts.database.write() as connection:
        join.ask(connection, privacy, found[1], "+12025550171", Channel.TEXT, Language.ENGLISH, NOW)
        assert join.join(connection, privacy, "+12025550171", NOW)
    page = browser.get(f"/console/people/{patient_id}").text
    assert ">used<" in page
    assert "Agreed to texts" in page


def test_a_card_is_refused_for_a_number_that_cannot_be_reached(
    parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown
) -> None:
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    with parts.database.write() as connection:
        patient_id = save_patient(connection, privacy, clinic_id, "300", "Mora, Inés", "I", NOW)
    browser, path = sit_down(hire()), f"/console/people/{patient_id}/card"
    browser.get(path)
    answer = browser.send(path, FORM | {"number": "911"})
    assert answer.status_code == 422
    assert 'href="#number"' in answer.text
