"""The browser phone: texts, calls by keyboard alone, sound that really plays, and nothing that shuts people out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def text(page: Page, words: str) -> None:
    page.get_by_label("Your text").fill(words)
    page.keyboard.press("Enter")


def call(page: Page) -> None:
    page.get_by_role("button", name="Call the line").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#transcript")).to_contain_text("Emergency?", timeout=15_000)


def test_a_word_is_answered(page: Page) -> None:
    text(page, "chemo")
    expect(page.get_by_role("log", name="Texts")).to_contain_text("Chemo is strong medicine")


def test_an_answer_is_marked_with_its_language(page: Page) -> None:
    text(page, "441")
    expect(page.locator("#chat .line .said[lang=en]")).to_be_visible()
    text(page, "ESPANOL")
    expect(page.locator("#chat .line .said[lang=es]")).to_be_visible()


def test_the_texts_outlive_a_change_of_the_page_language(page: Page) -> None:
    text(page, "chemo")
    expect(page.locator("#chat .line")).to_be_visible()
    page.get_by_role("link", name="Español").click()
    expect(page.get_by_role("log", name="Textos")).to_contain_text("Chemo is strong medicine")
    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_a_call_goes_by_keyboard_alone(page: Page) -> None:
    call(page)
    expect(page.get_by_label("Keys: 0 to 9, * or #")).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("#transcript")).to_contain_text("Treatments, 4", timeout=10_000)
    page.keyboard.type("441")
    expect(page.locator("#transcript")).to_contain_text("Chemo is strong medicine", timeout=10_000)
    page.get_by_role("button", name="Hang up").press("Enter")
    expect(page.get_by_text("The call has ended.")).to_be_visible()
    expect(page.get_by_role("button", name="Call the line")).to_be_focused()


def test_number_keys_press_keys_from_anywhere_until_switched_off(page: Page) -> None:
    call(page)
    page.get_by_role("button", name="Hang up").focus()
    page.keyboard.press("1")
    expect(page.locator("#transcript")).to_contain_text("Treatments, 4", timeout=10_000)
    page.get_by_label("Number keys of the keyboard").uncheck()
    page.keyboard.press("4")
    expect(page.locator("#transcript")).not_to_contain_text("You pressed 4")


def test_the_pad_presses_keys(page: Page) -> None:
    call(page)
    page.get_by_role("button", name="2", exact=True).click()
    expect(page.locator("#transcript [lang=es]").last).to_contain_text("oprima", timeout=10_000)


def test_the_recording_really_plays(page: Page) -> None:
    call(page)
    sound = page.locator("#sound")
    page.wait_for_timeout(700)
    assert re.search(r"/audio/.+\.wav$", sound.evaluate("audio => audio.currentSrc"))
    assert sound.evaluate("audio => audio.error") is None
    assert sound.evaluate("audio => audio.duration") > 1
    assert sound.evaluate("audio => audio.currentTime") > 0.2


def test_a_key_stops_the_sound(page: Page) -> None:
    call(page)
    before = page.locator("#sound").evaluate("audio => audio.currentSrc")
    page.keyboard.press("1")
    expect(page.locator("#transcript")).to_contain_text("Treatments, 4", timeout=10_000)
    assert page.locator("#sound").evaluate("audio => audio.currentSrc") != before


def test_key_8_brings_a_text(page: Page) -> None:
    call(page)
    page.keyboard.press("1")
    expect(page.locator("#transcript")).to_contain_text("Treatments, 4", timeout=10_000)
    page.keyboard.type("441")
    expect(page.locator("#transcript")).to_contain_text("Chemo is strong medicine", timeout=10_000)
    page.keyboard.press("8")
    expect(page.locator("#transcript")).to_contain_text("press 8 again", timeout=10_000)
    page.keyboard.press("8")
    expect(page.locator("#chat .line_sent")).to_contain_text("Chemo is strong medicine", timeout=10_000)


def test_a_number_that_is_none_is_told_beside_its_field(page: Page) -> None:
    field = page.get_by_label("Number of the pretend phone")
    field.fill("five")
    field.press("Tab")
    expect(page.get_by_role("alert").filter(has_text="Write a plus sign")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_shuts_people_out(visit: Visit, scheme: str, width: int, language: str) -> None:
    page = visit(language, viewport={"width": width, "height": 800}, color_scheme=scheme)
    found = [Axe().run(page, options={"runOnly": WCAG})]
    page.locator("#message").fill("chemo")
    page.keyboard.press("Enter")
    page.locator("#chat .line").wait_for()
    page.locator("#call-start").click()
    page.locator("#transcript .line").first.wait_for()
    found.append(Axe().run(page, options={"runOnly": WCAG}))
    assert [report.generate_report() for report in found if report.violations_count] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_control_is_large_enough_for_a_tired_hand(page: Page) -> None:
    call(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, a, select, textarea, input:not([type=checkbox]), .tick")]
            .filter((control) => control.offsetParent)
            .map((control) => [control.textContent.trim() || control.id, control.getBoundingClientRect()])
            .filter(([, box]) => box.width < 44 || box.height < 44)
            .map(([name]) => name)"""
    )
    assert small == []


def test_no_words_are_smaller_than_18_pixels(page: Page) -> None:
    text(page, "chemo")
    expect(page.locator("#chat .line")).to_be_visible()
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll("body *")]
            .filter((one) => one.offsetParent && [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
            .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
    )
    assert smallest >= 18


def test_the_page_stands_at_twice_the_size(visit: Visit) -> None:
    # At 200 % zoom a window of 1280 pixels has room for 640.
    page = visit(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
