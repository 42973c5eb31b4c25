"""Answers to a reminder's question, in the words people use: I'll be there, can't make it, running late."""

from __future__ import annotations

from functools import cache
from typing import Literal

from service.conversation.understanding import tables
from service.conversation.understanding.normalise import Normaliser
from service.conversation.understanding.patterns import Family

Answer = Literal["yes", "no", "late"]
ORDER: tuple[Answer, ...] = ("late", "no", "yes")


def read_answer(text: str) -> Answer | None:
    """What `text` answers to `will you come?`, or None. Use it only while a reminder's question is open."""
    normaliser, whole, families, neither = _answers()
    words = normaliser.words(text)
    plain = words.text.strip()
    for answer in ORDER:
        if plain in whole[answer]:
            return answer
    if len(words.words) > 15 or neither(words):
        return None
    return next((answer for answer in ORDER if families[answer](words)), None)


@cache
def _answers() -> tuple[Normaliser, dict[Answer, frozenset[str]], dict[Answer, Family], Family]:
    loaded = tables.load()
    table, sets = loaded["answers"], loaded["lists"]
    whole: dict[Answer, frozenset[str]] = {answer: frozenset(table[answer]["whole"]) for answer in ORDER}
    families = {answer: Family(table[answer]["patterns"], (), sets) for answer in ORDER}
    return Normaliser(loaded["text_speak"]), whole, families, Family(table["neither"], (), sets)
