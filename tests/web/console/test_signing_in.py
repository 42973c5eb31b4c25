"""Signing in to the console, from the first run to the way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pyotp
import pytest
from clock import Clock
from console_staff import PASSWORD, Browser, Hire, Person, sign_in
from sqlalchemy import select

from service.app import Parts, serve_parts
from service.reminders import audit
from service.storage.console_tables import guesses as guess_table
from service.web.console.first_token import first_run_address
from service.web.console.guesses import FREE
from service.web.console.invitations import invite, reset

FIRST = {
    "clinic": "Lakeside Oncology",
    "name_in_texts": "Lakeside Clinic",
    "zone": "America/New_York",
    "name": "Ana Ruiz",
    "sign_in_name": "Ana.Ruiz",
    "password": PASSWORD,
    "again": PASSWORD,
}


def test_the_first_run_makes_clinic_and_administrator_and_leads_to_today(app, clock: Clock) -> None:
    browser = Browser(app.test_client(), address="127.0.0.1")
    assert browser.get("/console/").location == "/console/first-run"
    browser.get("/console/first-run")
    assert browser.send("/console/first-run", FIRST).location == "/console/factor"
    page = browser.get("/console/factor").text
    secret = page.split('class="code secret">')[1].split("<")[0].replace(" ", "")
    codes = browser.send("/console/factor", {"code": pyotp.TOTP(secret).at(int(clock()))})
    assert codes.text.count('<li class="code">') == 10
    assert 'href="/console/setup"' in codes.text, "a new clinic is shown what to set up"
    assert "Ana Ruiz" in browser.get("/console/").text
    assert browser.get("/console/first-run").status_code == 404


def test_the_first_run_opens_elsewhere_only_with_the_printed_address(browser: Browser, parts: Parts) -> None:
    assert browser.get("/console/first-run").status_code == 403
    address = first_run_address(parts.settings, parts.database)
    assert browser.get(address.removeprefix(parts.settings.public_url)).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name_in_texts", "Hope Cancer Center", "tells others what people are treated for"),
        ("password", "short", "Use 12 characters or more"),
        ("password", "Ana Ruiz Ana Ruiz", "little more than a name"),
        ("password", "password123!", "first passwords that anybody would try"),
        ("again", "another one entirely", "not the same"),
        ("clinic", "", "Fill this in"),
    ],
)
def test_the_first_run_says_what_to_mend_beside_its_field(app, field: str, value: str, said: str) -> None:
    browser = Browser(app.test_client(), address="127.0.0.1")
    browser.get("/console/first-run")
    answer = browser.send("/console/first-run", FIRST | {field: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'href="#{field}"' in answer.text


def test_name_password_and_code_lead_back_to_the_page_asked_for(browser: Browser, hire: Hire, clock: Clock) -> None:
    person = hire()
    assert browser.get("/console/account?x=1").status_code == 401
    asked = {"name": "ANA.RUIZ", "password": PASSWORD, "back": "/console/account?x=1"}
    second = browser.send("/console/sign-in", asked).location
    browser.get(second)
    answer = browser.send(second, {"code": person.code(clock), "back": "/console/account?x=1"})
    assert answer.location == "/console/account?x=1"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/phone", "console/"]
)
def test_nobody_is_sent_to_another_site_after_signing_in(browser: Browser, hire: Hire, clock, wanted: str) -> None:
    person = hire()
    browser.get("/console/")
    browser.send("/console/sign-in", {"name": person.sign_in_name, "password": PASSWORD})
    browser.get("/console/second-factor")
    answer = browser.send("/console/second-factor", {"code": person.code(clock), "back": wanted})
    assert answer.location == "/console/"


def test_the_password_alone_opens_nothing(browser: Browser, hire: Hire) -> None:
    person = hire()
    browser.get("/console/")
    browser.send("/console/sign-in", {"name": person.sign_in_name, "password": PASSWORD})
    assert browser.get("/console/").location == "/console/second-factor"


def test_a_code_opens_once(another_browser: Callable[..., Browser], hire: Hire, clock: Clock) -> None:
    person = hire()
    assert sign_in(another_browser(), person, clock).status_code == 303
    second = sign_in(another_browser(), person, clock)
    assert "used already" in second.text
    clock.pass_time(30)
    assert sign_in(another_browser(), person, clock).status_code == 303


def test_a_code_on_paper_opens_once(another_browser: Callable[..., Browser], sit_down, hire: Hire) -> None:
    person = hire()
    at_desk = sit_down(person)
    at_desk.get("/console/account/paper-codes")
    page = at_desk.send("/console/account/paper-codes").text
    code = page.split('<li class="code">')[1].split("<")[0]
    answers = []
    for _ in range(2):
        browser = another_browser()
        browser.get("/console/")
        browser.send("/console/sign-in", {"name": person.sign_in_name, "password": PASSWORD})
        browser.get("/console/second-factor")
        answers.append(browser.send("/console/second-factor", {"code": code.upper()}).status_code)
    assert answers == [303, 422]


def test_the_id_changes_at_every_step_and_the_old_ones_open_nothing(app, hire: Hire, clock: Clock) -> None:
    person, browser = hire(), Browser(app.test_client())
    browser.get("/console/")
    browser.send("/console/sign-in", {"name": person.sign_in_name, "password": PASSWORD})
    half = browser.cookie("session")
    browser.get("/console/second-factor")
    browser.send("/console/second-factor", {"code": person.code(clock)})
    assert browser.cookie("session") != half
    browser.client.set_cookie("clearline_session", half)
    assert browser.get("/console/").status_code == 401


def test_a_copied_cookie_opens_nothing_after_sign_out(browser: Browser, hire: Hire, clock: Clock) -> None:
    sign_in(browser, hire(), clock)
    copied = browser.cookie("session")
    browser.get("/console/")
    out = browser.send("/console/sign-out")
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    browser.client.set_cookie("clearline_session", copied)
    assert browser.get("/console/").status_code == 401


@pytest.mark.parametrize(("every", "times", "status"), [(899, 2, 200), (901, 1, 401), (600, 48, 401)])
def test_fifteen_minutes_of_nothing_or_eight_hours_end_a_session(
    browser: Browser, hire: Hire, clock: Clock, every: int, times: int, status: int
) -> None:
    sign_in(browser, hire(), clock)
    browser.get("/console/")
    for _ in range(times):
        clock.pass_time(every)
        last = browser.get("/console/")
    assert last.status_code == status


def test_a_thousand_guesses_are_hardly_looked_at_and_do_not_keep_the_owner_out(
    app, hire: Hire, clock: Clock, parts: Parts
) -> None:
    person, owner = hire(), Browser(app.test_client())
    sign_in(owner, person, clock)
    owner.get("/console/")
    owner.send("/console/sign-out")
    statuses = []
    stranger = Browser(app.test_client(), address="198.51.100.9")
    stranger.get("/console/")
    for guess in range(200):
        answer = stranger.send("/console/sign-in", {"name": person.sign_in_name, "password": f"wrong guess {guess}"})
        statuses.append(answer.status_code)
    assert statuses.count(422) == FREE
    assert statuses.count(429) == 200 - FREE
    clock.pass_time(30)
    owner.get("/console/")
    assert sign_in(owner, person, clock).status_code == 303


def test_guesses_from_many_networks_at_one_account_count_together(app, hire: Hire) -> None:
    hire()
    statuses = []
    for number in range(20):
        stranger = Browser(app.test_client(), address=f"198.51.100.{number}")
        stranger.get("/console/")
        answer = stranger.send("/console/sign-in", {"name": "ana.ruiz", "password": "wrong guess"})
        statuses.append(answer.status_code)
    assert statuses.count(422) == FREE


def test_the_table_of_guesses_names_nobody(browser: Browser, hire: Hire, parts: Parts) -> None:
    hire()
    browser.get("/console/")
    browser.send("/console/sign-in", {"name": "ana.ruiz", "password": "wrong guess"})
    with parts.database.read() as connection:
        rows = connection.execute(select(guess_table)).all()
    assert rows
    assert "ana" not in str(rows)
    assert browser.address not in str(rows)


def test_a_known_and_an_unknown_name_are_answered_alike(browser: Browser, hire: Hire) -> None:
    hire()
    said = []
    for name in ("ana.ruiz", "nobody"):
        browser.get("/console/")
        answer = browser.send("/console/sign-in", {"name": name, "password": "wrong guess here"})
        said.append((answer.status_code, "not right" in answer.text))
    assert said[0] == said[1] == (422, True)


def test_an_invitation_opens_once(another_browser: Callable[..., Browser], parts: Parts, hire: Hire, clock) -> None:
    person = hire()
    with parts.database.write() as connection:
        token = invite(connection, person.id, "Ben", int(clock()))
    path, form = (
        f"/console/invitation/{token}",
        {"password": "new harvest copper nine", "again": "new harvest copper nine"},
    )
    first = another_browser()
    first.get(path)
    assert first.send(path, form).location == "/console/second-factor"
    assert another_browser().get(path).status_code == 404
    assert sign_in(another_browser(), person, clock, "new harvest copper nine").status_code == 303


def test_a_reset_on_the_server_ends_all_sessions_and_the_password(
    parts: Parts, hire: Hire, sit_down: Callable[[Person], Browser], browser: Browser, clock: Clock
) -> None:
    person = hire()
    at_desk = sit_down(person)
    with parts.database.write() as connection:
        name, token = reset(connection, "ana.ruiz", int(clock()), factor=True, who="the server")
    assert name == "Ana Ruiz"
    assert at_desk.get("/console/").status_code == 401
    browser.get("/console/")
    assert browser.send("/console/sign-in", {"name": "ana.ruiz", "password": PASSWORD}).status_code == 422
    path = f"/console/invitation/{token}"
    browser.get(path)
    new = {"password": "new harvest copper nine", "again": "new harvest copper nine"}
    assert browser.send(path, new).location == "/console/factor"
    with parts.database.read() as connection:
        assert audit.first_broken(connection, person.clinic_id) is None


def test_cookies_are_of_this_host_alone_and_closed_to_scripts(build, settings, hire: Hire, clock: Clock) -> None:
    encrypted = serve_parts(build(replace(settings, public_url="https://line.example")))
    answer = encrypted.test_client().get("/console/", base_url="https://line.example")
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
        assert "SameSite=" in cookie
        assert "Domain" not in cookie
