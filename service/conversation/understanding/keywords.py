"""Topics from words: drug names first, then whole sentences, then the longest phrase, then single words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import OSA

from service.content.topic import Topic
from service.conversation.understanding.normalise import Normaliser, Words
from service.conversation.understanding.patterns import Hit, Patterns
from service.conversation.understanding.reading import Reading


@dataclass(frozen=True)
class _Entry:
    topic: str
    words: tuple[str, ...]
    weight: float


class Keywords:
    """Finds the topic of a message from the keywords of all topics and the sentences of `topics.yaml`."""

    def __init__(
        self,
        topics: Iterable[Topic],
        table: Mapping[str, Any],
        normaliser: Normaliser,
        sets: Mapping[str, Iterable[str]],
    ) -> None:
        self._weights, self._least, self._near = table["weights"], table["least"], table["near"]
        self._others, self._causes = table["others"], frozenset(table["causes"])
        self._drugs, self._signs_win = frozenset(table["drugs"]), frozenset(table["signs_win"])
        self._signs_tie = frozenset(table["signs_tie"])
        self._generic = frozenset(normaliser.words(word).text.strip() for word in table["generic"])
        self._by_first: dict[str, list[_Entry]] = defaultdict(list)
        self.names: set[str] = set()
        self.misspellings: dict[str, set[str]] = {}
        for topic in topics:
            self._add(topic, normaliser)
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry.words))
        self._firm = _sentences(table["firm"], sets)
        self._rules = _sentences(table["rules"], sets)
        self.vocabulary = {word for entries in self._by_first.values() for e in entries for word in e.words}
        self.vocabulary -= set(self.misspellings)
        self.vocabulary |= self._firm.vocabulary | self._rules.vocabulary

    def read(self, words: Words, names: Iterable[str] = (), asked: Iterable[str] = ()) -> Reading | None:
        """The topic, a `choice` of two near ones, or None. `names`: drug names heard in pieces; `asked`: topics of
        signs of danger that are only asked about."""
        scores = self._scores(words, names, asked)
        ranked = sorted(scores, key=lambda topic: (-scores[topic], topic))
        if not ranked or scores[ranked[0]] < self._least:
            return None
        best = ranked[0]
        if len(ranked) > 1 and scores[ranked[1]] >= self._near * scores[best]:
            return Reading("choice", choices=(f"topic:{best}", f"topic:{ranked[1]}"))
        return Reading(f"topic:{best}")

    def _scores(self, words: Words, names: Iterable[str], asked: Iterable[str]) -> dict[str, float]:
        spans = [(entry.topic, entry.weight, start) for start, entry in self._found(words)]
        spans += [(hit.key, self._weights["rule"], hit.start) for hit in _once(self._rules.find(words))]
        spans += [(entry.topic, entry.weight, 0) for name in names for entry in self._by_first.get(name, ())]
        spans += [(topic, self._weights["asked"], 0) for topic in asked]
        evidence: dict[str, list[float]] = defaultdict(list)
        cause = self._cause(words)
        for topic, weight, start in spans:
            evidence[topic].append(weight * (self._weights["complaint"] if start < cause else 1))
        scores = {topic: max(found) + self._others * (sum(found) - max(found)) for topic, found in evidence.items()}
        for topic in {hit.key for hit in self._firm.find(words)}:
            scores[topic] = scores.get(topic, 0) + 2 * self._weights["drug"]
        self._weigh_signs(scores)
        return scores

    def _cause(self, words: Words) -> int:
        """Where the cause begins (from taxol, since the bone shot): what stands before it is the complaint."""
        return next((i for i, word in enumerate(words.words) if i > 0 and word in self._causes), 0)

    def _weigh_signs(self, scores: dict[str, float]) -> None:
        """A drug and a sign of it: for some signs the sign is what they ask about, for others the line asks which."""
        drug = max((scores[topic] for topic in scores if topic in self._drugs), default=0.0)
        if drug < self._weights["drug"]:
            return
        for topic in scores:
            if topic in self._signs_win and scores[topic] >= self._weights["word"]:
                scores[topic] += drug
            elif topic in self._signs_tie and scores[topic] >= self._weights["rule"]:
                scores[topic] = max(scores[topic], drug)

    def _found(self, words: Words) -> list[tuple[int, _Entry]]:
        """Entries in the message with their first word's index, without those that lie within a longer one."""
        spans: list[tuple[int, int, _Entry]] = []
        for start, word in enumerate(words.words):
            for entry in self._by_first.get(word, ()):
                end = start + len(entry.words)
                if words.words[start:end] == entry.words:
                    spans.append((start, end, entry))
        return [
            (start, entry)
            for start, end, entry in spans
            if not any(s <= start and end <= e and (e - s) > (end - start) for s, e, _ in spans)
        ]

    def _add(self, topic: Topic, normaliser: Normaliser) -> None:
        k = topic.keywords
        seen: dict[tuple[str, ...], float] = {}
        for phrase in k.strong:
            words = normaliser.words(phrase).words
            seen[words] = self._weights["drug" if topic.id in self._drugs else "strong"]
            self.names.update(word for word in words if len(words) == 1)
        for phrase in (*k.english, *k.spanish):
            words = normaliser.words(phrase).words
            seen.setdefault(words, self._weight(words))
        right = {word for words in seen for word in words}
        for phrase in k.typo:
            words = normaliser.words(phrase).words
            seen.setdefault(words, self._weight_of_misspelling(words, k.strong, topic.id))
            if len(words) == 1:
                self.misspellings.setdefault(words[0], set()).update(right)
        for words, weight in seen.items():
            if words:
                self._by_first[words[0]].append(_Entry(topic.id, words, weight))

    def learn(self, wrong: str, right: str) -> None:
        """A listed misspelling that spells out as a word known only inside phrases still leads to its topic."""
        for entry in self._by_first.get(wrong, ()):
            if entry.words == (wrong,) and not any(e.words == (right,) for e in self._by_first.get(right, ())):
                self._by_first[right].append(_Entry(entry.topic, (right,), self._weights["generic"]))

    def _weight_of_misspelling(self, words: tuple[str, ...], strong: Iterable[str], topic: str) -> float:
        """As much as the drug's name it stands for, else as any word."""
        if len(words) == 1 and any(OSA.normalized_similarity(words[0], name) > 0.6 for name in strong):
            return float(self._weights["drug" if topic in self._drugs else "strong"])
        return self._weight(words)

    def _weight(self, words: tuple[str, ...]) -> float:
        if " ".join(words) in self._generic:
            return float(self._weights["generic"])
        return float(self._weights[{1: "word", 2: "phrase2"}.get(len(words), "phrase3")])


def _once(hits: list[Hit]) -> list[Hit]:
    """One hit a topic, the first in the message: several sentences that say the same are no stronger."""
    first: dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda hit: hit.start):
        first.setdefault(hit.key, hit)
    return list(first.values())


def _sentences(rules: Mapping[str, list[str]], sets: Mapping[str, Iterable[str]]) -> Patterns:
    return Patterns([(topic, pattern) for topic, patterns in rules.items() for pattern in patterns], sets)
