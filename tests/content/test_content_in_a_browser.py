"""The report and the card open in a browser without a fault that a person using a screen reader would meet."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Page, sync_playwright
from small_library import SMALL

from service.cli.content import command
from service.content.library import load
from service.content.report import as_html, report
from service.content.reviews import NONE_YET
from service.languages import Language

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 320, "height": 640})
        browser.close()


def test_report_and_card_can_be_read_by_everyone(page: Page, tmp_path: Path) -> None:
    recordings = {(language, "topic.chemo.1"): "chemo.wav" for language in Language}
    shown = report(load(SMALL), NONE_YET, date(2026, 11, 22), recordings=recordings)
    (tmp_path / "report.html").write_text(as_html(shown), encoding="utf-8")
    CliRunner().invoke(command, ["card", "--number", "+12025550134", "--out", str(tmp_path)])
    for name in ("report.html", "card-en.html", "card-es.html"):
        page.goto((tmp_path / name).as_uri())
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
