"""The console of a sample clinic on a free port, and tabs in which its administrator has signed in."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from clock import Clock
from console_sample import Sample, fill
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from service.app import Parts, put_together, serve_parts
from service.settings import from_environment
from service.storage import migrate


@dataclass(frozen=True)
class Served:
    """Where the console listens, what is in it, and its clock."""

    address: str
    parts: Parts
    sample: Sample
    clock: Clock


Open = Callable[..., Page]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    placeholder = make_server("127.0.0.1", 0, lambda environ, start: [])
    port = placeholder.server_port
    placeholder.server_close()
    clock = Clock()
    clock.pass_time(8 * 3600)
    parts = put_together(from_environment({"PORT": str(port)}, tmp_path_factory.mktemp("console")), clock)
    migrate.upgrade(parts.database)
    sample = fill(parts)
    server = make_server("127.0.0.1", port, serve_parts(parts), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Served(f"http://localhost:{port}", parts, sample, clock)
    server.shutdown()
    thread.join()
    parts.database.close()


@pytest.fixture
def open_page(chromium: Browser, served: Served) -> Iterator[Open]:
    """Opens a page of the console, signed in unless told otherwise. What goes wrong on a page fails the test."""
    wrong: list[str] = []
    contexts = []

    def opened(path: str = "/console/", *, signed_in: bool = True, language: str = "en", **options: Any) -> Page:
        context = chromium.new_context(locale=language, **options)
        contexts.append(context)
        cookies = {"clearline_language": language}
        if signed_in:
            cookies["clearline_session"] = served.sample.session(served.parts)
        context.add_cookies(
            [{"name": name, "value": value, "url": served.address} for name, value in cookies.items()]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        # A page that is refused (401, 422) is told in the console too; only our own scripts and policy matter.
        page.on(
            "console",
            lambda message: (
                wrong.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        page.goto(served.address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong
