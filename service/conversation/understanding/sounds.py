"""How a word sounds, roughly, so that kemo finds chemo and loopron finds Lupron, in English and Spanish alike."""

from __future__ import annotations

import re
from functools import lru_cache

# In this order. Vowels, and w and y among them, all become `a`; a doubled sound counts once.
RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"[^a-z]", ""),
        (r"ph", "f"),
        (r"^ps|^x|^z", "s"),
        (r"^kn|^gn|^pn", "n"),
        (r"^wr", "r"),
        (r"ough$|augh$", "af"),
        (r"gh", ""),
        (r"tch", "s"),
        (r"(?<=[a-z])tio|(?<=[a-z])cio|(?<=[a-z])sio", "sa"),
        (r"sch|sh", "s"),
        (r"ch", "k"),
        (r"sc(?=[eiy])", "s"),
        (r"c(?=[eiy])", "s"),
        (r"dg(?=[eiy])|g(?=[eiy])", "j"),
        (r"ck|cc|c|q", "k"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"v", "b"),
        (r"ll(?=[aeiou])", "l"),
        (r"h", ""),
        (r"[aeiouyw]+", "a"),
        (r"(.)\1+", r"\1"),
        (r"(?<=.)a$", ""),
    )
)


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """The sound of a lower-case word as a short key; words that sound alike have the same one."""
    for pattern, replacement in RULES:
        word = pattern.sub(replacement, word)
    return word


SPANISH_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"h", ""),
        (r"qu(?=[ei])|c(?![eihc])|q", "k"),
        (r"c(?=[ei])|z", "s"),
        (r"v", "b"),
        (r"ll", "y"),
        (r"g(?=[ei])|x(?=[aeiou])", "j"),
        (r"gu(?=[ei])", "g"),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=8192)
def spanish_sound(word: str) -> str:
    """The sound of a Spanish word with its vowels kept: only letters that are said alike become one."""
    for pattern, replacement in SPANISH_RULES:
        word = pattern.sub(replacement, word)
    return word
