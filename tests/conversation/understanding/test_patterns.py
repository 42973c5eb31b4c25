"""The small language of patterns, and the tables' own mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.content.library import ContentError
from service.conversation.understanding import tables
from service.conversation.understanding.normalise import Normaliser
from service.conversation.understanding.patterns import PatternError, Patterns

NORMALISER = Normaliser({"cannot": "cant"})


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("kill myself", "I want to kill myself", True),
        ("kill myself", "skill myself", False),
        ("numb* ..2 leg", "numbness in my leg", True),
        ("numb* ..2 leg", "numbness here in my leg", False),
        ("{pet} sleeps", "my dog sleeps", True),
        ("(big|very small) dog", "a very small dog", True),
        ("no? dog", "dog", True),
        ("dog & sleeps", "sleeps well, the dog", True),
        ("dog & sleeps", "the dog eats", False),
        ("# times", "8 times today", True),
        ("^dog", "the dog", False),
        ("dog$", "the dog eats", False),
    ],
)
def test_a_pattern_finds_what_it_says(pattern: str, text: str, found: bool) -> None:
    patterns = Patterns([("key", pattern)], {"pet": ["dog", "cat"]})
    assert bool(patterns.find(NORMALISER.words(text))) == found


@pytest.mark.parametrize("pattern", ["{fish} swims", "(a|) b", "(a ..2 b)", "dog!", "..3", "# #"])
def test_a_pattern_that_means_nothing_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(PatternError):
        Patterns([("key", pattern)], {"pet": ["dog"]})


def test_a_bare_yes_in_a_table_is_refused_with_the_reason(tmp_path: Path) -> None:
    for name in tables.NAMES:
        (tmp_path / f"{name}.yaml").write_text("words: [yes]\n", encoding="utf-8")
    with pytest.raises(ContentError, match="must stand in quotes"):
        tables.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I can’t!!", "i cant"),
        ("S.T.O.P.", "stop"),
        ("ÉL ESTÁ", "el esta"),
        ("er+ pr-", "er positive pr negative"),
        ("it's 38½", "it is 38.5"),
        ("sooooo", "so"),
        ("２０１", "201"),
        ("a\u200bb", "ab"),
    ],
)
def test_words_are_made_plain(text: str, words: str) -> None:
    assert NORMALISER.words(text).text.strip() == words
