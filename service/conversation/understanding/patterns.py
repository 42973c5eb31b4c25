"""Patterns: a few words of a small language that a nurse can read, found in a message by its rarest words.

word            that word                         word*       any ending: numb* finds numbness
{name}          any entry of a named list         (a|b c|d)   one of these
x?              with or without it                ..  ..5     up to 3 (or 5) words in between
#               any number                        a & b       both, anywhere in the message, in any order
^a   a$         only as its first, its last words
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.content.library import ContentError
from service.conversation.understanding.normalise import Words

ELEMENT = re.compile(r"\{\w+\}\??|\([^()]*\)\??|\.\.\d*|#|[a-z0-9*/.,]+\??")
NUMBER = r"\d[\d.,/:]*"


class PatternError(ContentError):
    """A pattern in a table of understanding that cannot be read; the message holds the pattern and the reason."""


@dataclass(frozen=True)
class Hit:
    """A pattern found: its key, the index of its first word and the index after its last.

    `parts`: the same for each part of a pattern with `&`, whose words may stand far apart.
    """

    key: str
    start: int
    end: int
    parts: tuple[tuple[int, int], ...] = ()

    def touches(self, other: Hit) -> bool:
        """Do the two share a word?"""
        ours, theirs = self.parts or ((self.start, self.end),), other.parts or ((other.start, other.end),)
        return any(a < d and c < b for a, b in ours for c, d in theirs)


class Patterns:
    """Many patterns under keys, compiled once. `find` tries only those whose rarest word stands in the message.

    `vocabulary` holds their words, and their beginnings of words as they stand there (`numb*`).
    """

    def __init__(self, entries: Iterable[tuple[str, str]], sets: Mapping[str, Iterable[str]]) -> None:
        lists = {name: tuple(words) for name, words in sets.items()}
        self.vocabulary: set[str] = set()
        self._by_word: dict[str, list[tuple[str, tuple[re.Pattern[str], ...]]]] = defaultdict(list)
        self._by_beginning: dict[str, list[tuple[str, tuple[re.Pattern[str], ...]]]] = defaultdict(list)
        for key, pattern in entries:
            self._add(key, pattern, lists)
        self._lengths = sorted({len(beginning) for beginning in self._by_beginning})

    def find(self, words: Words) -> list[Hit]:
        """Every place where a pattern stands in `words`, in no particular order."""
        tried: set[int] = set()
        hits: list[Hit] = []
        for word in set(words.words):
            for key, parts in self._candidates(word):
                if id(parts) not in tried:
                    tried.add(id(parts))
                    hits.extend(_hits(key, parts, words))
        return hits

    def _candidates(self, word: str) -> Iterable[tuple[str, tuple[re.Pattern[str], ...]]]:
        yield from self._by_word.get(word, ())
        for length in self._lengths:
            if length <= len(word):
                yield from self._by_beginning.get(word[:length], ())

    def _add(self, key: str, pattern: str, sets: Mapping[str, tuple[str, ...]]) -> None:
        parts: list[re.Pattern[str]] = []
        anchors: list[set[str]] = []
        for part in pattern.split(" & "):
            elements = _elements(part, sets)
            parts.append(re.compile(_regex(part, elements)))
            anchors.extend(
                {_first_word(phrase) for phrase in e.phrases} for e in elements if e.phrases and not e.optional
            )
            self.vocabulary.update(word for e in elements for phrase in e.phrases for word in phrase.split())
        if not anchors:
            raise PatternError(f"{pattern!r} names no word that must be there")
        found = (key, tuple(parts))
        anchor = min(anchors, key=_commonness)
        if "" in anchor:
            raise PatternError(f"{pattern!r} needs at least one word that is no number")
        for word in anchor:
            if word.endswith("*"):
                self._by_beginning[word[:-1]].append(found)
            else:
                self._by_word[word].append(found)


class Family:
    """Patterns with their exceptions: a place counts unless an exception covers a part of it."""

    def __init__(self, patterns: Iterable[str], exceptions: Iterable[str], sets: Mapping[str, Iterable[str]]) -> None:
        entries = [*(("sign", p) for p in patterns), *((EXCEPTION, p) for p in exceptions)]
        self._patterns = Patterns(entries, sets)
        self.vocabulary = self._patterns.vocabulary

    def __call__(self, words: Words) -> bool:
        """Does any pattern stand in `words`, outside the exceptions?"""
        return bool(outside_exceptions(self._patterns.find(words)))


EXCEPTION = "exception"


def outside_exceptions(hits: list[Hit]) -> list[Hit]:
    """The hits that are no exceptions and share no word with one."""
    exceptions = [hit for hit in hits if hit.key == EXCEPTION]
    return [hit for hit in hits if hit.key != EXCEPTION and not any(hit.touches(e) for e in exceptions)]


@dataclass(frozen=True)
class _Element:
    regex: str
    phrases: tuple[str, ...]
    optional: bool


def _hits(key: str, regexes: tuple[re.Pattern[str], ...], words: Words) -> list[Hit]:
    first, *others = ([words.span(m.start(), m.end()) for m in part.finditer(words.text)] for part in regexes)
    if not all(others):
        return []
    near = [min(spans, key=lambda span: span[0]) for spans in others]
    return [
        Hit(key, min(s for s, _ in parts), max(e for _, e in parts), parts)
        for parts in ((span, *near) for span in first)
    ]


def _elements(part: str, sets: Mapping[str, tuple[str, ...]]) -> list[_Element]:
    bare = part.strip().removeprefix("^").removesuffix("$").strip()
    if not bare or ELEMENT.sub("", bare).strip():
        raise PatternError(f"{part!r} has signs that mean nothing here: {ELEMENT.sub('', bare).strip()!r}")
    return [_element(token, part, sets) for token in ELEMENT.findall(bare)]


def _element(token: str, part: str, sets: Mapping[str, tuple[str, ...]]) -> _Element:
    optional = token.endswith("?")
    token = token.removesuffix("?")
    if token.startswith(".."):
        return _Element(rf"(?:\S+ ){{0,{int(token[2:] or 3)}}}", (), True)
    if token == "#":
        return _Element(NUMBER + " ", (), optional)
    if token.startswith("{"):
        phrases = _listed(token, part, sets)
    elif token.startswith("("):
        phrases = tuple(word for phrase in token[1:-1].split("|") for word in _listed(phrase, part, sets))
    else:
        phrases = (token,)
    inner = "|".join(sorted((_phrase(phrase) for phrase in phrases), key=len, reverse=True))
    return _Element(f"(?:{inner})" + ("?" if optional else ""), phrases, optional)


def _listed(phrase: str, part: str, sets: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The words of a named list; any other phrase is itself."""
    if ".." in phrase or not phrase.strip():
        raise PatternError(f"{part!r} has a gap or nothing at all among its choices")
    if not phrase.startswith("{"):
        return (phrase,)
    if phrase[1:-1] not in sets:
        raise PatternError(f"{part!r} names the list {phrase}, which is not there")
    return sets[phrase[1:-1]]


def _phrase(phrase: str) -> str:
    """The regex of one phrase; every word ends in a space, so that no word is found within another."""
    return "".join(
        NUMBER + " " if word == "#" else re.escape(word).replace(r"\*", r"\S*") + " " for word in phrase.split()
    )


def _regex(part: str, elements: list[_Element]) -> str:
    body = "".join(element.regex for element in elements)
    part = part.strip()
    return ("^ " if part.startswith("^") else "(?<= )") + body + ("$" if part.endswith("$") else "")


def _first_word(phrase: str) -> str:
    word = phrase.split()[0]
    return word if word != "#" else ""


def _commonness(anchors: set[str]) -> tuple[bool, int, int]:
    """Few and long words first: they stand in few messages, so the pattern is seldom tried in vain."""
    return ("" in anchors, len(anchors), -min(len(word) for word in anchors))
