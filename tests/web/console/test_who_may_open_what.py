"""Every page of the console times every role times own and other clinic, generated from the pages themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from clinic_rows import rows_of
from clock import Clock
from console_staff import NOW, ORIGIN, Browser, Hire, Person
from flask import Flask
from sqlalchemy import update
from werkzeug.routing import Rule

from service.app import Parts
from service.reminders.clinics import create_clinic
from service.storage.console_tables import console_sessions
from service.web.console.permissions import Role

MATRIX = Path(__file__).parent / "matrix"
ROWS: dict[str, dict[str, Any]] = {
    page: row for path in sorted(MATRIX.glob("*.yaml")) for page, row in yaml.safe_load(path.read_text()).items()
}
CLOSED = sorted(page for page, row in ROWS.items() if isinstance(row["who"], list))
REFUSED = (401, 403, 404, 405, 500, 503)

SitDown = Callable[[Person], Browser]


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("console.")]


def visits_to(app: Flask, page: str, ids: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Each method and address of a page, with `ids` in their places."""
    for rule in rules(app):
        if rule.endpoint == f"console.{page}":
            values = {name: ids.get(name, 1 if name.endswith("_id") else "x") for name in rule.arguments}
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, app.url_map.bind("localhost").build(rule.endpoint, values)


def ask(browser: Browser, method: str, path: str) -> int:
    if method == "GET":
        return browser.client.get(path, environ_base={"REMOTE_ADDR": browser.address}).status_code
    return browser.send(path).status_code


def test_every_page_has_a_row_and_every_row_a_page(app: Flask) -> None:
    assert {rule.endpoint.removeprefix("console.") for rule in rules(app)} == set(ROWS)


def test_a_page_that_changes_something_is_not_opened_by_a_get(app: Flask) -> None:
    assert [rule.rule for rule in rules(app) if not rule.methods] == []
    assert {method for rule in rules(app) for method in rule.methods} <= {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("page", CLOSED)
def test_each_role_opens_what_its_row_says_and_nothing_of_another_clinic(
    app: Flask, parts: Parts, hire: Hire, clinic_id: int, sit_down: SitDown, clock: Clock, page: str
) -> None:
    hire("Second Admin", "administrator")
    with parts.database.write() as connection:
        other = create_clinic(connection, "Other", "Other Clinic", "America/Chicago", NOW, who="Ben")
        own_rows, other_rows = (rows_of(connection, parts, one, NOW) for one in (clinic_id, other))
    for role in Role:
        person = hire(f"Some {role}", role)
        for method, path in visits_to(app, page, own_rows):
            status = ask(sit_down(person), method, path)
            if role in ROWS[page]["who"]:
                assert status not in REFUSED, (role, method, path)
            else:
                assert status == 403, (role, method, path)
        for method, path in visits_to(app, page, other_rows):
            status = ask(sit_down(person), method, path)
            if path not in {one for _, one in visits_to(app, page, own_rows)}:
                assert status == (404 if role in ROWS[page]["who"] else 403), (role, method, path)


@pytest.mark.parametrize("page", CLOSED)
def test_nobody_opens_it_without_signing_in(app: Flask, hire: Hire, browser: Browser, page: str) -> None:
    hire()
    browser.get("/console/")
    for method, path in visits_to(app, page, {}):
        assert ask(browser, method, path) == 401, (method, path)


@pytest.mark.parametrize("page", CLOSED)
def test_an_old_factor_opens_nothing_sensitive(
    app: Flask, parts: Parts, hire: Hire, clinic_id: int, sit_down: SitDown, clock: Clock, page: str
) -> None:
    with parts.database.write() as connection:
        ids = rows_of(connection, parts, clinic_id, NOW)
    browser = sit_down(hire())
    with parts.database.write() as connection:
        connection.execute(update(console_sessions).values(factor_at=NOW - 301))
    for method, path in visits_to(app, page, ids):
        answer = ask(browser, method, path)
        if not ROWS[page].get("fresh"):
            assert answer != 403, (method, path)
        elif method == "POST":
            assert answer == 403, path
        else:
            assert browser.get(path).location.startswith("/console/confirm"), path


@pytest.mark.parametrize("page", sorted(ROWS))
def test_no_form_is_taken_from_another_site_or_without_its_proof(
    app: Flask, parts: Parts, hire: Hire, clinic_id: int, sit_down: SitDown, page: str
) -> None:
    with parts.database.write() as connection:
        ids = rows_of(connection, parts, clinic_id, NOW)
    browser = sit_down(hire())
    for method, path in visits_to(app, page, ids):
        if method == "POST":
            assert browser.client.post(path, headers=ORIGIN).status_code == 403, path
            for foreign in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
                assert browser.send(path, **foreign).status_code == 403, path
            assert browser.client.post(path, headers={}).status_code == 403, path


@pytest.mark.parametrize("page", sorted(ROWS))
def test_every_page_carries_a_policy_without_inline_and_is_kept_by_nobody(
    app: Flask, parts: Parts, hire: Hire, clinic_id: int, sit_down: SitDown, page: str
) -> None:
    with parts.database.write() as connection:
        ids = rows_of(connection, parts, clinic_id, NOW)
    browser = sit_down(hire())
    for method, path in visits_to(app, page, ids):
        if method == "GET" and not ROWS[page].get("cached"):
            answer = browser.get(path)
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert answer.headers["Cache-Control"] == "no-store"
            assert "<style>" not in answer.text
            assert 'style="' not in answer.text
            assert "javascript:" not in answer.text
            assert len(answer.data) < 100_000
