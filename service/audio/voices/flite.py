"""Flite's voice `rms`: better English without an account, where Debian's package `flite` is installed."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cached_property
from pathlib import Path

import soundfile

from service.audio.phrasing import PAUSES, phrases
from service.audio.pronunciation import table
from service.audio.script import Line
from service.audio.voices.voice import CannotSpeak, Sound, joined
from service.conversation.pace import Pace
from service.languages import Language

VOICE = "rms"
STRETCH = {Pace.NORMAL: 1.0, Pace.SLOW: 1.25}
PATIENCE_S = 60


class Flite:
    """English alone; a child process for each phrase. `program` is where Flite lies, None where it does not."""

    name = "flite"

    def __init__(self, program: str | None) -> None:
        if program is None:
            raise CannotSpeak("Flite is not on this machine: `apt install flite`, or choose --engine espeak.")
        self.program = program

    @cached_property
    def version(self) -> str:
        told = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
        return next((word for word in told.stdout.split() if word[:1].isdigit()), "unknown")

    def setting(self, line: Line) -> str:
        pauses = "/".join(str(seconds) for seconds in PAUSES[line.pace].values())
        return f"{self.version} {VOICE} stretch {STRETCH[line.pace]} pauses {pauses}"

    def notation(self, line: Line) -> str:
        return table(line.language).in_notation(line.spoken, self.name)

    def speak(self, line: Line) -> Sound:
        if line.language is not Language.ENGLISH:
            raise CannotSpeak("Flite speaks English alone: render Spanish with --engine espeak --languages es.")
        cut = phrases(self.notation(line), line.pace)
        sounds = [self._say(phrase, STRETCH[line.pace]) for phrase, _ in cut]
        return joined([sound.samples for sound in sounds], [pause for _, pause in cut], sounds[0].rate)

    def _say(self, phrase: str, stretch: float) -> Sound:
        with tempfile.TemporaryDirectory(prefix="voice") as folder:
            path = Path(folder) / "phrase.wav"
            command = [
                self.program,
                "-voice",
                VOICE,
                "--setf",
                f"duration_stretch={stretch}",
                "-t",
                phrase,
                "-o",
                str(path),
            ]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)  # noqa: S603
            except subprocess.TimeoutExpired as error:
                raise CannotSpeak(f"Flite said nothing for {PATIENCE_S} s") from error
            if done.returncode or not path.exists():
                raise CannotSpeak(done.stderr.strip()[-300:] or f"Flite ended with {done.returncode}")
            samples, rate = soundfile.read(path, dtype="float32")
        return Sound(samples, rate)
