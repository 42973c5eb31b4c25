"""Temperatures: which numbers in a message are a thermometer's, and whether they are a fever."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.conversation.understanding.normalise import Words
from service.conversation.understanding.spoken_numbers import SpokenNumbers

READING = re.compile(r"(\d{2,3})(?:[.,](\d{1,2}))?(f|c)?")
BETWEEN_SCALES = 60  # no person is this hot in Celsius or this cold in Fahrenheit


@dataclass(frozen=True)
class Temperature:
    """A reading as written, and whether it is a fever (100.4 F, 38.0 C and above)."""

    value: str
    high: bool


class Thermometer:
    """Finds temperatures by the ranges and words of `temperature.yaml`."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._high = table["high"]
        self._alone, self._beside = table["alone"], table["beside_fever"]
        self.fever_words = frozenset(table["fever_words"])
        self._around = frozenset(table["around"])
        self._age = re.compile(rf"(?<= )(?:{'|'.join(table['age_before'])}) $")
        self._units, self._measures = frozenset(table["unit_after"]), frozenset(table["measure_before"])
        self._laboratory = frozenset(table["laboratory"])
        self._spoken = SpokenNumbers(table["spoken"])

    def read(self, words: Words, near_fever: bool) -> Temperature | None:
        """The most worrying temperature in the message, or None. A fever word nearby widens what counts as one."""
        tokens = self._spoken.written_out(words.text).split()
        several = self._several(tokens)
        readings = [
            Temperature(token, self._is_high(degrees))
            for at, token in enumerate(tokens)
            if (match := READING.fullmatch(token))
            and not self._is_something_else(tokens, at)
            and (
                self._counts(degrees := float(f"{match[1]}.{match[2] or 0}"), match, tokens, at, near_fever)
                or several
            )
        ]
        return max(readings, key=lambda reading: reading.high, default=None)

    def _counts(self, degrees: float, match: re.Match[str], tokens: list[str], at: int, near_fever: bool) -> bool:
        if len(tokens) == 1:
            return self._counts_alone(degrees, match, near_fever)
        if not self.fever_words.isdisjoint(tokens) and _within(degrees, self._beside):
            return True
        if match[2] and len(match[2]) == 1 and self._is_high(degrees) and not self._is_measured(tokens, at):
            return True
        return all(word in self._around for word in tokens if word != tokens[at]) and self._counts_framed(
            degrees, match, tokens, at
        )

    def _counts_alone(self, degrees: float, match: re.Match[str], near_fever: bool) -> bool:
        if near_fever and _within(degrees, self._beside):
            return True
        if match[2] or match[3]:
            return _between(degrees, self._alone["decimal_celsius"]) or _between(degrees, self._alone["fahrenheit"])
        return degrees in self._alone["whole_celsius"] or _between(degrees, self._alone["fahrenheit"])

    def _counts_framed(self, degrees: float, match: re.Match[str], tokens: list[str], at: int) -> bool:
        """`its 103`, `tengo 38.2 ahora`; but `i am 39` is an age."""
        if degrees < BETWEEN_SCALES and not match[2] and self._age.search(f" {' '.join(tokens[:at])} "):
            return False
        return _between(degrees, self._alone["fahrenheit"]) or _between(degrees, self._alone["decimal_celsius"])

    def _is_measured(self, tokens: list[str], at: int) -> bool:
        """A marker of 38.5, 101.5 pounds: a laboratory's or a scale's word stands close by."""
        return not self._laboratory.isdisjoint(tokens[max(0, at - 4) : at + 3])

    def _several(self, tokens: list[str]) -> bool:
        """`it was 100.2, now it is 101`: nothing but thermometer readings, one of them with a decimal."""
        numbers = [match for token in tokens if (match := READING.fullmatch(token))]
        if len(numbers) < 2 or not any(number[2] for number in numbers) or not self._laboratory.isdisjoint(tokens):
            return False
        return all(_within(float(f"{number[1]}.{number[2] or 0}"), self._beside) for number in numbers)

    def _is_something_else(self, tokens: list[str], at: int) -> bool:
        """38 weeks, stage 4, a tumor marker of 38.5."""
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        return after in self._units or not self._measures.isdisjoint(tokens[max(0, at - 3) : at])

    def _is_high(self, degrees: float) -> bool:
        high: float = self._high["celsius" if degrees < BETWEEN_SCALES else "fahrenheit"]
        return degrees >= high


def _within(degrees: float, ranges: Mapping[str, Any]) -> bool:
    return _between(degrees, ranges["celsius"]) or _between(degrees, ranges["fahrenheit"])


def _between(degrees: float, limits: list[float]) -> bool:
    return limits[0] <= degrees <= limits[1]
