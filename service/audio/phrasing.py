"""Where a voice takes breath: a sentence is cut into phrases, each with the pause that follows it."""

from __future__ import annotations

import re

from service.conversation.pace import Pace

PHRASE = re.compile(r"[^.,;:?!]+[.,;:?!]*\s*")
# Seconds. Between choices 500 to 750 ms let a caller find the key; slow speech gains its time here rather
# than by stretching, which older ears follow no better.
PAUSES = {Pace.NORMAL: {"sentence": 0.5, "phrase": 0.16}, Pace.SLOW: {"sentence": 0.75, "phrase": 0.35}}


def phrases(spoken: str, pace: Pace) -> list[tuple[str, float]]:
    """The phrases of `spoken` with their signs, and the seconds of pause after each."""
    cut = []
    for found in PHRASE.finditer(spoken):
        phrase = found[0].strip()
        kind = "phrase" if phrase[-1] in ",;:" or not re.search(r"[.?!]$", phrase) else "sentence"
        if re.search(r"\w", phrase):
            cut.append((phrase, PAUSES[pace][kind]))
    return cut
