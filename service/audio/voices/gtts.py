"""Google's voice through gTTS: it sends the words over the internet, so it never gets a clinic's own."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import BinaryIO

import soundfile
from gtts import gTTS
from gtts.tts import gTTSError

from service.audio.script import Line
from service.audio.voices.voice import CannotSpeak, Sound
from service.conversation.pace import Pace
from service.languages import Language

# The accent is chosen by the address that is asked: this one speaks American English and American Spanish.
ACCENT = "com"
TIMEOUT_S = 20
BETWEEN_CLIPS_S = 1.0
TRIES = 5
FIRST_WAIT_S = 30.0

Fetch = Callable[[str, Language, bool, BinaryIO], None]


class Gtts:
    """One clip at a time, a second apart, waiting longer each time that Google says "too many"."""

    name = "gtts"

    def __init__(self, fetch: Fetch | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        self._fetch = fetch or _fetch
        self._sleep = sleep

    def setting(self, line: Line) -> str:
        return f"{version('gtts')} {ACCENT} {line.pace}"

    def notation(self, line: Line) -> str:
        return line.spoken

    def speak(self, line: Line) -> Sound:
        if line.local:
            raise CannotSpeak(
                "holds a clinic's own words, which are never sent to Google: render it with --engine espeak"
            )
        wait = FIRST_WAIT_S
        for attempt in range(1, TRIES + 1):
            # Into memory, because gTTS leaves an empty file behind where it fails.
            mp3 = io.BytesIO()
            try:
                self._fetch(line.spoken, line.language, line.pace is Pace.SLOW, mp3)
                self._sleep(BETWEEN_CLIPS_S)
                return _decoded(mp3)
            except gTTSError as error:
                if not _too_many(error) or attempt == TRIES:
                    raise CannotSpeak(f"Google did not answer: {error}") from error
            self._sleep(wait)
            wait *= 2
        raise AssertionError("the last try returns or raises")


def _fetch(words: str, language: Language, slow: bool, into: BinaryIO) -> None:
    gTTS(words, lang=language.value, tld=ACCENT, slow=slow, timeout=TIMEOUT_S).write_to_fp(into)


def _decoded(mp3: io.BytesIO) -> Sound:
    mp3.seek(0)
    try:
        samples, rate = soundfile.read(mp3, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise CannotSpeak(f"Google's answer is no sound: {error}") from error
    return Sound(samples.mean(axis=1), rate)


def _too_many(error: gTTSError) -> bool:
    response = getattr(error, "rsp", None)
    return getattr(response, "status_code", None) == 429
