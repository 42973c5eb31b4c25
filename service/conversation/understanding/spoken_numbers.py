"""Numbers said in words, as far as a thermometer goes: `hundred and two` is 102, `treinta y nueve y medio` 39.5."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class SpokenNumbers:
    """Writes spoken numbers as digits, by the `spoken` part of `temperature.yaml`."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        units, tens = table["units"], table["tens"]
        self._numbers: dict[str, int] = dict(table["whole"])
        for unit, value in units.items():
            self._numbers.update({f"{hundred} {unit}": 100 + value for hundred in table["hundreds"]})
            self._numbers.update({f"{ten} {unit}": base + value for ten, base in tens.items()})
        self._first_words = frozenset(phrase.split()[0] for phrase in self._numbers)
        longest_first = sorted(self._numbers, key=len, reverse=True)
        self._spoken = re.compile(rf"(?<= )(?:{'|'.join(longest_first)})(?= )")
        points, halves = "|".join(table["point"]), "|".join(table["half"])
        self._tenth = re.compile(rf"(?<= )(\d+) (?:{points}) (\d|{'|'.join(units)})(?= )")
        self._half = re.compile(rf"(?<= )(\d+) (?:{halves})(?= )")
        self._units = {name: str(value) for name, value in units.items()}

    def written_out(self, text: str) -> str:
        """`text` (words with spaces around) with its spoken numbers as digits."""
        if not self._first_words.isdisjoint(text.split()):
            text = self._spoken.sub(lambda found: str(self._numbers[found[0]]), text)
        text = self._tenth.sub(lambda found: f"{found[1]}.{self._units.get(found[2], found[2])}", text)
        return self._half.sub(r"\1.5", text)
