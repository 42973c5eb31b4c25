"""A topic: one page or a few, in two languages, for eyes and for ears, with the facts each page states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from service.languages import Language


@dataclass(frozen=True)
class Page:
    """One page of words and the ids of the facts it states, such as `fever.1`."""

    words: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """A topic in one language: its name in a text, its name as spoken, and its pages for either channel."""

    title: str
    spoken: str
    text: tuple[Page, ...]
    speech: tuple[Page, ...]


@dataclass(frozen=True)
class Keywords:
    """The words that lead here: `strong` ones decide alone; `typo` holds misspellings of either language."""

    strong: tuple[str, ...]
    english: tuple[str, ...]
    spanish: tuple[str, ...]
    typo: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """A topic of the tree. `code` is its path of digits, the same on a phone, in a text and in print."""

    id: str
    code: str
    wordings: Mapping[Language, Wording]
    keywords: Keywords
    checked: date | None
    drug_page: bool = False
    safety_line: bool = False
    gate: bool = False

    def __getitem__(self, language: Language) -> Wording:
        return self.wordings[language]

    @property
    def written(self) -> bool:
        """Are there words in both languages and for both channels?"""
        return all(w.text and w.speech for w in self.wordings.values())

    @property
    def label(self) -> str:
        """How matching and its tables name this topic."""
        return f"topic:{self.id}"
