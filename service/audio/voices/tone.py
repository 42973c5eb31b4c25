"""A tone in place of a voice: a quarter of a second for each word, so that tests render without speech."""

from __future__ import annotations

import numpy as np

from service.audio.script import Line
from service.audio.voices.voice import Sound

RATE = 16_000
SECONDS_A_WORD = 0.25


class Tone:
    """Counts what it is asked to say, so that a test can see what was rendered."""

    name = "tone"

    def __init__(self) -> None:
        self.asked: list[Line] = []

    def setting(self, line: Line) -> str:
        return "1"

    def notation(self, line: Line) -> str:
        return line.spoken

    def speak(self, line: Line) -> Sound:
        self.asked.append(line)
        length = round(RATE * SECONDS_A_WORD * (len(line.spoken.split()) + 3))
        wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(length) / RATE)
        return Sound(wave.astype(np.float32), RATE)
