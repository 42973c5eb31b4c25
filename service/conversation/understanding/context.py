"""The context of a sign of danger: is it only asked about, long past or plainly denied?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from service.conversation.understanding.normalise import Words
from service.conversation.understanding.patterns import Hit, Patterns

NEAR = 5  # words before a sign within which `she has` or `my` still speaks of it
PRONOUNS = frozenset({"i", "he", "she", "we", "they", "you"})


class Context:
    """Weighs a sign in its sentence, by the rules of `context.yaml`."""

    def __init__(self, table: Mapping[str, Any], sets: Mapping[str, Iterable[str]]) -> None:
        kinds = ("stated", "asking", "going_now", "past", "again")
        self._patterns = Patterns([(kind, pattern) for kind in kinds for pattern in table[kind]], sets)
        self._supposed = frozenset(table["supposed"])
        self._past_verbs = frozenset(table["past_verb"])
        self._new_thought = frozenset(table["new_thought"])
        self._noes = tuple(tuple(no.split()) for no in table["no"])
        self._negative = frozenset(table["negative_signs"])
        self._small, self._or = frozenset(table["small"]), frozenset(table["or"])

    def live(self, signs: list[Hit], words: Words, looked_up: Collection[str] = ()) -> list[Hit]:
        """Those of `signs` that are said of somebody now.

        `looked_up`: keys of signs that people also look up (fever, seizure). For them a question may follow the sign
        (fever or hot flash, how do I tell); for others it must come first: chest pain, what do I do is no question.
        """
        found = self._patterns.find(words)
        denied = self._denied(signs, words)
        return [
            sign
            for sign in signs
            if sign not in denied
            and not self._asked(sign, words, found, sign.key in looked_up)
            and not self._past(sign, words, found)
        ]

    def _asked(self, sign: Hit, words: Words, found: list[Hit], looked_up: bool) -> bool:
        first, last = words.sentence(sign.start, sign.end)
        sentence = words.part(first, last)
        asking = words.breaks.get(last - 1) == "?" or any(
            hit.key == "asking" and (looked_up or first + hit.start <= sign.start)
            for hit in self._patterns.find(sentence)
        )
        if not asking or any(hit.key == "going_now" for hit in found):
            return False
        return not any(
            hit.key == "stated"
            and first <= hit.start <= sign.end
            and hit.end >= sign.start - NEAR
            and not self._is_supposed(hit, words, first)
            for hit in found
        )

    def _is_supposed(self, stated: Hit, words: Words, first: int) -> bool:
        """`if i have`, `when my`, `do i get`; up to two words back, within the sentence. But `i do` states."""
        return any(
            words.words[at] in self._supposed and (at == first or words.words[at - 1] not in PRONOUNS)
            for at in range(max(first, stated.start - 2), stated.start)
        )

    def _past(self, sign: Hit, words: Words, found: list[Hit]) -> bool:
        if any(hit.key == "again" for hit in found):
            return False
        first, last = words.sentence(sign.start, sign.end)
        for hit in found:
            if hit.key != "past" or not first <= hit.start < last:
                continue
            if hit.start >= sign.end and self._new_thought.isdisjoint(
                {*words.words[sign.end : hit.start]} - {"and", "y"}
            ):
                return True
            between = words.words[hit.end : sign.start]
            verbs = words.words[max(first, sign.start - 3) : sign.end]
            if (
                hit.end <= sign.start
                and self._new_thought.isdisjoint(between)
                and not self._past_verbs.isdisjoint(verbs)
            ):
                return True
            if hit.start < sign.end and hit.end > sign.start:
                return True
        return False

    def _denied(self, signs: list[Hit], words: Words) -> list[Hit]:
        """Signs with a plain no directly before them, and those joined to such a one by `or`."""
        denied: list[Hit] = []
        for sign in sorted(signs, key=lambda hit: hit.start):
            if words.words[sign.start] in self._negative:
                continue
            at = sign.start
            while (
                at > 0 and at > sign.start - 3 and words.words[at - 1] in self._small and (at - 1) not in words.breaks
            ):
                at -= 1
            joined = at > 0 and words.words[at - 1] in self._or and any(hit.end == at - 1 for hit in denied)
            if joined or self._no_before(at, words):
                denied.append(sign)
        return denied

    def _no_before(self, at: int, words: Words) -> bool:
        if at == 0 or (at - 1) in words.breaks:
            return False
        return any(words.words[max(0, at - len(no)) : at] == no for no in self._noes)
