"""A review is of exact words, by a person, on a day; and a changed file is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from service.content.library import ContentError, load, read
from service.content.review_items import chosen
from service.content.reviews import load_reviews, phrase_words, record, topic_words

LIBRARY = load(Path(__file__).parent / "small")
CHEMO = LIBRARY.topics["chemo"]
SAFETY = {"branches": ["3"], "phrases": ["stop*", "greet"]}


def test_a_review_is_kept_with_who_when_and_the_words(tmp_path: Path) -> None:
    path = tmp_path / "reviews.yaml"
    path.write_text("# Heading.\n[]\n", encoding="utf-8")
    record(path, {"topic.chemo": topic_words(CHEMO)}, " A. Reader ", "RN", date(2026, 11, 22))
    record(path, {"phrase.stop": phrase_words(LIBRARY.phrases["stop"])}, "B. Reader", "MD", date(2026, 11, 23))
    reviews = load_reviews(path)
    review = reviews.current("topic.chemo", topic_words(CHEMO))
    assert review is not None
    assert (review.name, review.role, review.on) == ("A. Reader", "RN", date(2026, 11, 22))
    assert review.words["es"]["text"][0] == CHEMO["es"].text[0].words
    assert len(reviews.entries) == 2
    assert path.read_text(encoding="utf-8").startswith("# Heading.\n")


@pytest.mark.parametrize(("name", "role"), [("", "RN"), ("A. Reader", " ")])
def test_a_review_by_nobody_is_refused(tmp_path: Path, name: str, role: str) -> None:
    with pytest.raises(ContentError, match="name and the role"):
        record(tmp_path / "reviews.yaml", {"topic.chemo": topic_words(CHEMO)}, name, role, date(2026, 11, 22))
    assert not (tmp_path / "reviews.yaml").exists()


@pytest.mark.parametrize(("old", "new"), [("crecen", "duermen"), ("gate: false", "gate: true")])
def test_words_changed_after_the_review_are_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "reviews.yaml"
    record(path, {"topic.chemo": topic_words(CHEMO)}, "A. Reader", "RN", date(2026, 11, 22))
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError, match="not the words that were reviewed"):
        load_reviews(path)


def test_we_ship_no_review_that_nobody_made() -> None:
    assert load_reviews().entries == ()


@pytest.mark.parametrize(
    ("items", "branches", "safety", "expected"),
    [
        (["41"], [], None, ["topic.chemo"]),
        (["bone-pain", "phrase.stop"], [], None, ["topic.bone-pain", "phrase.stop"]),
        ([], ["3", "4"], None, ["topic.bone-pain", "topic.chemo"]),
        ([], [], SAFETY, ["topic.bone-pain", "phrase.stop", "phrase.greet"]),
        (["phrase.stop"], [], SAFETY, ["topic.bone-pain", "phrase.stop", "phrase.greet"]),
    ],
)
def test_what_is_reviewed_is_chosen_by_page_branch_or_safety_set(
    items: list[str], branches: list[str], safety: dict[str, list[str]] | None, expected: list[str]
) -> None:
    assert list(chosen(LIBRARY, items, branches, safety)) == expected


@pytest.mark.parametrize(
    ("items", "branches", "reason"),
    [
        (["99"], [], "no topic 99"),
        (["4"], [], "--branch 4"),
        (["phrase.nope"], [], "no phrase nope"),
        ([], ["2"], "begins with 2"),
        ([], [], "Nothing chosen"),
    ],
)
def test_what_does_not_exist_cannot_be_reviewed(items: list[str], branches: list[str], reason: str) -> None:
    with pytest.raises(ContentError, match=reason):
        chosen(LIBRARY, items, branches, None)


def test_everything_said_about_danger_is_in_the_safety_set() -> None:
    library = load()
    folder = Path(load.__code__.co_filename).parent
    listed = chosen(library, [], [], read(folder / "safety_set.yaml"))
    for name in read(folder / "phrases" / "safety.yaml"):
        assert f"phrase.{name}" in listed
    assert {"topic.fever", "topic.when-to-call", "phrase.stop", "phrase.help"} <= listed.keys()
