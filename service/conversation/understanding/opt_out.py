"""Opting out in any wording, and the exact English words on which carriers act by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.conversation.understanding.normalise import Words
from service.conversation.understanding.patterns import Family


class OptOut:
    """Reads requests for no more messages, by `opt_out.yaml`."""

    def __init__(self, table: Mapping[str, Any], sets: Mapping[str, Iterable[str]]) -> None:
        self._whole, self._polite = frozenset(table["whole"]), table["polite"]
        self._asked = Family(table["patterns"], table["exceptions"], sets)
        self._perhaps = Family(table["ask"], (), sets)
        self._less, self._wrong_number = table["less"], table["wrong_number"]
        self.vocabulary = self._asked.vocabulary | {w for phrase in self._whole for w in phrase.split()}

    def whole(self, words: Words) -> bool:
        """Is the whole message a word that ends messages (politeness apart)?"""
        return is_whole(words.text, self._whole, self._polite)

    def in_any_wording(self, words: Words) -> bool:
        """Does the message ask for no more messages?"""
        return self._asked(words)

    def perhaps(self, words: Words) -> bool:
        """Words such as `leave me alone` that may mean it; the line asks back."""
        return self._perhaps(words)

    def reason(self, words: Words) -> str:
        """`cancel` (may have meant the visit), `less` (fewer would do), `wrong-number` or nothing."""
        if words.words in (("cancel",), ("cancelar",)):
            return "cancel"
        if any(f" {phrase} " in words.text for phrase in self._wrong_number):
            return "wrong-number"
        return "less" if any(f" {phrase} " in words.text for phrase in self._less) else ""


def is_whole(text: str, wanted: frozenset[str], polite: Iterable[str]) -> bool:
    """Is `text` one of `wanted`, once polite words are taken from its ends?"""
    return text.strip() in wanted or any(rest in wanted for rest in without_politeness(text, polite))


def without_politeness(text: str, polite: Iterable[str]) -> Iterable[str]:
    """What is left of `text`, step by step, as polite words are taken from its beginning and its end."""
    text = text.strip()
    changed = True
    while changed and text:
        changed = False
        for phrase in polite:
            if text.endswith(" " + phrase):
                text, changed = text[: -len(phrase) - 1], True
                yield text
            elif text.startswith(phrase + " "):
                text, changed = text[len(phrase) + 1 :], True
                yield text
