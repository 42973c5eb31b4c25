"""Signs of danger: an emergency or something urgent, happening now to somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.conversation.understanding.context import Context
from service.conversation.understanding.normalise import Words
from service.conversation.understanding.patterns import EXCEPTION, Hit, Patterns, outside_exceptions
from service.conversation.understanding.temperature import Temperature, Thermometer


@dataclass(frozen=True)
class Danger:
    """What was found. `level` is `emergency`, `urgent`, or empty where signs were only asked about, past or denied;
    then `topics` holds the pages on them."""

    level: str = ""
    reason: str = ""
    value: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sign:
    level: str
    reason: str
    topic: str
    needs_person: bool


class DangerSigns:
    """Signs of danger now: the tables `danger.yaml`, weighed by `context.yaml`, with the thermometer beside them."""

    def __init__(
        self, table: Mapping[str, Any], context: Context, thermometer: Thermometer, sets: Mapping[str, Iterable[str]]
    ) -> None:
        self._context, self._thermometer = context, thermometer
        self._signs: dict[str, _Sign] = {}
        entries = []
        for level in ("emergency", "urgent"):
            for number, sign in enumerate(table[level]):
                key = f"{level} {number}"
                self._signs[key] = _Sign(level, sign["reason"], sign["topic"], sign.get("person", False))
                entries += [(key, pattern) for pattern in sign["patterns"]]
        self._looked_up = frozenset(key for key, sign in self._signs.items() if sign.needs_person)
        entries += [(EXCEPTION, pattern) for pattern in table["exceptions"]]
        self._patterns = Patterns(entries, sets)
        self.vocabulary = self._patterns.vocabulary
        self._somebody_now = frozenset(word for name in ("person", "now") for word in sets[name])

    def __call__(self, words: Words, near_fever: bool = False) -> Danger:
        """The gravest sign in the message that is said of somebody now."""
        temperature = self._thermometer.read(words, near_fever)
        hits = outside_exceptions(self._patterns.find(words))
        if temperature and not temperature.high:
            hits = [hit for hit in hits if not self._is_plain_fever(hit)]
        live = [
            hit
            for hit in self._context.live(hits, words, self._looked_up)
            if self._has_somebody(hit, words, temperature)
        ]
        grave = min(live, key=lambda hit: (self._signs[hit.key].level != "emergency", hit.start), default=None)
        if grave and self._signs[grave.key].level == "emergency":
            return self._found(grave, temperature)
        if temperature and temperature.high and not self._only_asked(temperature, words):
            return Danger("emergency", "fever", temperature.value)
        if grave:
            return self._found(grave, temperature)
        topics = dict.fromkeys(self._signs[hit.key].topic for hit in hits if hit not in live)
        if temperature:
            topics = {"fever": None}
        return Danger(value=temperature.value if temperature else "", topics=tuple(topics))

    def _found(self, hit: Hit, temperature: Temperature | None) -> Danger:
        sign = self._signs[hit.key]
        return Danger(sign.level, sign.reason, temperature.value if temperature else "")

    def _is_plain_fever(self, hit: Hit) -> bool:
        """A fever word that a low reading answers; chills and shaking stand whatever the thermometer says."""
        sign = self._signs[hit.key]
        return sign.reason == "fever" and sign.needs_person

    def _has_somebody(self, hit: Hit, words: Words, temperature: Temperature | None) -> bool:
        sign = self._signs[hit.key]
        if not sign.needs_person or (temperature and temperature.high):
            return True
        return not self._somebody_now.isdisjoint(words.words)

    def _only_asked(self, temperature: Temperature, words: Words) -> bool:
        at = next((i for i, word in enumerate(words.words) if word == temperature.value), None)
        return at is not None and not self._context.live([Hit("reading", at, at + 1)], words)
