"""The report and the card open in a browser without a fault that a person using a screen reader would meet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

from service.cli.content import command
from service.content.library import load
from service.content.report import as_html, report
from service.content.reviews import NONE_YET
from service.languages import Language

pytestmark = pytest.mark.browser
SMALL = Path(__file__).parents[1] / "content" / "small"


@pytest.fixture
def narrow(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 320, "height": 640})
    yield page
    page.close()


def test_report_and_card_can_be_read_by_everyone(narrow: Page, tmp_path: Path) -> None:
    recordings = {(language, "topic.chemo.1"): "chemo.wav" for language in Language}
    shown = report(load(SMALL), NONE_YET, date(2026, 11, 22), recordings=recordings)
    (tmp_path / "report.html").write_text(as_html(shown), encoding="utf-8")
    CliRunner().invoke(command, ["card", "--number", "+12025550134", "--out", str(tmp_path)])
    for name in ("report.html", "card-en.html", "card-es.html"):
        narrow.goto((tmp_path / name).as_uri())
        found = Axe().run(narrow).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
        assert narrow.evaluate("document.documentElement.scrollWidth") <= 320
