"""How two colleagues come into the console of an empty machine, and back into it the next morning."""

from __future__ import annotations

from empty_machine import Machine
from hands import Hands
from playwright.sync_api import expect

PASSWORD = "violin harvest copper nine"


def begin(rosa: Hands, machine: Machine) -> str:
    """The clinic, its administrator, a site, and a nurse's invitation; returns the address of that."""
    rosa.page.goto(machine.address + "/console/")
    rosa.fill("first_run.clinic", "Lakeside Oncology")
    rosa.fill("first_run.name_in_texts", "Lakeside Clinic")
    rosa.pick("first_run.zone", "America/Chicago")
    rosa.fill("first_run.name", "Rosa Vega")
    rosa.fill("invitation.sign_in_name", "rosa.vega")
    choose_password(rosa, "first_run.make")
    set_up_authenticator(rosa, machine)
    rosa.go("today")
    rosa.sees("today.start")
    rosa.go("settings")
    rosa.open("settings.new_site")
    rosa.fill("settings.site_name", "Evansville")
    rosa.fill("settings.day_phone", "812-555-0100")
    rosa.fill("settings.night_phone", "812-555-0199")
    rosa.open("settings.save")
    rosa.sees("settings.site_added")
    rosa.go("staff")
    rosa.open("staff.new")
    rosa.fill("staff.name", "Ben Okafor")
    rosa.choose("roles.nurse")
    rosa.open("staff.invite")
    return rosa.page.locator(".code.secret").inner_text().strip()


def join(ben: Hands, invitation: str, machine: Machine) -> None:
    """The second person takes the invitation up."""
    ben.page.goto(invitation)
    ben.fill("invitation.sign_in_name", "ben.okafor")
    choose_password(ben, "invitation.go_on")
    set_up_authenticator(ben, machine)
    ben.go("today")


def choose_password(hands: Hands, button: str) -> None:
    hands.fill("invitation.password", PASSWORD)
    hands.fill("invitation.again", PASSWORD)
    hands.open(button)


def set_up_authenticator(hands: Hands, machine: Machine) -> None:
    hands.secret = hands.page.locator(".code.secret").inner_text().replace(" ", "").strip()
    hands.fill("factor.code", hands.code(machine.clock))
    hands.open("factor.go_on")
    expect(hands.page.locator(".secret-codes li")).to_have_count(10)
    hands.open("factor.paper_kept")


def the_next_morning(rosa: Hands, ben: Hands, machine: Machine) -> None:
    """Nobody gets two messages on one day. Both were away for the night, so both sign in again."""
    machine.clock.pass_time(18 * 3600)
    for hands, name in ((rosa, "rosa.vega"), (ben, "ben.okafor")):
        hands.page.goto(machine.address + "/console/")
        hands.fill("sign_in.name", name)
        hands.fill("sign_in.password", PASSWORD)
        hands.open("sign_in.sign_in")
        expect(hands.page.locator("#code")).to_be_focused()
        hands.page.keyboard.type(hands.code(machine.clock))
        with hands.page.expect_navigation():
            hands.page.keyboard.press("Enter")
