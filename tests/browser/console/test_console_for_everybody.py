"""Every page of the console for every pair of hands: axe, narrow windows, large text, and a day by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyotp
import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from console_staff import PASSWORD
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FOLDER = Path(__file__).parent / "addresses"
ADDRESSES: list[dict[str, Any]] = [
    address for path in sorted(FOLDER.glob("*.yaml")) for address in yaml.safe_load(path.read_text())
]


def path_of(address: dict[str, Any], served: Any) -> str:
    return str(address["path"]).format(**served.sample.ids)


def name_of(address: dict[str, Any]) -> str:
    return f"{address['path']}{' signed out' if address.get('open') else ''}"


@pytest.mark.parametrize("address", ADDRESSES, ids=name_of)
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(open_page, served, address) -> None:
    for scheme, width, language in (("light", 1280, "en"), ("dark", 320, "es")):
        page = open_page(
            path_of(address, served),
            signed_in=not address.get("open"),
            language=language,
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
        )
        report = Axe().run(page, options={"runOnly": WCAG})
        assert not report.violations_count, f"{scheme} {width}: {report.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").count() == 1
        page.context.close()


@pytest.mark.parametrize("address", ADDRESSES, ids=name_of)
def test_every_control_is_large_enough_for_a_tired_hand(open_page, served, address) -> None:
    page = open_page(
        path_of(address, served), signed_in=not address.get("open"), viewport={"width": 400, "height": 900}
    )
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .button, select, textarea, .tick, nav a, summary, "
            + "input:not([type=checkbox]):not([type=radio]):not([type=hidden])")]
            .filter((control) => control.offsetParent)
            .map((control) => [control.textContent.trim() || control.id, control.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 40)
            .map(([name]) => name)"""
    )
    assert small == []


def press_until(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until what has this name is in focus; where one stands must be seen at each step."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => { const it = document.activeElement, style = getComputedStyle(it);
                const name = it === document.body ? null : (it.labels?.[0] ?? it).textContent.trim();
                return [name, style.outlineStyle, parseFloat(style.outlineWidth)] }"""
        )
        if focused[0] is None:
            continue  # past the last one, before the first
        assert focused[1] != "none", focused
        assert focused[2] >= 2, focused
        if focused[0].startswith(name):
            return
    pytest.fail(f"Tab never came to {name}")


def enter(page: Page) -> None:
    """Press Enter where that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Name to sign in", "People", "Find somebody", "Sign out", "Sign in", "What happened")),
        ("es", ("Nombre de acceso", "Personas", "Buscar a alguien", "Salir", "Entrar", "Lo que ha pasado")),
    ],
)
def test_from_signing_in_to_signing_out_by_keyboard_alone(open_page, served, language, words) -> None:
    name, people, find, leave, title, story = words
    served.clock.pass_time(60)
    page = open_page(signed_in=False, language=language, viewport={"width": 1280, "height": 900})
    press_until(page, name)
    page.keyboard.type(served.sample.sign_in_name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    enter(page)
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(pyotp.TOTP(served.sample.secret).at(int(served.clock())))
    enter(page)
    expect(page.locator("h1")).to_have_text("Today" if language == "en" else "Hoy")
    press_until(page, people)
    enter(page)
    press_until(page, find)
    page.keyboard.type("munoz cast")
    enter(page)
    press_until(page, "Muñoz")
    enter(page)
    expect(page.get_by_role("heading", name=story)).to_be_visible()
    press_until(page, leave)
    enter(page)
    expect(page.locator("h1")).to_have_text(title)


def test_the_first_tab_skips_to_the_page(open_page) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_errors_are_gathered_in_focus_and_lead_to_their_fields(open_page) -> None:
    page = open_page("/console/settings/sites/new")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator("#errors")).to_be_focused()
    assert page.title().startswith("Error: ")
    page.get_by_role("link", name="Phone by day").press("Enter")
    expect(page.get_by_label("Phone by day")).to_be_focused()
    expect(page.get_by_label("Phone by day")).to_have_attribute("aria-invalid", "true")


def test_it_works_without_javascript(open_page) -> None:
    page = open_page("/console/people", java_script_enabled=False)
    page.get_by_label("Find somebody").fill("walker")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Walker, James").click()
    expect(page.get_by_role("heading", name="Walker, James")).to_be_visible()
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("options", [{"forced_colors": "active"}, {"reduced_motion": "reduce"}])
def test_it_stands_in_forced_colours_and_without_motion(open_page, options) -> None:
    page = open_page(**options)
    expect(page.get_by_role("heading", name="To call back")).to_be_visible()
    moving = (
        "[...document.querySelectorAll('*')].some((one) => parseFloat(getComputedStyle(one).transitionDuration) > 0)"
    )
    assert page.evaluate(moving) is ("forced_colors" in options)


def test_it_stands_at_four_times_the_size(open_page) -> None:
    # At 400 % zoom a window of 1280 pixels has room for 320.
    page = open_page(viewport={"width": 320, "height": 256}, device_scale_factor=4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
