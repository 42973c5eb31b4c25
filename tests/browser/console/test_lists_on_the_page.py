"""A list from a clinic's system, matched, tried and loaded on the page, with and without JavaScript."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

LIST = """MRN,Pt Name,Mobile,Lang
{n}1,"Ruiz, Ana",(812) 555-0134,Spanish
{n}2,"Stone, Ben",812-555-0135,Klingon
{n}3,"Wrong, Eve",900-555-0136,English
"""


def nothing_found(page: Page, width: int) -> None:
    report = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert not report.violations_count, report.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("scheme", "width", "script"), [("light", 1280, True), ("dark", 320, False)])
def test_a_list_goes_in_after_a_look_at_every_step(open_page, scheme, width, script) -> None:
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}, "java_script_enabled": script}
    page = open_page("/console/import", **look)
    page.get_by_label("People:").check()
    content = LIST.format(n=width).encode()
    page.locator("#file").set_input_files({"name": "epic.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which column is which?")
    if script:
        nothing_found(page, width)
    page.get_by_role("button", name="Try it, change nothing").click()
    expect(page.get_by_role("row", name="Line 4")).to_contain_text("paid (900) number")
    if script:
        nothing_found(page, width)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 1 row to correct").click()
    assert download.value.suggested_filename == "epic.errors.csv"
    page.get_by_role("button", name="Load it").click()
    expect(page.get_by_text("Loaded. Nothing has been sent.")).to_be_visible()
