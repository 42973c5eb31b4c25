"""The printed card: every code, a number to text and call, and letters that print right."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.content.card import Card, as_html, as_text, build
from service.content.card_pdf import write_pdf
from service.content.library import load
from service.languages import Language

LIBRARY = load()
NUMBER = "+12025550134"
CARDS = {language: build(LIBRARY, language, NUMBER) for language in Language}


@pytest.fixture(params=list(Language))
def card(request: pytest.FixtureRequest) -> Card:
    return CARDS[request.param]


def test_the_card_holds_every_code_of_the_tree(card: Card) -> None:
    printed = {code for column in card.columns for theme in column for group in theme.groups for code, _ in group}
    actions = {menu.code for menu in LIBRARY.menus.values() if menu.action}
    assert printed == {topic.code for topic in LIBRARY.topics.values()} | actions


def test_the_codes_to_scan_text_and_call_the_number(card: Card) -> None:
    assert card.text_code.matrix != card.call_code.matrix
    assert card.call_code.error in "QH"
    html = as_html(card)
    assert html.count("<svg") == 2
    assert f"tel:{NUMBER}" in html


def test_the_text_for_a_braille_house_is_plain(card: Card) -> None:
    text = as_text(card)
    assert "202-555-0134" in text
    assert not set(text) & set("<>|*_#{}\t")
    assert all(line == line.strip() for line in text.splitlines())
    assert "441" in text


def test_all_letters_of_the_card_are_in_the_fonts_of_the_pdf(card: Card) -> None:
    as_text(card).encode("latin-1")


def test_the_pdf_has_three_sheets(card: Card, tmp_path: Path) -> None:
    write_pdf(card, tmp_path / "card.pdf")
    assert (tmp_path / "card.pdf").read_bytes().count(b"/Type /Page\n") == 3


def test_the_card_is_not_pink(card: Card) -> None:
    assert "pink" not in as_html(card)
