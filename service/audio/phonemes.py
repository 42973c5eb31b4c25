"""How an English word sounds in the letters of a speech recogniser, made from espeak-ng's own."""

from __future__ import annotations

import re

# espeak-ng's American English sounds, each with the recogniser's (ARPABET). Longer ones are looked for first.
SOUNDS = {
    "tS": "CH", "dZ": "JH", "T": "TH", "D": "DH", "S": "SH", "Z": "ZH", "N": "NG", "h": "HH", "j": "Y",
    "aI": "AY", "aU": "AW", "eI": "EY", "oU": "OW", "OI": "OY", "aa": "AE", "a": "AE", "a#": "AH",
    "i:": "IY", "i@": "IH R", "i@3": "IH R", "i": "IY", "I": "IH", "I2": "IH", "I#": "IH", "E": "EH", "e@": "EH R",
    "A:": "AA", "A@": "AA R", "0": "AA", "0#": "AH", "O:": "AO", "O": "AO", "O@": "AO R", "o@": "AO R",
    "u:": "UW", "U": "UH", "U@": "UH R", "V": "AH", "@": "AH", "@L": "AH L", "3:": "ER", "3": "ER",
    **{letter: letter.upper() for letter in "bdfgklmnprstvwz"},
}  # fmt: skip
SOUND = re.compile("|".join(re.escape(sound) for sound in sorted(SOUNDS, key=len, reverse=True)))


def arpabet(phonemes: str) -> str:
    """`t@m'0ksIf,En` as `T AH M AA K S IH F EH N`; stress and what else the recogniser lacks is dropped."""
    return " ".join(SOUNDS[found] for found in SOUND.findall(re.sub("[',;]", "", phonemes)))
