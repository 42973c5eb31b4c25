"""Spelling: an unknown word becomes the known one it looks or sounds like; drug names heard in pieces are joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from service.conversation.understanding.normalise import Words
from service.conversation.understanding.sounds import sound, spanish_sound

SHORTEST = 4  # letters; shorter words are too easily another word
ENOUGH = 0.80  # likeness from which a word counts as misspelled; found by the labelled texts
ENOUGH_ABROAD = 0.85
ENOUGH_FOR_NAMES = 0.72  # drug names are long and look like nothing else
# Spanish verbs have too many forms to list them all; drug names do not end like these.
VERB_ENDINGS = (
    "ado",
    "ido",
    "ados",
    "idos",
    "ando",
    "iendo",
    "aron",
    "ieron",
    "aban",
    "amos",
    "emos",
    "aria",
    "arian",
)
ENDINGS = ("s", "es", "ed", "ing", "ly", "er", "ers", "d", "r", "mente", "ndo", "cito", "cita", "itos", "ita", "ito")
LONGEST_NAME_SOUND = 12


class Spelling:
    """Corrects words by the vocabulary of all tables. `names` are drug names; `ordinary` words stay as they are."""

    def __init__(self, vocabulary: Iterable[str], names: Iterable[str], ordinary: Collection[str]) -> None:
        vocabulary = set(vocabulary)
        self._targets = sorted({word for word in vocabulary if len(word) >= SHORTEST and word.isalpha()})
        self._beginnings = tuple(word[:-1] for word in vocabulary if word.endswith("*") and len(word) > SHORTEST)
        self._names = frozenset(name for name in names if name.isalpha() and len(name) >= SHORTEST)
        self._known = frozenset(self._targets) | {word for word in ordinary if not self._is_a_name_abroad(word)}
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in self._targets:
            self._by_sound[sound(word)].append(word)
        self._by_spanish_sound = {spanish_sound(word): word for word in self._targets if len(word) > SHORTEST}
        self._names_by_sound = {sound(name): name for name in sorted(self._names) if len(name) >= 5}
        self.correct_word = lru_cache(maxsize=4096)(self._correct_word)

    def correct(self, words: Words) -> Words:
        """The message with unknown words replaced by the known ones they are most like; itself if there are none."""
        corrected = tuple(self.correct_word(word) for word in words.words)
        return words if corrected == words.words else words.with_words(corrected)

    def joined_names(self, words: Words) -> list[str]:
        """Drug names that a speech recogniser heard as two to four small words (`in her two`, `key true duh`).

        Only where these words are the whole message, or hold a word that is none: her toe is not a drug.
        """
        tokens = words.words
        found = []
        for length in (2, 3, 4):
            for start in range(len(tokens) - length + 1):
                piece = tokens[start : start + length]
                whole = length == len(tokens)
                if not whole and all(self._is_known(word) for word in piece):
                    continue
                name = self._names_by_sound.get(sound("".join(piece)))
                if name and (whole or len(sound(name)) >= 5):
                    found.append(name)
        return found

    def _is_a_name_abroad(self, word: str) -> bool:
        """Capecitabina stands on a Spanish page and is spelled right there, yet it is found as capecitabine."""
        return (
            len(word) > 6
            and word not in self._names
            and bool(
                process.extractOne(word, self._names, scorer=OSA.normalized_similarity, score_cutoff=ENOUGH_ABROAD)
            )
        )

    def _is_known(self, word: str) -> bool:
        if (
            word in self._known
            or not word.isalpha()
            or word.startswith(self._beginnings)
            or word.endswith(VERB_ENDINGS)
        ):
            return True
        return any(
            word.endswith(ending) and len(word) - len(ending) >= SHORTEST - 1 and word[: -len(ending)] in self._known
            for ending in ENDINGS
        )

    def _correct_word(self, word: str) -> str:
        if len(word) < SHORTEST or word in self._known or not word.isalpha():
            return word
        if word.endswith("in") and f"{word}g" in self._known:  # burnin, throwin
            return f"{word}g"
        if written_by_ear := self._by_spanish_sound.get(spanish_sound(word)):  # ekivocado, convulcion, yorando
            return written_by_ear
        if self._is_known(word):
            return word
        heard = sound(word)
        alike = process.extract(word, self._targets, scorer=OSA.normalized_similarity, score_cutoff=0.55, limit=6)
        candidates = {target for target, _, _ in alike} | set(self._by_sound.get(heard, ()))
        best = max(candidates, key=lambda target: (_likeness(word, heard, target), target), default=word)
        needed = ENOUGH_FOR_NAMES if best in self._names and len(best) >= 6 else ENOUGH
        return best if candidates and _likeness(word, heard, best) >= needed else word


def _likeness(word: str, heard: str, target: str) -> float:
    """How alike two words are, 0 to 1: by letters, or by letters and sound together."""
    letters = OSA.normalized_similarity(word, target)
    target_sound = sound(target)
    sounds = OSA.normalized_similarity(heard, target_sound)
    both = 0.4 * letters + 0.6 * sounds + (0.08 if heard == target_sound and len(heard) >= 4 else 0)
    return max(letters, both) if word[0] == target[0] or heard[:1] == target_sound[:1] else min(letters, both)
