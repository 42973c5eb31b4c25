"""The child process that speaks one clip with espeak-ng and ends: JSON comes in, samples go out.

A library that is loaded once carries state from clip to clip, so its bytes differ from run to run; a fresh
process gives the same bytes every time, and keeps the GPL-licensed library out of our own process."""

from __future__ import annotations

import ctypes
import json
import os
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

import espeakng_loader

SYNCHRONOUS, DONT_EXIT = 2, 0x8000
UTF8, PHONEMES_IN_BRACKETS = 0x1, 0x100
RATE, VOLUME, PITCH = 1, 2, 3
# espeak-ng copies its data path into a buffer of 160 characters and fails without a word where it is too long.
LONGEST_PATH = 150

Heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


def main() -> None:
    """Read a request and write, for each of its phrases, the number of bytes and the 16-bit samples."""
    request = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="voice") as folder:
        library, rate = _start(Path(folder))
        out = sys.stdout.buffer
        out.write(struct.pack("<I", rate))
        for samples in _speak(library, request) if request["task"] == "speak" else _spell(library, request):
            out.write(struct.pack("<I", len(samples)) + samples)


def _start(folder: Path) -> tuple[Any, int]:
    """The library, ready, and its samples a second."""
    data = espeakng_loader.get_data_path()
    if len(data) > LONGEST_PATH:
        os.symlink(data, folder / "espeak-ng-data")
        data = str(folder / "espeak-ng-data")
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, data.encode(), DONT_EXIT)
    if rate <= 0:
        sys.exit(f"espeak-ng could not start with its data in {data}")
    return library, rate


def _speak(library: Any, request: dict[str, Any]) -> list[bytes]:
    """The samples of each phrase."""
    heard = bytearray()

    def collect(samples: int | None, count: int, _events: int | None) -> int:
        if samples and count:
            heard.extend(ctypes.string_at(samples, count * 2))
        return 0

    callback = Heard(collect)
    library.espeak_SetSynthCallback(callback)
    _choose(library, request["voice"])
    for parameter, value in ((RATE, request["rate"]), (VOLUME, request["volume"]), (PITCH, request["pitch"])):
        library.espeak_SetParameter(parameter, value, 0)
    spoken = []
    for phrase in request["phrases"]:
        heard.clear()
        text = phrase.encode() + b"\0"
        if library.espeak_Synth(text, len(text), 0, 1, 0, UTF8 | PHONEMES_IN_BRACKETS, None, None):
            sys.exit(f"espeak-ng refused: {phrase}")
        spoken.append(bytes(heard))
    return spoken


def _spell(library: Any, request: dict[str, Any]) -> list[bytes]:
    """The phonemes of each word, as espeak-ng writes them."""
    _choose(library, request["voice"])
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    spelled = []
    for word in request["phrases"]:
        rest = ctypes.c_char_p(word.encode())
        spelled.append(library.espeak_TextToPhonemes(ctypes.byref(rest), UTF8, 0) or b"")
    return spelled


def _choose(library: Any, voice: str) -> None:
    if library.espeak_SetVoiceByName(voice.encode()):
        sys.exit(f"espeak-ng has no voice {voice}")


if __name__ == "__main__":
    main()
