"""The reader takes one message and says what it means, safety words first."""

from __future__ import annotations

from collections.abc import Sequence

from service.content.library import Library
from service.conversation.understanding.reading import Reading

COMMANDS = {
    "menu": "menu", "hi": "menu", "hello": "menu", "hola": "menu", "back": "back", "*": "back", "#": "repeat",
    "0": "person", "6": "more", "more": "more", "9": "settings", "stop": "stop", "alto": "stop", "start": "start",
    "yes": "start", "help": "help", "info": "help", "ayuda": "help", "espanol": "language-es", "english": "language-en",
    "remind": "reminders", "visit": "visit", "less": "less", "thanks": "thanks", "ok": "thanks",
}  # fmt: skip
CARRIER = "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT START YES UNSTOP HELP INFO".split()


class Reader:
    """Reads what a person wrote or said. Built once from the library and the tables; holds no state of a talk."""

    def __init__(self, library: Library) -> None:
        self._words = {
            word.casefold(): topic.label
            for topic in library.topics.values()
            for words in (topic.keywords.typo, topic.keywords.spanish, topic.keywords.english, topic.keywords.strong)
            for word in words
        }

    def read(self, text: str, *, near_fever: bool = False) -> Reading:
        """What `text` means. `near_fever`: a fever word or page came in the last 30 minutes. Never raises."""
        words = text.strip().casefold()
        carrier = text.strip().upper() in CARRIER
        if words in COMMANDS:
            return Reading(f"action:{COMMANDS[words]}", carrier=carrier)
        if words and set(words) <= set("12345") and len(words) <= 3:
            return Reading("digit" if len(words) == 1 else "code", value=words)
        return Reading(self._words.get(words, "action:unknown"))

    def read_speech(self, words: str, confidence: float | None, offered: Sequence[tuple[str, str]]) -> Reading:
        """What a caller said, given the choices `offered` as (code or action, spoken title)."""
        return Reading("action:unknown", confident=False)
