"""The language of a message, when its words show it plainly."""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.conversation.understanding.normalise import Words
from service.languages import Language

SPANISH_SIGNS = re.compile(r"[ñ¿¡]|[áéíóú]", re.IGNORECASE)


class LanguageOf:
    """Counts words that only one of the two languages has."""

    def __init__(self, english: Iterable[str], spanish: Iterable[str]) -> None:
        english, spanish = frozenset(english), frozenset(spanish)
        self._english, self._spanish = english - spanish, spanish - english

    def __call__(self, words: Words) -> Language | None:
        """The language, or None where a word like `chemo` could come from either."""
        if len(words.words) == 1 and len(words.words[0]) == 1:
            # Y is a yes in English before it is an `and` in Spanish.
            return None
        spanish = sum(word in self._spanish for word in words.words)
        english = sum(word in self._english for word in words.words)
        if spanish and SPANISH_SIGNS.search(words.raw):
            spanish += 2
        if spanish > english:
            return Language.SPANISH
        return Language.ENGLISH if english > spanish and english >= 2 else None
