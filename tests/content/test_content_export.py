"""What was recorded in the browser goes into the file of the repository, each review once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli.content import command
from service.content.library import Library
from service.content.review_changes import changes
from service.content.reviews import Review, Reviews, fingerprint, load_reviews, record, topic_words
from service.storage.content_decisions import Decider, keep_reviews, withdraw
from service.storage.database import Database

DAY = date(2026, 11, 22)
BEN = Decider(1, 1, "Ben Okafor")


def review_of(library: Library, topic: str, *languages: str, name: str = "Ben Okafor", on: date = DAY) -> Review:
    words = topic_words(library.topics[topic])
    return Review(f"topic.{topic}", name, "RN", on, fingerprint(words), words, languages or ("en", "es"))


def test_the_export_writes_each_review_once_however_often_it_runs(
    database: Database, database_url: str, library: Library, tmp_path: Path
) -> None:
    own = {"DATABASE_URL": database_url, "CLEARLINE_VAR": str(tmp_path / "var"), "TWILIO_ACCOUNT_SID": None}
    path = tmp_path / "reviews.yaml"
    record(path, {"topic.fever": topic_words(library.topics["fever"])}, "A. Reader", "MD", DAY)
    with database.write() as connection:
        keep_reviews(connection, [review_of(library, "chemo", "es"), review_of(library, "fever")], BEN, 1)
        withdraw(connection, "nausea", "a wrong number", BEN, 2)
    told = [CliRunner().invoke(command, ["export", "--into", str(path)], env=own).output for _ in range(2)]
    assert "2 reviews recorded in the console, 2 new in" in told[0]
    assert "2 reviews recorded in the console, 0 new in" in told[1]
    assert "Withdrawn now: nausea, by Ben Okafor: a wrong number" in told[0]
    filed = load_reviews(path)
    assert [(one.item, one.name, one.languages) for one in filed.entries] == [
        ("topic.fever", "A. Reader", ("en", "es")),
        ("topic.chemo", "Ben Okafor", ("es",)),
        ("topic.fever", "Ben Okafor", ("en", "es")),
    ]
    assert filed.entries[1] == review_of(library, "chemo", "es")


def test_the_same_review_in_file_and_database_is_one(library: Library) -> None:
    one, two = review_of(library, "chemo"), review_of(library, "chemo", name="A. Reader")
    assert Reviews((one,)).with_others([one, two]).entries == (one, two)


@pytest.mark.parametrize(
    ("readers", "whole"),
    [
        ([("en", "es")], True),
        ([("en",)], False),
        ([("en",), ("es",)], True),
        ([("en",), ("en",)], False),
    ],
)
def test_words_count_as_reviewed_once_both_languages_were_read(
    library: Library, readers: list[tuple[str, ...]], whole: bool
) -> None:
    reviews = Reviews(tuple(review_of(library, "chemo", *languages) for languages in readers))
    assert bool(reviews.current("topic.chemo", topic_words(library.topics["chemo"]))) is whole


def test_a_half_review_of_new_words_leaves_the_whole_one_of_the_old_words(library: Library) -> None:
    old, new = topic_words(library.topics["chemo"]), topic_words(library.topics["chemo"])
    new["en"] |= {"title": "Chemotherapy"}
    whole = review_of(library, "chemo")
    half = Review("topic.chemo", "A. Reader", "MD", DAY, fingerprint(new), new, ("en",))
    assert Reviews((whole, half)).latest("topic.chemo") == whole
    assert Reviews((whole, half)).of("topic.chemo", new) == (half,)
    assert [(change.where, [piece.kind for piece in change.pieces]) for change in changes(old, new)] == [
        (("en", "title"), ["gone", "new"])
    ]


def test_a_difference_keeps_every_word_of_both_forms(library: Library) -> None:
    old, new = (topic_words(library.topics[name]) for name in ("chemo", "nausea"))
    for change in changes(old, new):
        for form, kind in ((old, "gone"), (new, "new")):
            said = form
            for step in change.where:
                said = said[int(step) - 1] if isinstance(said, list) and int(step) <= len(said) else said
                said = said[step] if isinstance(said, dict) else said
            if isinstance(said, str):
                assert "".join(piece.words for piece in change.pieces if piece.kind in ("same", kind)).split() == (
                    said.split()
                )
