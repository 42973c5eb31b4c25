"""The whole service on a free port, and one Chromium to visit it with."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from service.app import put_together, serve_parts
from service.reminders.errands import run_errands
from service.settings import from_environment
from service.storage import migrate

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Visit = Callable[..., Page]
NUMBERS = (f"+1555555{ending:04}" for ending in count(1000))
KEEP_NUMBER = "sessionStorage.getItem('number') ?? sessionStorage.setItem('number', '%s')"
SKIPPED = "browser tests: no Chromium was found; install chromium or set CHROMIUM to its path"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line, whatever the options, that the browser tests did not run."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if SKIPPED in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"SKIPPED {len(skipped)} {SKIPPED}")


def chromium_path() -> str:
    """Where a Chromium is: $CHROMIUM, else the first on the path; empty where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    if not path and os.environ.get("CI") == "true":
        pytest.fail("No Chromium was found; install Debian's chromium or set CHROMIUM to its path.")
    if not path:
        pytest.skip(SKIPPED)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the service listens. Its worker runs beside it, so that texts asked for on a call arrive."""
    folder: Path = tmp_path_factory.mktemp("service")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # one line a request would drown what a test says
    placeholder = make_server("127.0.0.1", 0, lambda environ, start: [])
    port = placeholder.server_port
    placeholder.server_close()
    parts = put_together(from_environment({"PORT": str(port)}, folder))
    migrate.upgrade(parts.database)
    server = make_server("127.0.0.1", port, serve_parts(parts), threaded=True)
    closing = threading.Event()

    def work() -> None:
        while not closing.wait(0.5):
            run_errands(parts.database, parts.vault, parts.gateway, lambda: parts.almanac().writer, parts.clock)

    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    yield f"http://localhost:{port}"
    closing.set()
    server.shutdown()
    for thread in threads:
        thread.join()


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Visit]:
    """Opens the browser phone with a number that no other test has. What goes wrong on a page fails the test."""
    wrong: list[str] = []
    contexts: list[BrowserContext] = []

    def opened(language: str = "en", **options: Any) -> Page:
        context = chromium.new_context(**options)
        contexts.append(context)
        context.add_init_script(KEEP_NUMBER % next(NUMBERS))
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/phone?lang={language}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


@pytest.fixture
def page(visit: Visit) -> Page:
    """The browser phone in English in a window of 1280 pixels."""
    return visit(viewport={"width": 1280, "height": 900})
