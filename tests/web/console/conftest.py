"""A clinic with staff, and browsers that sign in as they do."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from clock import Clock
from console_staff import KEPT, NOW, Browser, Hire, Person
from flask import Flask

from service.app import Parts
from service.reminders.clinics import create_clinic
from service.reminders.staff import add_staff
from service.web.console import factors, guesses, sessions
from service.web.console.guesses import From
from service.web.console.invitations import set_password
from service.web.console.sessions import Stage


@pytest.fixture
def clinic_id(parts: Parts) -> int:
    with parts.database.write() as connection:
        return create_clinic(connection, "Lakeside Oncology", "Lakeside Clinic", "America/New_York", NOW, who="Ana")


@pytest.fixture
def hire(parts: Parts, clinic_id: int) -> Hire:
    """Makes somebody with a password and a second factor."""

    def hire(name: str = "Ana Ruiz", role: str = "administrator", clinic: int = 0) -> Person:
        clinic = clinic or clinic_id
        sign_in_name = name.lower().replace(" ", ".")
        with parts.database.write() as connection:
            staff_id = add_staff(connection, clinic, name, role, "Ana", NOW)
            set_password(connection, staff_id, clinic, sign_in_name, KEPT, NOW)
            secret = factors.propose(connection, parts.vault, staff_id)
            # A code of long ago, so that the one of now is not used up.
            assert factors.adopt(connection, parts.vault, staff_id, pyotp.TOTP(secret).at(NOW - 3600), NOW - 3600)
        return Person(staff_id, clinic, sign_in_name, secret)

    return hire


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def another_browser(app: Flask) -> Callable[..., Browser]:
    return lambda **where: Browser(app.test_client(), **where)


@pytest.fixture
def sit_down(app: Flask, parts: Parts, clock: Clock) -> Callable[[Person], Browser]:
    """A browser in which somebody has signed in already, with a factor shown just now."""

    def sit_down(person: Person) -> Browser:
        browser = Browser(app.test_client())
        with parts.database.write() as connection:
            now = int(clock())
            session_id = sessions.begin(connection, person.id, Stage.FULL, "Test", now, now)
            guesses.know(connection, parts.settings.secret_key, person.id, From(browser.address, "token"), now)
        browser.client.set_cookie("clearline_session", session_id)
        browser.get("/console/account")
        return browser

    return sit_down
