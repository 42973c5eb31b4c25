"""What every voice can do: say a line, and name everything that decides how it sounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from service.audio.script import Line

Samples = NDArray[np.float32]
FADE_S = 0.008


class CannotSpeak(Exception):
    """This line has no sound from this voice; the message says why and what to do about it."""


@dataclass(frozen=True)
class Sound:
    """Mono samples from -1 to 1, and how many of them make a second."""

    samples: Samples
    rate: int


class Voice(Protocol):
    """An engine. Two lines with the same words and the same `setting` sound the same."""

    name: str

    def setting(self, line: Line) -> str:
        """Version, voice, pace and pitch as one string: it enters the key, so a change renders the clip again."""

    def notation(self, line: Line) -> str:
        """The words that the engine is handed: the spoken form with this engine's own pronunciations."""

    def speak(self, line: Line) -> Sound:
        """The line as sound. Raises CannotSpeak."""


def silence(seconds: float, rate: int) -> Samples:
    """So many seconds of nothing."""
    return np.zeros(round(seconds * rate), dtype=np.float32)


def joined(phrases: list[Samples], pauses: list[float], rate: int) -> Sound:
    """Phrases one after the other, each followed by its pause in seconds; the last pause is left to `finish`."""
    parts: list[Samples] = []
    for phrase, pause in zip(phrases, pauses, strict=True):
        parts += [_without_click(phrase, rate), silence(pause, rate)]
    return Sound(np.concatenate(parts[:-1]) if parts else silence(0, rate), rate)


def _without_click(phrase: Samples, rate: int) -> Samples:
    """An engine may stop at full strength: a few milliseconds of fading keep the ear from hearing a click."""
    size = min(len(phrase), round(FADE_S * rate))
    faded = phrase.copy()
    faded[len(faded) - size :] *= np.linspace(1, 0, size, dtype=np.float32)
    return faded
