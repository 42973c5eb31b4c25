"""How long a page is trusted, and what it is served as: by date, by review, by how dangerous silence would be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from service.content.freshness import ALWAYS_SERVED, Standing, as_served, dates, standing
from service.content.library import load
from service.content.reviews import Review, Reviews, fingerprint, topic_words
from service.content.topic import Page, Topic
from service.languages import Language

LIBRARY = load(Path(__file__).parent / "small")
PLAIN = replace(LIBRARY.topics["bone-pain"], checked=date(2026, 8, 31))
DRUG = replace(LIBRARY.topics["chemo"], checked=date(2026, 11, 22))
FEVER = replace(PLAIN, id="fever")
UNWRITTEN = replace(PLAIN, wordings={x: replace(PLAIN[x], text=(), speech=()) for x in Language})
NONE = Reviews()


def reviewed(topic: Topic, on: date) -> Reviews:
    words = topic_words(topic)
    return Reviews((Review(f"topic.{topic.id}", "A. Reader", "RN", on, fingerprint(words), words),))


def changed(topic: Topic) -> Topic:
    page = Page("Other words.", ())
    return replace(topic, wordings={x: replace(topic[x], text=(page,), speech=(page,)) for x in Language})


@pytest.mark.parametrize(
    ("topic", "today", "expected"),
    [
        (PLAIN, date(2027, 2, 28), Standing.SERVED),
        (PLAIN, date(2027, 3, 1), Standing.DATED),
        (PLAIN, date(2027, 4, 29), Standing.DATED),
        (PLAIN, date(2027, 4, 30), Standing.EXPIRED),
        (DRUG, date(2027, 2, 22), Standing.SERVED),
        (DRUG, date(2027, 2, 23), Standing.EXPIRED),
        (FEVER, date(2027, 2, 28), Standing.SERVED),
        (FEVER, date(2040, 1, 1), Standing.DATED),
        (UNWRITTEN, date(2026, 11, 22), Standing.UNWRITTEN),
        (replace(PLAIN, checked=None), date(2026, 11, 22), Standing.EXPIRED),
        (replace(FEVER, checked=None), date(2026, 11, 22), Standing.DATED),
    ],
)
def test_what_a_page_is_served_as_by_its_date(topic: Topic, today: date, expected: Standing) -> None:
    assert standing(topic, NONE, today, review_required=False) is expected


@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize("name", sorted(ALWAYS_SERVED))
def test_urgent_help_and_helplines_never_vanish(name: str, required: bool) -> None:
    old = replace(PLAIN, id=name, checked=date(2020, 1, 1))
    assert standing(old, NONE, date(2030, 1, 1), required) is Standing.DATED


def test_where_a_review_is_required_a_page_without_one_waits() -> None:
    assert standing(PLAIN, NONE, date(2026, 11, 22), review_required=True) is Standing.WAITING
    assert standing(PLAIN, reviewed(PLAIN, date(2026, 11, 20)), date(2026, 11, 22), True) is Standing.SERVED


def test_a_review_makes_a_page_last_longer() -> None:
    reviews = reviewed(DRUG, date(2027, 2, 1))
    assert standing(DRUG, reviews, date(2027, 5, 1), review_required=False) is Standing.SERVED


def test_a_review_of_other_words_does_not_make_a_page_last_longer() -> None:
    reviews = reviewed(DRUG, date(2027, 2, 1))
    assert standing(changed(DRUG), reviews, date(2027, 5, 1), review_required=False) is Standing.EXPIRED


def test_changed_words_are_served_as_they_were_last_reviewed() -> None:
    reviews = reviewed(PLAIN, date(2026, 11, 20))
    shown = as_served(changed(PLAIN), reviews, review_required=True)
    assert [page.words for page in shown[Language.SPANISH].speech] == [page.words for page in PLAIN["es"].speech]
    assert (shown.code, shown.safety_line) == (PLAIN.code, True)
    assert as_served(changed(PLAIN), reviews, review_required=False) == changed(PLAIN)


def test_numbers_told_only_when_asked_for_stay_behind_the_question_in_reviewed_words() -> None:
    gated = replace(PLAIN, gate=True)
    assert as_served(changed(PLAIN), reviewed(gated, date(2026, 11, 20)), review_required=True).gate


def test_reviewed_words_last_from_the_day_of_their_review() -> None:
    reviews = reviewed(DRUG, date(2026, 1, 10))
    assert standing(changed(DRUG), reviews, date(2026, 11, 22), review_required=True) is Standing.EXPIRED


def test_a_review_is_due_two_to_six_weeks_before_the_page_expires_and_not_all_on_one_day() -> None:
    due = []
    for number in range(40):
        times = dates(replace(PLAIN, id=f"page-{number}"), NONE)
        assert times is not None
        assert timedelta(days=14) <= times.expires - times.review_by <= timedelta(days=42)
        due.append(times.review_by)
    assert len(set(due)) > 10
