"""Whoever starts at the first page and follows every link finds no dead end, and every page as safe as the first."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from console_sample import fill
from console_staff import KEPT, NOW, Browser, Hire, Person
from werkzeug.test import TestResponse
from what_a_page_offers import Offers

from service.app import Parts
from service.reminders.staff import add_staff
from service.web.console.invitations import set_password

SitDown = Callable[[Person], Browser]

# Lists go on for ever; so many pages of each address are enough to know.
MOST_OF_A_KIND = 4
# These change who is signed in, or hand out a file.
NOT_A_PAGE = re.compile(r"/console/(static|sign-out|language)|\.(csv|zip|json|svg|pdf)(\?|$)")


def crawl(browser: Browser, start: str = "/console/") -> dict[str, TestResponse]:
    """Every page that can be reached by links from `start`, by address."""
    found: dict[str, TestResponse] = {}
    waiting, kinds = [start], dict[str, int]()
    while waiting:
        path = waiting.pop()
        kind = re.sub(r"\d+", "1", path.partition("?")[0]) + ("?" if "?" in path else "")
        if path in found or kinds.get(kind, 0) >= MOST_OF_A_KIND:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        # The browser phone of a try-out answers on its own machine only.
        address = browser.address if path.startswith("/console") else "127.0.0.1"
        found[path] = browser.client.get(path, environ_base={"REMOTE_ADDR": address})
        if "text/html" in found[path].content_type:
            waiting += sorted(Offers(path, found[path].text).links - found.keys())
        elif location := found[path].headers.get("Location"):
            waiting.append(location)
    return found


@pytest.mark.parametrize(
    ("database_url", "role"),
    [
        ("sqlite", "administrator"),
        ("sqlite", "desk"),
        pytest.param("postgresql", "administrator", marks=pytest.mark.postgres),
    ],
    indirect=["database_url"],
)
def test_every_link_leads_somewhere_safe(parts: Parts, sit_down: SitDown, role: str) -> None:
    pages = crawl(sit_down(somebody(parts, fill(parts).clinic_id, role)))
    assert len(pages) > 30
    assert {path: answer.status_code for path, answer in pages.items() if answer.status_code not in (200, 302)} == {}
    for path, answer in pages.items():
        if not NOT_A_PAGE.search(path) and path.startswith("/console"):
            assert_safe(path, answer)


def somebody(parts: Parts, clinic_id: int, role: str) -> Person:
    """Somebody of a role who works for the sample clinic."""
    with parts.database.write() as connection:
        staff_id = add_staff(connection, clinic_id, f"Some {role}", role, "Ana Ruiz", NOW)
        set_password(connection, staff_id, clinic_id, f"some.{role}", KEPT, NOW)
    return Person(staff_id, clinic_id, f"some.{role}", "")


def assert_safe(path: str, answer: TestResponse) -> None:
    """The headers that every page carries, and nothing inline."""
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy, path
    assert "unsafe" not in policy, path
    assert "frame-ancestors 'none'" in policy, path
    assert answer.headers["X-Frame-Options"] == "DENY", path
    assert answer.headers["X-Content-Type-Options"] == "nosniff", path
    assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin"), path
    assert answer.headers["Cache-Control"] == "no-store", path
    assert "camera=()" in answer.headers["Permissions-Policy"], path
    nonce = re.search(r"'nonce-([^']+)'", policy)
    for tag in re.findall(r"<script[^>]*>", answer.text):
        assert nonce, path
        assert "src=" in tag or f'nonce="{nonce[1]}"' in tag, (path, tag)
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", answer.text), path
    assert len(answer.data) < 100_000, path


def test_a_nonce_is_never_used_twice(hire: Hire, sit_down: SitDown) -> None:
    browser = sit_down(hire())
    policies = [browser.get("/console/").headers["Content-Security-Policy"] for _ in range(3)]
    assert all(first != second for first, second in pairwise(policies)) or "nonce-" not in policies[0]
