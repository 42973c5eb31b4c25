"""Hands on a keyboard: what somebody does at a desk, told by the words that stand on the page."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from service.languages import Language
from service.simulator.strings import strings
from service.web.console.words import say

FOCUS = """() => {
    const it = document.activeElement, style = getComputedStyle(it);
    if (it === document.body) return null;
    const words = (one) => (one?.textContent ?? "").trim().replace(/\\s+/g, " ");
    const described = (it.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
    return {
        name: words(it.labels?.[0]) || it.getAttribute("aria-label") || words(it),
        near: [...described.map((id) => document.getElementById(id)), it.closest("li, tr"), it.closest("fieldset"),
            it.closest("section")?.querySelector("h2")].map(words).join(" "),
        seen: it.tagName === "MAIN" || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
        field: ["INPUT", "TEXTAREA", "SELECT"].includes(it.tagName),
    }
}"""


class Hands:
    """Somebody at a browser without a mouse. `page` is looked at, never clicked."""

    def __init__(self, page: Page, language: Language) -> None:
        self.page = page
        self.language = language
        self.secret = ""

    def word(self, phrase: str, **fields: object) -> str:
        """What stands on the page for a phrase such as `broadcasts.pause`; other words stay as they are."""
        if phrase.startswith("phone:"):
            return strings(self.language)[phrase.removeprefix("phone:")]
        return say(self.language, phrase, **fields) if "." in phrase and " " not in phrase else phrase

    def tab_to(self, phrase: str, near: str = "", *, field: bool = False) -> None:
        """Press Tab until this is in focus; each step on the way must show where it is."""
        name, passed = self.word(phrase), []
        for _ in range(140):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(FOCUS)
            if focus is None:
                continue  # past the last one, before the first
            assert focus["seen"], f"no outline on {focus['name']!r}"
            if focus["name"].startswith(name) and near in focus["near"] and focus["field"] >= field:
                return
            passed.append(focus["name"])
        raise AssertionError(f"Tab never came to {name!r} ({near!r}) on {self.page.url}, only to {passed[:70]}")

    def open(self, phrase: str, near: str = "") -> None:
        """Go to a link or a button and press Enter; the next page is there afterwards."""
        self.tab_to(phrase, near)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def go(self, section: str) -> None:
        """Take the menu."""
        self.open(f"navigation.{section}")

    def fill(self, phrase: str, words: str) -> None:
        """Type into a field, over what stands there."""
        self.tab_to(phrase, field=True)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(words)

    def choose(self, phrase: str) -> None:
        """Choose one of several radio buttons with the arrow keys."""
        name = self.word(phrase)
        for _ in range(140):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(FOCUS)
            if focus and name in focus["near"] and self.page.evaluate("document.activeElement.type === 'radio'"):
                break
        for _ in range(20):
            focus = self.page.evaluate(FOCUS)
            if focus["name"].startswith(name):
                self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows never came to {name!r}")

    def pick(self, phrase: str, words: str) -> None:
        """Choose from a list by typing its first letters."""
        self.tab_to(phrase, field=True)
        self.page.keyboard.type(words)
        chosen = self.page.evaluate("document.activeElement.selectedOptions[0].textContent")
        assert chosen.startswith(words), chosen

    def hand_over(self, phrase: str, path: Path) -> None:
        """Choose a file: Space on the field opens the computer's own dialogue."""
        self.tab_to(phrase, field=True)
        for last in (False, False, True):
            try:
                with self.page.expect_file_chooser(timeout=5000) as chooser:
                    self.page.keyboard.press("Space")
            except PlaywrightTimeout:
                # A busy browser now and then swallows the first press; a person presses again.
                if last:
                    raise
            else:
                chooser.value.set_files(path)
                return

    def save(self, phrase: str, folder: Path, near: str = "") -> Path:
        """Press Enter on a link to a file; returns where it was saved."""
        self.tab_to(phrase, near)
        with self.page.expect_download() as download:
            self.page.keyboard.press("Enter")
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def sees(self, phrase: str, **fields: object) -> None:
        """These words stand on the page."""
        expect(self.page.locator("main")).to_contain_text(self.word(phrase, **fields), timeout=15_000)

    def code(self, clock: Callable[[], float]) -> str:
        """What the authenticator shows now."""
        return pyotp.TOTP(self.secret).at(int(clock()))


def until(true: Callable[[], Any], seconds: float = 15) -> Any:
    """Wait for something outside the page."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found
