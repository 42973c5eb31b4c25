"""What staff see of people, how they find them, and what the audit log keeps of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clinic_rows import rows_of
from console_staff import NOW, Browser, Hire, Person
from sqlalchemy import update

from service.app import Parts
from service.reminders.people import save_patient
from service.reminders.privacy import Privacy
from service.storage.reminder_tables import audit, patients
from service.web.console import names
from service.web.console.pages.people import ON_A_PAGE

SitDown = Callable[[Person], Browser]


def add_people(parts: Parts, clinic_id: int, *who: str) -> list[int]:
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    with parts.database.write() as connection:
        return [save_patient(connection, privacy, clinic_id, f"MRN-{one}", one, one[0], NOW) for one in who]


@pytest.mark.parametrize("typed", ["munoz", "MUÑ", "de los mun", "ángeles", "MRN-Muñoz, María de los Ángeles"])
def test_somebody_is_found_by_any_part_of_the_name_and_by_the_chart(
    parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown, typed: str
) -> None:
    add_people(parts, clinic_id, "Muñoz, María de los Ángeles", "Smith, Tom")
    page = sit_down(hire()).get(f"/console/people?q={typed}").text
    assert "María de los Ángeles</a>" in page
    assert "Smith" not in page


@pytest.mark.parametrize("typed", ["+12025551001", "(202) 555-1001", "2025551001"])
def test_somebody_is_found_by_phone_as_clerks_type_it(
    parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown, typed: str
) -> None:
    with parts.database.write() as connection:
        rows_of(connection, parts, clinic_id, NOW)
    add_people(parts, clinic_id, "Smith, Tom")
    browser = sit_down(hire())
    page = browser.client.get("/console/people", query_string={"q": typed}).text
    assert "Maria Muñoz" in page
    assert "Smith" not in page


def test_a_changed_name_is_found_by_the_new_one_only(
    parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown
) -> None:
    browser = sit_down(hire())
    add_people(parts, clinic_id, "Smith, Tom")
    assert "Smith, Tom" in browser.get("/console/people?q=smith").text
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    with parts.database.write() as connection:
        save_patient(connection, privacy, clinic_id, "MRN-Smith, Tom", "Walker, Tom", "T", NOW)
    assert "Nobody was found" in browser.get("/console/people?q=smith").text
    assert "Walker, Tom" in browser.get("/console/people?q=tom").text


def test_pages_of_the_list_show_everybody_once_in_order(
    parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown
) -> None:
    wanted = [f"Name {number:03}" for number in range(2 * ON_A_PAGE + 7)]
    add_people(parts, clinic_id, *reversed(wanted))
    browser, path, seen = sit_down(hire()), "/console/people", []
    while path:
        page = browser.get(path).text
        seen += [name for name in wanted if f">{name}</a>" in page]
        further = page.partition('rel="next" href="')[2].partition('"')[0]
        path = further.replace("&amp;", "&")
    assert seen == wanted


def test_whose_names_were_shown_is_written_down_and_found_by_patient(
    parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown
) -> None:
    first, second = add_people(parts, clinic_id, "Smith, Tom", "Walker, James")
    browser = sit_down(hire())
    browser.get("/console/people?q=smith")
    browser.get(f"/console/people/{second}")
    assert "saw names in a list" in browser.get(f"/console/audit?about=patient+{first}").text
    assert "saw one person" not in browser.page.text
    assert "saw one person" in browser.get(f"/console/audit?about=patient+{second}").text
    browser.get("/console/audit")
    assert "Smith" not in browser.page.text


def test_a_changed_row_of_the_audit_is_told(parts: Parts, hire: Hire, sit_down: SitDown) -> None:
    browser = sit_down(hire())
    browser.get("/console/audit")
    browser.send("/console/audit/check")
    assert "The log is whole" in browser.get("/console/audit").text
    with parts.database.write() as connection:
        connection.execute(update(audit).where(audit.c.id == 2).values(who="Nobody"))
    browser.send("/console/audit/check")
    assert "changed at row 2" in browser.get("/console/audit").text


def test_a_name_that_our_keys_do_not_open_leaves_the_list_standing(
    parts: Parts, clinic_id: int, hire: Hire, sit_down: SitDown
) -> None:
    (patient_id,) = add_people(parts, clinic_id, "Smith, Tom")
    with parts.database.write() as connection:
        connection.execute(update(patients).where(patients.c.id == patient_id).values(name_sealed=b"spoiled"))
    assert "No name on file" in sit_down(hire()).get("/console/people").text


def test_a_new_role_ends_the_sessions_of_that_person(hire: Hire, sit_down: SitDown) -> None:
    administrator, nurse = sit_down(hire()), hire("Ben Okafor", "nurse")
    at_work = sit_down(nurse)
    administrator.send(f"/console/staff/{nurse.id}/role", {"role": "desk"})
    assert at_work.get("/console/").status_code == 401
    assert "The role of Ben Okafor was changed." in administrator.get("/console/staff").text


def test_the_last_administrator_stays_one(hire: Hire, sit_down: SitDown) -> None:
    only, nurse = hire(), hire("Ben Okafor", "nurse")
    browser = sit_down(only)
    for path, form in (("role", {"role": "desk"}), ("leave", {"heir": str(nurse.id)})):
        browser.send(f"/console/staff/{only.id}/{path}", form)
        assert "Nobody else can sign in as administrator" in browser.get(f"/console/staff/{only.id}").text


def test_whoever_leaves_is_out_at_once(hire: Hire, sit_down: SitDown) -> None:
    administrator, leaving = hire(), hire("Ben Okafor", "nurse")
    browser, at_work = sit_down(administrator), sit_down(leaving)
    browser.send(f"/console/staff/{leaving.id}/leave", {"heir": str(administrator.id)})
    assert at_work.get("/console/").status_code == 401
    assert "can no longer sign in" in browser.get("/console/staff").text


def test_a_site_of_a_telling_name_is_not_added(hire: Hire, sit_down: SitDown) -> None:
    browser = sit_down(hire())
    site = {"zone": "America/Chicago", "day_phone": "202-555-0134", "night_phone": "202-555-0135"}
    refused = browser.send("/console/settings/sites/new", {"short_name": "Hope Cancer Center", **site})
    assert refused.status_code == 422
    browser.send("/console/settings/sites/new", {"short_name": "Lakeside West", **site})
    assert "+12025550134" in browser.get("/console/settings").text


def test_names_are_folded_for_finding() -> None:
    assert names.folded("Muñoz, María-José") == "munoz  maria-jose"
