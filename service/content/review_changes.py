"""What changed in the words of an item since they were last reviewed, word by word, as a person would mark it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

WORD = re.compile(r"\s*\S+")


@dataclass(frozen=True)
class Piece:
    """Some words in a row. `kind` is `same`, `gone` or `new`."""

    kind: str
    words: str


@dataclass(frozen=True)
class Change:
    """One page or title that changed: `where` names it by its path, such as ("en", "text", "1")."""

    where: tuple[str, ...]
    pieces: tuple[Piece, ...]


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes between two forms of an item's words (see `reviews.topic_words`), in the order of the new one."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    return tuple(
        Change(where, tuple(_pieces(before.get(where, ""), after.get(where, ""))))
        for where in dict.fromkeys([*after, *before])
        if before.get(where, "") != after.get(where, "")
    )


def _leaves(words: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(words, Mapping):
        for name, below in words.items():
            yield from _leaves(below, (*where, str(name)))
    elif isinstance(words, list | tuple):
        for number, below in enumerate(words, 1):
            yield from _leaves(below, (*where, str(number)))
    else:
        yield where, str(words)


def _pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = WORD.findall(old), WORD.findall(new)
    for kind, *(start, end, new_start, new_end) in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(after[new_start:new_end]))
            continue
        if start < end:
            yield Piece("gone", "".join(before[start:end]))
        if new_start < new_end:
            yield Piece("new", "".join(after[new_start:new_end]))
