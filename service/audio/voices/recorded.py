"""A human voice: one file for each clip, named by its id, in a folder a language: `en/topic.chemo.1.wav`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import soundfile

from service.audio.script import Line
from service.audio.voices.voice import CannotSpeak, Sound
from service.conversation.pace import Pace

KINDS = ("wav", "flac", "mp3")


class Recorded:
    """Reads `folder/<language>/<clip>.wav`; at the slow pace `<clip>.slow.wav` where there is one."""

    name = "recorded"

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise CannotSpeak(f"{folder} is not a folder: give the recordings' folder with --folder.")
        self.folder = folder

    def setting(self, line: Line) -> str:
        """The hash of the file itself, so that a new take renders its clip again."""
        path = self._file(line)
        return hashlib.sha256(path.read_bytes()).hexdigest() if path else "missing"

    def notation(self, line: Line) -> str:
        return line.spoken

    def speak(self, line: Line) -> Sound:
        path = self._file(line)
        if path is None:
            raise CannotSpeak(
                f"no recording {self.folder / line.language / line.clip}.wav: record it, or render without it"
            )
        try:
            samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise CannotSpeak(f"{path} cannot be read: {error}") from error
        return Sound(samples.mean(axis=1), rate)

    def _file(self, line: Line) -> Path | None:
        names = [f"{line.clip}.slow", line.clip] if line.pace is Pace.SLOW else [line.clip]
        paths = (self.folder / line.language / f"{name}.{kind}" for name in names for kind in KINDS)
        return next((path for path in paths if path.is_file()), None)
