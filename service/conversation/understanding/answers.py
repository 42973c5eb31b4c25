"""Answers to a reminder's question, in the words people use: I'll be there, can't make it, running late."""

from __future__ import annotations

from functools import cache
from typing import Literal

from service.conversation.understanding import tables
from service.conversation.understanding.normalise import Normaliser
from service.conversation.understanding.patterns import Family

Answer = Literal["yes", "coming", "no", "late", "call", "when"]
LONGEST = 15  # words; who writes more says more than an answer
ORDER: tuple[Answer, ...] = ("late", "no", "call", "when", "coming", "yes")


def read_answer(text: str) -> Answer | None:
    """What `text` answers to `will you come?`, or None. Use it only while a reminder's question is open."""
    normaliser, whole, families, unclear = _answers()
    words = normaliser.words(text)
    plain = words.text.strip()
    for answer in ORDER:
        if plain in whole[answer]:
            return answer
    if len(words.words) > LONGEST or unclear["neither"](words):
        return None
    found: Answer | None = next((answer for answer in ORDER if families[answer](words)), None)
    return None if found in ("yes", "coming") and unclear["doubtful"](words) else found


@cache
def _answers() -> tuple[Normaliser, dict[Answer, frozenset[str]], dict[Answer, Family], dict[str, Family]]:
    loaded = tables.load()
    table, sets = loaded["answers"], loaded["lists"]
    whole: dict[Answer, frozenset[str]] = {answer: frozenset(table[answer]["whole"]) for answer in ORDER}
    families = {answer: Family(table[answer]["patterns"], (), sets) for answer in ORDER}
    unclear = {name: Family(table[name], (), sets) for name in ("neither", "doubtful")}
    return Normaliser(loaded["text_speak"]), whole, families, unclear
