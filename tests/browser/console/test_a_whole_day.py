"""A clinic's first day from an empty machine to the report of a broadcast, by keyboard alone, in both languages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from coming_in import begin, join, the_next_morning
from empty_machine import Machine, empty_machine, worker_has_planned
from hands import Hands
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from service.languages import Language
from service.storage.reminder_tables import broadcasts, deliveries

pytestmark = pytest.mark.browser

CAME, CALL_ME, FEVER = "+18125550101", "+18125550103", "+18125550105"
EVERYBODY = 12
GOING = 10  # of twelve, one never agreed and one said STOP
NOTE = {
    "en": ("{clinic}: the garage is shut today. Questions {phone} STOP = no more", "the garage is shut"),
    "es": ("{clinic}: la cochera cierra hoy. Preguntas {phone} ALTO = no mas", "la cochera cierra"),
}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with empty_machine(tmp_path) as machine:
        yield machine


@pytest.mark.parametrize("language", list(Language))
def test_from_an_empty_machine_to_the_report(
    machine: Machine, chromium: Browser, tmp_path: Path, language: Language
) -> None:
    contexts = [chromium.new_context(locale=language.value, accept_downloads=True) for _ in range(3)]
    rosa, ben, phone = (Hands(context.new_page(), language) for context in contexts)
    try:
        invitation = begin(rosa, machine)
        join(ben, invitation, machine)
        import_lists(rosa, tmp_path)
        worker_has_planned(machine)
        write_what_is_sent(rosa, ben)
        send_reminders_of_tomorrow(rosa, ben, machine)
        answer_from_the_phone(phone, machine)
        see_the_answers(rosa, machine)
        the_next_morning(rosa, ben, machine)
        pause_and_resume(rosa, ben, machine)
        read_the_report(rosa, tmp_path, machine)
    finally:
        for context in contexts:
            context.close()


def import_lists(rosa: Hands, folder: Path) -> None:
    """The sample lists, saved from the page and loaded one after another."""
    rosa.go("people")
    rosa.open("imports.title")
    kinds = ("patients", "visits", "consents", "optouts")
    for kind in kinds:
        path = rosa.save(f"imports.kind_{kind}", folder, near=rosa.word("imports.sample"))
        rosa.page.reload()
        rosa.choose(f"imports.kind_{kind}")
        rosa.hand_over("imports.file", path)
        rosa.open("imports.look")
        rosa.open("imports.try")
        rosa.sees("imports.nothing_yet")
        rosa.open("imports.load")
        rosa.sees("imports.loaded_told")
        if kind != kinds[-1]:
            rosa.open("imports.other_file")
    rosa.go("people")
    rosa.sees("people.all", count=12)


def write_what_is_sent(rosa: Hands, ben: Hands) -> None:
    """A ready-made reminder, words of our own, and a plan; the second person says yes to each."""
    rosa.go("templates")
    rosa.open("templates.take", near=rosa.word("templates.kind_visit"))
    rosa.go("templates")
    rosa.open("templates.new")
    rosa.fill("templates.name", "Garage")
    rosa.fill("templates.en_1", NOTE["en"][0])
    rosa.fill("templates.es_1", NOTE["es"][0])
    expect(rosa.page.locator("[data-phone=en] .bubble")).to_contain_text(NOTE["en"][1])
    rosa.open("templates.save")
    rosa.sees("templates.saved")
    rosa.go("plans")
    rosa.choose("plans.days_1")
    rosa.open("plans.make")
    for name in (ben.word("templates.kind_visit"), "Garage"):
        ben.go("templates")
        ben.open(name)
        ben.open("templates.approve")
        ben.sees("templates.approved")
    ben.go("plans")
    ben.open("plans.approve")
    ben.sees("plans.approved")


def send_reminders_of_tomorrow(rosa: Hands, ben: Hands, machine: Machine) -> None:
    """Planned by one, let go by the other, and watched until the bar is full."""
    machine.clock.pass_time(301)  # so that a fresh code is asked for
    rosa.go("broadcasts")
    rosa.open("broadcasts.new")
    rosa.open("broadcasts.begin", near=rosa.word("broadcasts.visits_title"))
    rosa.open("broadcasts.draft")
    rosa.sees("broadcasts.other_person")
    approve(ben, ben.word("broadcasts.daily", day="").strip(), machine)
    machine.clock.pass_time(601)  # the ten minutes to take it back
    for hands in (rosa, ben):
        hands.page.reload()
    expect(ben.page.locator("#bar-label")).to_have_text(
        ben.word("broadcasts.done_of", done=GOING, most=GOING), timeout=20_000
    )


def approve(ben: Hands, name: str, machine: Machine) -> None:
    """The broadcast of this name, by the second person, who shows a fresh code first."""
    ben.go("broadcasts")
    ben.open(name)
    ben.open("broadcasts.approve")
    ben.fill("factor.code", ben.code(machine.clock))
    ben.open("factor.go_on")
    with ben.page.expect_navigation():
        ben.tab_to(ben.word("broadcasts.approve_count", count=GOING))
        ben.page.keyboard.press("Enter")
    ben.sees("broadcasts.approved_told")


def answer_from_the_phone(phone: Hands, machine: Machine) -> None:
    """Three people answer their reminder: one comes, one wants a call, one has a fever."""
    phone.page.goto(f"{machine.address}/phone?lang={phone.language.value}")
    for number, answer in ((CAME, "1"), (CALL_ME, "2"), (FEVER, "i have a fever of 103")):
        phone.fill("phone:number", number)
        phone.page.keyboard.press("Tab")
        chat = phone.page.locator("#chat")
        expect(chat).to_contain_text("Lakeside Clinic: visit", timeout=10_000)
        before = chat.locator(".item.line").count()
        phone.fill("phone:message", answer)
        phone.page.keyboard.press("Enter")
        expect(chat.locator(".item.line")).to_have_count(before + 1, timeout=10_000)


def see_the_answers(rosa: Hands, machine: Machine) -> None:
    """Today has the fever first and the call-back after it; its thread is read, taken and closed with one key."""
    rosa.go("today")
    expect(rosa.page.locator(".card.urgent")).to_contain_text("Holt, Karen")
    rosa.open("inbox.kind_call_back")
    rosa.sees("Ellis, James")
    rosa.open("inbox.take_me")
    rosa.tab_to("1", near=rosa.word("inbox.outcome"))
    with rosa.page.expect_navigation():
        rosa.page.keyboard.press("1")
    rosa.sees("outcomes.reached")


def pause_and_resume(rosa: Hands, ben: Hands, machine: Machine) -> None:
    """One message to many is stopped before it goes, stays stopped, and goes on."""
    machine.clock.pass_time(301)
    rosa.go("broadcasts")
    rosa.open("broadcasts.new")
    rosa.open("broadcasts.begin", near=rosa.word("broadcasts.message_title"))
    rosa.pick("broadcasts.template", "Garage")
    rosa.open("broadcasts.draft")
    approve(ben, "Garage", machine)
    rosa.page.reload()
    rosa.open("broadcasts.pause")
    rosa.sees("broadcasts.paused_told")
    machine.clock.pass_time(601)
    time.sleep(2.5)  # two turns of the worker, in which nothing may go
    assert not sent(machine, "Garage")
    rosa.page.reload()
    rosa.open("broadcasts.resume")
    expect(rosa.page.locator("#bar-label")).to_have_text(
        rosa.word("broadcasts.done_of", done=GOING, most=GOING), timeout=20_000
    )


def sent(machine: Machine, name: str) -> int:
    """How many messages of this broadcast were tried."""
    with machine.parts.database.read() as connection:
        run = connection.execute(select(broadcasts.c.id).where(broadcasts.c.name == name)).scalar_one()
        tried = (deliveries.c.broadcast_id == run, deliveries.c.tries > 0)
        return connection.execute(select(func.count()).where(*tried)).scalar_one()


def read_the_report(rosa: Hands, folder: Path, machine: Machine) -> None:
    """It holds names, so a fresh code comes first. A row for everybody, also for those who were left out."""
    expect(rosa.page.locator("#progress")).to_contain_text(rosa.word("broadcasts.state_done"), timeout=15_000)
    rosa.page.wait_for_load_state()
    rosa.open("broadcasts.report")
    rosa.fill("factor.code", rosa.code(machine.clock))
    report = rosa.save("factor.go_on", folder).read_text("utf-8-sig")
    assert len(report.strip().splitlines()) == 1 + EVERYBODY
