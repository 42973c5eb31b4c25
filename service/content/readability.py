"""Reading level by formula: Flesch-Kincaid grade for English, Szigriszt-Pazos (INFLESZ) for Spanish.

Limits (ARCHITECTURE, decision on reading level): over a topic's pages joined, English at most grade 6 and Spanish at
least 65; no single page over 8 or under 55. Terms handed in (drug names, a few explained words) count two syllables.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

import pyphen  # type: ignore[import-untyped,unused-ignore]

from service.languages import Language

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)
SENTENCE_END = re.compile(r"[.!?:;]+(?=\s|$)|\n+")
NUMBER = re.compile(r"\d[\d.,/%-]*")


def score(text: str, language: Language, terms: Collection[str] = frozenset()) -> float:
    """The grade of an English text (lower is easier) or the INFLESZ of a Spanish one (higher is easier).

    `terms`: words in lower case that count as two syllables. A text without words scores 0 (English) or 100."""
    words = [word.lower() for word in WORD.findall(NUMBER.sub(" ", text))]
    if not words:
        return 0.0 if language is Language.ENGLISH else 100.0
    sentences = max(1, sum(bool(WORD.search(part)) for part in SENTENCE_END.split(text)))
    a_sentence = len(words) / sentences
    a_word = sum(2 if word in terms else syllables(word, language) for word in words) / len(words)
    if language is Language.ENGLISH:
        return 0.39 * a_sentence + 11.8 * a_word - 15.59
    return 206.835 - 62.3 * a_word - a_sentence


@cache
def syllables(word: str, language: Language) -> int:
    """Syllables of a word by its hyphenation points, at least one."""
    hyphens = _dictionary(language).positions(word)
    return len(hyphens) + 1


@cache
def _dictionary(language: Language) -> pyphen.Pyphen:
    # left=1, right=1: a hyphenation dictionary would else refuse to split off the one-letter syllables that we count.
    return pyphen.Pyphen(lang="en_US" if language is Language.ENGLISH else "es", left=1, right=1)
