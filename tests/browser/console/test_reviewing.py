"""Reviewing and withdrawing by keyboard alone, in both languages, on pages in which axe finds nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from hands import Hands
from playwright.sync_api import Page, expect

from service.languages import Language

pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A topic for each language, so that neither finds what the other did.
TOPICS = {Language.ENGLISH: "442", Language.SPANISH: "351"}


def without_fault(page: Page) -> None:
    report = Axe().run(page, options={"runOnly": WCAG})
    assert not report.violations_count, report.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")


@pytest.mark.parametrize("language", list(Language))
def test_a_nurse_reads_vouches_withdraws_and_gives_again(open_page: Callable[..., Page], language: Language) -> None:
    code = TOPICS[language]
    page = open_page(f"/console/content/{code}", language=language.value, viewport={"width": 320, "height": 700})
    hands = Hands(page, language)
    hands.open("content.record")
    without_fault(page)
    hands.open("content.record_now")
    expect(page.locator("#errors")).to_be_focused()
    without_fault(page)
    for tongue in ("content.in_en", "content.in_es"):
        hands.tab_to(tongue, field=True)
        page.keyboard.press("Space")
    hands.fill("content.role", "RN")
    hands.open("content.record_now")
    expect(page.locator("#told")).to_contain_text(hands.word("content.recorded", number="1"))
    page.goto(page.url + f"/{code}")
    expect(page.locator("dl")).to_contain_text("Ana Ruiz, RN")
    hands.open("content.withdraw")
    hands.fill("content.why", "Probe")
    hands.open("content.withdraw_now")
    expect(page.locator("#told")).to_contain_text(hands.word("content.withdrawn_told"))
    without_fault(page)
    hands.open("content.reinstate")
    hands.open("content.reinstate")
    expect(page.locator("#told")).to_contain_text(hands.word("content.reinstated_told"))
