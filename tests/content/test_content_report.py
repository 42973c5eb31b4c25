"""The report shows every page in both languages, as it is cut and as it is heard, with its state."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from service.content.library import load
from service.content.report import NOT_REVIEWED, as_html, cut_up, report, summary
from service.content.reviews import NONE_YET, Review, Reviews, fingerprint, topic_words
from service.languages import Language
from service.segments import cut

LIBRARY = load(Path(__file__).parent / "small")
TODAY = date(2026, 11, 22)


@given(some.text(alphabet="abc é{€ñáíő😀\n", max_size=700))
def test_a_text_is_cut_into_as_many_pieces_as_it_costs(text: str) -> None:
    pieces = cut_up(text)
    assert "".join(pieces) == text
    assert len(pieces) == cut(text).segments


def test_the_page_holds_every_word_in_both_languages() -> None:
    html = as_html(report(LIBRARY, NONE_YET, TODAY))
    for topic in LIBRARY.topics.values():
        for language in Language:
            for page in (*topic[language].text, *topic[language].speech):
                assert page.words in html
    assert html.count(NOT_REVIEWED) >= len(LIBRARY.topics) + len(LIBRARY.phrases)


def test_the_page_takes_nothing_from_the_network() -> None:
    recordings = {(Language.ENGLISH, "topic.chemo.1"): "../audio/en/chemo.wav"}
    html = as_html(report(LIBRARY, NONE_YET, TODAY, recordings=recordings))
    fetched = re.findall(r"""(?:src|href)=["']([^"'#][^"']*)""", html)
    assert fetched == ["../audio/en/chemo.wav"]
    assert "url(" not in html
    assert "@import" not in html


def test_a_reviewed_page_names_its_reader() -> None:
    words = topic_words(LIBRARY.topics["chemo"])
    reviews = Reviews((Review("topic.chemo", "A. Reader", "RN", TODAY, fingerprint(words), words),))
    shown = report(LIBRARY, reviews, TODAY)
    assert {item.topic.id: item.state for item in shown.items}["chemo"] == f"reviewed by A. Reader, RN, {TODAY}"
    assert summary(shown.items) == {NOT_REVIEWED: 1, "reviewed": 1}


def test_texts_are_shown_as_they_are_sent() -> None:
    sent = {("topic.chemo.1", Language.ENGLISH): "x" * 170}
    item = next(item for item in report(LIBRARY, NONE_YET, TODAY, sent).items if item.topic.id == "chemo")
    assert [len(piece) for piece in item.pages[Language.ENGLISH][0].sent] == [153, 17]


@pytest.mark.parametrize("language", list(Language))
def test_a_spoken_symptom_page_is_shown_with_its_safety_line(language: Language) -> None:
    item = next(item for item in report(LIBRARY, NONE_YET, TODAY).items if item.topic.id == "bone-pain")
    assert "911" in item.pages[language][0].said
