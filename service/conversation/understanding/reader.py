"""The reader takes one message and says what it means, step by step, safety words first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from service.content.library import Library
from service.conversation.understanding import tables as table_files
from service.conversation.understanding.commands import Commands
from service.conversation.understanding.context import Context
from service.conversation.understanding.danger import Danger, DangerSigns
from service.conversation.understanding.keywords import Keywords
from service.conversation.understanding.language_of import LanguageOf
from service.conversation.understanding.normalise import Normaliser, Words
from service.conversation.understanding.opt_out import OptOut
from service.conversation.understanding.patterns import Family
from service.conversation.understanding.reactions import Reactions
from service.conversation.understanding.reading import Reading
from service.conversation.understanding.speech import read_speech
from service.conversation.understanding.spelling import Spelling
from service.conversation.understanding.temperature import Thermometer

# A topic asked for in a language (a helpline in Spanish) is answered in the language of its words.
LANGUAGES = ("action:language-es", "action:language-en")
UNKNOWN = Reading("action:unknown")


class Reader:
    """Reads what a person wrote or said. Built once from the library and the tables; holds no state of a talk."""

    def __init__(self, library: Library, tables: Mapping[str, Any] | None = None) -> None:
        t = tables or table_files.load()
        lists = t["lists"]
        ordinary = {language: t["ordinary_words"][language].split() for language in ("en", "es")}
        self._carrier = frozenset((*t["opt_out"]["carrier"], *t["commands"]["carrier"]))
        self._reactions = Reactions(t["reactions"], lists)
        self._crisis = Family(t["crisis"]["patterns"], t["crisis"]["exceptions"], lists)
        self._danger = DangerSigns(t["danger"], Context(t["context"], lists), Thermometer(t["temperature"]), lists)
        self._opt_out = OptOut(t["opt_out"], lists)
        self._commands = Commands(t["commands"], lists)
        self._bereavement = Family(t["bereavement"]["patterns"], t["bereavement"]["exceptions"], lists)
        self._grieving = Family(t["bereavement"]["grieving"], (), lists)
        self._keywords = Keywords(library.topics.values(), t["topics"], Normaliser(t["text_speak"]), lists)
        vocabulary = (
            self._keywords.vocabulary
            | self._crisis.vocabulary
            | self._danger.vocabulary
            | self._opt_out.vocabulary
            | self._commands.vocabulary
            | self._bereavement.vocabulary
        )
        vocabulary -= frozenset(t["ordinary_words"]["small"].split())
        known = {
            *t["ordinary_words"]["small"].split(),
            *ordinary["en"],
            *ordinary["es"],
            *t["text_speak"].values(),
            *_page_words(library),
        }
        self._spelling = _spelling(vocabulary, self._keywords, known)
        self._normaliser = Normaliser(t["text_speak"], vocabulary | known)
        topics = library.topics.values()
        english = {w for topic in topics for phrase in topic.keywords.english for w in phrase.split()}
        spanish = {w for topic in topics for phrase in topic.keywords.spanish for w in phrase.split()}
        self._language_of = LanguageOf({*ordinary["en"], *english}, {*ordinary["es"], *spanish})

    def read(self, text: str, *, near_fever: bool = False) -> Reading:
        """What `text` means: any text has a reading, none raises.

        `near_fever`: a fever word or page came within the last 30 minutes, so that 41 is a temperature, not a code.
        """
        liked = self._reactions.reaction(text)
        if liked is not None:
            return Reading("action:reaction", liked=liked)
        written = self._normaliser.words(text)
        if self._reactions.auto_reply(written):
            return Reading("action:auto-reply")
        words = self._spelling.correct(written)
        reading = self._understand(written, words, near_fever)
        return replace(reading, language=self._language_of(words), carrier=text.strip().upper() in self._carrier)

    def read_speech(self, words: str, confidence: float | None, offered: Sequence[tuple[str, str]]) -> Reading:
        """What a caller said, among the choices `offered` as (code or action, spoken title); see `speech`."""
        return read_speech(self._normaliser, words, confidence, offered)

    def _understand(self, written: Words, words: Words, near_fever: bool) -> Reading:
        if self._opt_out.whole(written):
            return Reading("action:stop", reason=self._opt_out.reason(written))
        versions = (written,) if words is written else (written, words)
        dangers = [self._danger(version, near_fever) for version in versions]
        return (
            self._safety(versions, dangers)
            or self._stop(versions)
            or _low_temperature(dangers)
            or self._commands.whole(written)
            or self._topic(words, dangers[-1].topics)
        )

    def _safety(self, versions: tuple[Words, ...], dangers: list[Danger]) -> Reading | None:
        """Crisis, emergency and urgent, in the words as written and as they were probably meant."""
        stops = any(self._opt_out.in_any_wording(words) for words in versions)
        # Keyed one by one, as on a phone, they mean the same.
        digits = "".join(versions[0].words)
        if digits == "988" or any(self._crisis(words) for words in versions):
            return Reading("action:crisis", also_stop=stops)
        if digits == "911":
            return Reading("action:emergency", reason="other")
        for level in ("emergency", "urgent"):
            for danger in dangers:
                if danger.level == level:
                    return Reading(f"action:{level}", danger.reason, danger.value, also_stop=stops)
        return None

    def _stop(self, versions: tuple[Words, ...]) -> Reading | None:
        for words in versions:
            if self._opt_out.in_any_wording(words):
                if self._told_of_a_death(words):
                    return Reading("action:bereavement", also_stop=True)
                return Reading("action:stop", reason=self._opt_out.reason(words))
            if self._opt_out.perhaps(words):
                return Reading("choice", choices=("action:stop", "topic:emotional"))
        return None

    def _told_of_a_death(self, words: Words) -> bool:
        """News of a death; what people write about their own grief is a topic."""
        return self._bereavement(words) and not self._grieving(words)

    def _topic(self, words: Words, asked: tuple[str, ...]) -> Reading:
        """Bereavement, commands in longer messages, then topics; thanks and unknown last."""
        if self._told_of_a_death(words):
            return Reading("action:bereavement")
        command = self._commands.inside(words) or self._commands.whole(words)
        topic = self._keywords.read(words, self._spelling.joined_names(words), asked)
        if command and not (command.label in LANGUAGES and topic and len(words.words) > 3):
            return command
        return topic or command or (Reading("action:thanks") if self._commands.thanks(words) else UNKNOWN)


def _low_temperature(dangers: list[Danger]) -> Reading | None:
    """A thermometer's number below a fever: the page on fever, with the number."""
    value = next((danger.value for danger in dangers if danger.value), "")
    return Reading("topic:fever", value=value) if value else None


def _spelling(vocabulary: set[str], keywords: Keywords, known: set[str]) -> Spelling:
    """Listed misspellings stay as they are only where the rules of spelling would not find the right word."""
    by_rule = Spelling(vocabulary, keywords.names, known)
    kept = set()
    for wrong, right in keywords.misspellings.items():
        corrected = by_rule.correct_word(wrong)
        if corrected in right:
            keywords.learn(wrong, corrected)
        else:
            kept.add(wrong)
    return Spelling(vocabulary | kept, keywords.names, known)


def _page_words(library: Library) -> set[str]:
    """Every word of our own pages: they are spelled right."""
    normaliser = Normaliser({"none": "none"})
    return {
        word
        for topic in library.topics.values()
        for wording in topic.wordings.values()
        for page in (*wording.text, *wording.speech)
        for word in normaliser.words(page.words).words
    }
