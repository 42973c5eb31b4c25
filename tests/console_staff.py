"""Staff of a clinic as tests know them, and their browsers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pyotp
from clock import Clock
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.web.console import passwords

PASSWORD = "violin harvest copper nine"
KEPT = passwords.keep(PASSWORD)
ORIGIN = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
NOW = int(Clock().now)


@dataclass
class Browser:
    """A person's browser: keeps cookies, and sends forms with the proof that their page carried."""

    client: FlaskClient
    address: str = "203.0.113.7"
    page: TestResponse | None = field(default=None, repr=False)

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        self.page = self.client.get(path, headers=headers, environ_base={"REMOTE_ADDR": self.address})
        return self.page

    def send(self, path: str, form: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """Send a form to `path`, with the proof of the page that was opened last."""
        proof = re.search(r'name="proof" value="([^"]+)"', self.page.text if self.page else "")
        sent = {"proof": proof[1] if proof else "", **(form or {})}
        answer = self.client.post(
            path, data=sent, headers=ORIGIN | headers, environ_base={"REMOTE_ADDR": self.address}
        )
        if "text/html" in answer.content_type and not 300 <= answer.status_code < 400:
            self.page = answer
        return answer

    def cookie(self, name: str) -> str:
        """The value of a cookie; empty where there is none."""
        kept = self.client.get_cookie(f"clearline_{name}")
        return kept.value if kept else ""


@dataclass(frozen=True)
class Person:
    """Somebody who works for a clinic and can sign in."""

    id: int
    clinic_id: int
    sign_in_name: str
    secret: str

    def code(self, clock: Clock) -> str:
        """What the authenticator shows now."""
        return pyotp.TOTP(self.secret).at(int(clock()))


Hire = Callable[..., Person]


def sign_in(browser: Browser, person: Person, clock: Clock, password: str = PASSWORD) -> TestResponse:
    """The two steps of signing in; gives the answer to the second one."""
    browser.get("/console/")
    browser.send("/console/sign-in", {"name": person.sign_in_name, "password": password})
    browser.get("/console/second-factor")
    return browser.send("/console/second-factor", {"code": person.code(clock)})
