"""The guide of a new clinic: what is done, what is to do, and a text to oneself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from console_staff import NOW, Browser, Hire, Person
from sqlalchemy import select

from service.app import Parts
from service.languages import Language
from service.reminders.clinics import Clinic, Sender, Site, add_sender, add_site, senders_of, set_moving, sites_of
from service.reminders.optouts import stop_phone
from service.reminders.privacy import Privacy
from service.segments import cut
from service.storage.reminder_tables import audit
from service.web.console.setup_steps import Standing, State, steps
from service.web.console.words import say

PLACE = Site("Main", "America/New_York", "Albany", "+12025550134", "+12025550135", "Mon-Fri 08:00-17:00")
READY = Standing(
    clinic=Clinic(1, "Lakeside", "Lakeside Clinic", "America/New_York", "", moving=False, optouts_loaded_at=None),
    senders=1,
    sites=(PLACE,),
    ticked=frozenset({"languages", "fallback"}),
    tested=True,
    templates=frozenset({"visit"}),
    plans=1,
    administrators=2,
    unread=0,
    real=True,
)


def to_do(now: Standing) -> list[str]:
    return [step.name for step in steps(now) if step.state is State.TO_DO]


def test_a_clinic_that_has_everything_has_nothing_to_do() -> None:
    assert {step.state for step in steps(READY)} == {State.DONE}


@pytest.mark.parametrize(
    ("lacking", "step"),
    [
        ({"senders": 0}, "sender"),
        ({"sites": ()}, "sites"),
        ({"sites": (PLACE, replace(PLACE, night_phone=""))}, "sites"),
        ({"sites": (replace(PLACE, hours=""),)}, "sites"),
        ({"clinic": replace(READY.clinic, moving=True)}, "optouts"),
        ({"ticked": frozenset({"fallback"})}, "languages"),
        ({"templates": frozenset({"closing_day"})}, "templates"),
        ({"plans": 0}, "plans"),
        ({"administrators": 1}, "administrators"),
        ({"tested": False}, "test"),
        ({"ticked": frozenset({"languages"})}, "fallback"),
        ({"unread": 3}, "safety"),
    ],
)
def test_what_is_lacking_is_to_do(lacking: dict[str, object], step: str) -> None:
    assert to_do(replace(READY, **lacking)) == [step]


def test_the_hours_of_the_clinic_serve_a_site_without_its_own() -> None:
    assert (
        to_do(replace(READY, sites=(replace(PLACE, hours=""),), clinic=replace(READY.clinic, hours="Mon-Fri"))) == []
    )


def test_the_tryout_leaves_for_later_what_needs_an_account() -> None:
    trying = steps(replace(READY, real=False, unread=3, ticked=frozenset({"languages"})))
    assert [step.name for step in trying if step.state is State.LATER] == ["fallback", "safety"]


def test_an_opt_out_list_that_was_loaded_is_done() -> None:
    moved = replace(READY, clinic=replace(READY.clinic, moving=True, optouts_loaded_at=NOW))
    assert to_do(moved) == []


@pytest.fixture
def ana(hire: Hire, sit_down: Callable[[Person], Browser]) -> Browser:
    return sit_down(hire())


@pytest.fixture
def sender(parts: Parts, clinic_id: int) -> None:
    with parts.database.write() as connection:
        pretend = Sender(parts.settings.reminders_from, role="both")
        add_sender(connection, clinic_id, pretend, "Ana", NOW)


def left(browser: Browser) -> int:
    """How many steps the page says are left."""
    found = re.search(r'class="lead">(\d+|One|Every)', browser.get("/console/setup").text)
    assert found
    return {"One": 1, "Every": 0}.get(found[1]) or int(found[1])


def test_the_page_shows_each_step_with_its_state_in_words(ana: Browser, parts: Parts, clinic_id: int) -> None:
    with parts.database.write() as connection:
        set_moving(connection, clinic_id, True, "Ana", NOW)
        add_site(connection, clinic_id, PLACE, "Ana", NOW)
    page = ana.get("/console/setup").text
    assert "Opt-outs from your old system" in page
    assert {">done<", ">to do<", ">when you go live<"} <= set(re.findall(r">[a-z ]+<", page))
    assert 'href="/console/settings/numbers/new"' in page


def test_a_tick_can_be_taken_back(ana: Browser) -> None:
    before = left(ana)
    ana.send("/console/setup/tick", {"step": "languages"})
    assert left(ana) == before - 1
    ana.send("/console/setup/tick", {"step": "languages", "undo": "1"})
    assert left(ana) == before
    assert ana.send("/console/setup/tick", {"step": "sender"}).status_code == 400


@pytest.mark.usefixtures("sender")
@pytest.mark.parametrize("language", Language)
def test_a_test_text_goes_to_the_pretend_phone_and_is_noted(ana: Browser, parts: Parts, language: Language) -> None:
    ana.get("/console/setup")
    ana.send("/console/setup/test", {"number": "202-555-0199", "language": language.value})
    inbox = ana.client.get("/phone/inbox", query_string={"number": "+12025550199"}).get_json()["messages"]
    assert [text["body"] for text in inbox] == [say(language, "setup.test_words", clinic="Lakeside Clinic")]
    with parts.database.read() as connection:
        noted = connection.execute(select(audit.c.about).where(audit.c.what == "test text sent")).scalars().all()
    assert len(noted) == 1
    assert "555" not in noted[0]


@pytest.mark.usefixtures("sender")
def test_a_phone_that_said_stop_gets_no_test_text_either(ana: Browser, parts: Parts) -> None:
    with parts.database.write() as connection:
        stop_phone(connection, Privacy.of(parts.settings).phone("+12025550199"), "text", NOW)
    ana.get("/console/setup")
    ana.send("/console/setup/test", {"number": "202-555-0199"})
    assert ana.client.get("/phone/inbox", query_string={"number": "+12025550199"}).get_json()["messages"] == []


@pytest.mark.parametrize("language", Language)
def test_the_test_text_costs_one_segment(language: Language) -> None:
    assert cut(say(language, "setup.test_words", clinic="W" * 22)).segments == 1


def test_a_number_of_the_installation_is_taken_to_send_from(ana: Browser, parts: Parts, clinic_id: int) -> None:
    ana.get("/console/settings/numbers/new")
    number = parts.settings.numbers[0]
    form = {"number": number, "role": "reminders", "kind": "tollfree"}
    assert ana.send("/console/settings/numbers/new", form).status_code == 303
    with parts.database.read() as connection:
        (kept,) = senders_of(connection, clinic_id)
    assert (kept.number, kept.role, kept.kind, kept.pace) == (number, "reminders", "tollfree", 3)
    assert ana.send("/console/settings/numbers/new", form | {"number": "+12025550111"}).status_code == 422


def test_a_site_that_lacks_a_phone_is_completed(ana: Browser, parts: Parts, clinic_id: int) -> None:
    with parts.database.write() as connection:
        site_id = add_site(connection, clinic_id, replace(PLACE, night_phone=""), "Ana", NOW)
    address = f"/console/settings/sites/{site_id}"
    assert 'value="Main"' in ana.get(address).text
    form = {"short_name": "Main", "zone": PLACE.zone, "town": "Albany", "hours": PLACE.hours}
    assert ana.send(address, form | {"day_phone": "202-555-0134", "night_phone": "no"}).status_code == 422
    phones = {"day_phone": "202-555-0134", "night_phone": "202 555 0135"}
    wrong = ana.send(address, form | phones | {"hours": "when we are in"})
    assert "Write hours like Mon-Fri 08:00-17:00" in wrong.text
    assert ana.send(address, form | phones).status_code == 303
    with parts.database.read() as connection:
        (kept,) = sites_of(connection, clinic_id)
    assert kept == replace(PLACE, id=site_id)
