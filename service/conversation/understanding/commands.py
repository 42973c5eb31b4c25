"""Commands, keys and codes: MENU, BACK, ESPANOL, JOIN 4821, a bare 3, code 311."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from service.conversation.understanding.normalise import Words
from service.conversation.understanding.opt_out import without_politeness
from service.conversation.understanding.patterns import Patterns
from service.conversation.understanding.reading import Reading

CODE = re.compile(r"[1-5]{2,3}|[1-5][. ][1-5](?:[. ][1-5])?")


class Commands:
    """Reads commands by `commands.yaml`."""

    def __init__(self, table: Mapping[str, Any], sets: Mapping[str, Iterable[str]]) -> None:
        self._whole = {phrase: action for action, phrases in table["whole"].items() for phrase in phrases}
        self._polite, self._before_number = table["polite"], table["before_number"]
        self._numbers: Mapping[str, int] = table["number_words"]
        self._order = tuple(table["patterns"])
        self._patterns = Patterns(
            [(action, pattern) for action, patterns in table["patterns"].items() for pattern in patterns], sets
        )
        self._join = re.compile(rf"(?:{table['join']}) ?(\d{{4}})")
        self.vocabulary = {w for phrase in self._whole for w in phrase.split()} | self._patterns.vocabulary

    def whole(self, words: Words) -> Reading | None:
        """A message that is a command, a key, a code or a menu choice and nothing else."""
        text = words.text.strip() or words.raw.strip()
        for rest in (text, *without_politeness(text, self._polite)):
            if rest in self._whole:
                return Reading(f"action:{self._whole[rest]}")
        if joined := self._join.fullmatch(text):
            return Reading("action:join", value=joined[1])
        return self._number(text)

    def inside(self, words: Words) -> Reading | None:
        """A command in a longer message: can we do this in Spanish, remind me about my zometa."""
        found = {hit.key for hit in self._patterns.find(words)}
        action = next((action for action in self._order if action in found and action != "thanks"), None)
        return Reading(f"action:{action}") if action else None

    def thanks(self, words: Words) -> bool:
        """Thanks within a message that means nothing else."""
        return any(hit.key == "thanks" for hit in self._patterns.find(words))

    def _number(self, text: str) -> Reading | None:
        for rest in (text, *without_politeness(text, self._before_number)):
            number = str(self._numbers.get(rest, rest))
            if number in ("1", "2", "3", "4", "5"):
                return Reading("digit", value=number)
            if CODE.fullmatch(number):
                return Reading("code", value=re.sub(r"[. ]", "", number))
        return Reading("action:unknown", value=text) if text.isdigit() and len(text) <= 4 else None
