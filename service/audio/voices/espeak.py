"""espeak-ng, the default voice: it comes with the install, needs no internet and gives the same bytes everywhere."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version

import numpy as np

from service.audio.phrasing import PAUSES, phrases
from service.audio.pronunciation import table
from service.audio.script import Line
from service.audio.voices.voice import CannotSpeak, Sound, joined
from service.conversation.pace import Pace
from service.languages import Language

# The Klatt voices at this volume were the best understood by a recogniser through a telephone channel, by far.
VOICES = {Language.ENGLISH: "en-us+klatt5", Language.SPANISH: "es-419+klatt3"}
VOLUME = 60
PITCH = 50
# The engine's nominal words a minute, which are not real ones: English 130 gives 172, Spanish 150 gives 163.
RATES = {
    (Language.ENGLISH, Pace.NORMAL): 130,
    (Language.SPANISH, Pace.NORMAL): 138,
    (Language.ENGLISH, Pace.SLOW): 120,
    (Language.SPANISH, Pace.SLOW): 132,
}
PATIENCE_S = 60


class Espeak:
    """A fresh child process for each line."""

    name = "espeak"

    def setting(self, line: Line) -> str:
        pauses = "/".join(str(seconds) for seconds in PAUSES[line.pace].values())
        return (
            f"{version('espeakng-loader')} {VOICES[line.language]} rate {RATES[line.language, line.pace]}"
            f" volume {VOLUME} pitch {PITCH} pauses {pauses}"
        )

    def notation(self, line: Line) -> str:
        return table(line.language).in_notation(line.spoken, self.name)

    def speak(self, line: Line) -> Sound:
        cut = phrases(line.spoken, line.pace)
        known = table(line.language)
        answer = _ask_child(
            task="speak",
            voice=VOICES[line.language],
            rate=RATES[line.language, line.pace],
            volume=VOLUME,
            pitch=PITCH,
            phrases=[known.in_notation(phrase, self.name) for phrase, _ in cut],
        )
        rate, *spoken = answer
        return joined(
            [_samples(part) for part in spoken], [pause for _, pause in cut], int.from_bytes(rate, "little")
        )


def phonemes(words: list[str], language: Language) -> list[str]:
    """How the engine itself would pronounce each word, in its own letters."""
    _, *spelled = _ask_child(task="spell", voice=VOICES[language].partition("+")[0], phrases=words)
    return [part.decode() for part in spelled]


def _ask_child(**request: object) -> list[bytes]:
    """The samples a second as four bytes, then one answer for each phrase."""
    try:
        child = subprocess.run(
            [sys.executable, "-m", "service.audio.voices.espeak_child"],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotSpeak(f"espeak-ng said nothing for {PATIENCE_S} s") from error
    if child.returncode:
        raise CannotSpeak(
            child.stderr.decode(errors="replace").strip()[-300:] or f"espeak-ng ended with {child.returncode}"
        )
    return list(_parts(child.stdout))


def _parts(answer: bytes) -> Iterator[bytes]:
    yield answer[:4]
    at = 4
    while at < len(answer):
        (size,) = struct.unpack_from("<I", answer, at)
        yield answer[at + 4 : at + 4 + size]
        at += 4 + size


def _samples(pcm: bytes) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (np.frombuffer(pcm, dtype="<i2") / np.float32(32768)).astype(np.float32)
