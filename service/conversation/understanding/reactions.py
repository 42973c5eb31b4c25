"""What phones send by themselves: reactions that quote our own words, and automatic replies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from service.conversation.understanding.normalise import Words, plain_line
from service.conversation.understanding.patterns import Patterns

QUOTED = re.compile(r'^(?P<before>[^"]{0,60}?)["«](?P<quotation>.*)["»]?\s*\S?$', re.DOTALL)
TO = re.compile(r"^(?:to|a|from|de)$|\b(?:to|a|from|de)$")


class Reactions:
    """Recognises reactions with a quotation and auto-replies, by `reactions.yaml`."""

    def __init__(self, table: Mapping[str, Any], sets: Mapping[str, Iterable[str]]) -> None:
        self._liked, self._others = frozenset(table["liked"]), frozenset(table["others"])
        self._reacted = frozenset(table["reacted"])
        self._liking_signs = frozenset(table["liking_signs"])
        self._auto = Patterns([("auto", pattern) for pattern in table["auto_replies"]], sets)

    def reaction(self, text: str) -> bool | None:
        """None: this is no reaction. Else whether it is a liking one. The quotation is ours and is never read."""
        line = text.replace("“", '"').replace("”", '"').replace("„", '"').strip()
        match = QUOTED.match(line)
        before = (match["before"] if match else line).strip()
        said = " ".join(re.findall(r"[a-z]+", plain_line(before)))
        if match is None:
            # Loved an image, Disliked a message
            told = re.fullmatch(
                r"(\w+(?: \w+){0,2}?) (?:an? |una? )?(?:image|photo|message|imagen|foto|mensaje)", said
            )
            return self._verdict(told[1]) if told else None
        if said in self._liked or said in self._others:
            return said in self._liked
        first = said.split(" ")[0] if said else ""
        signs = {c for c in before if ord(c) > 0x2000}
        if TO.search(said) and (signs or first in self._reacted):
            return first not in self._reacted_away() and bool(signs & self._liking_signs)
        return None

    def auto_reply(self, words: Words) -> bool:
        """Did a phone, a car or a mail service write this?"""
        return bool(self._auto.find(words))

    def _verdict(self, said: str) -> bool | None:
        return said in self._liked if said in self._liked or said in self._others else None

    def _reacted_away(self) -> frozenset[str]:
        """A reaction taken back is no like."""
        return self._reacted - {"reacted", "reacciono"}
