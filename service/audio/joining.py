"""Joining: a sentence that names a date or a number becomes one file, made of recorded pieces when it is asked for.

Its address holds what to join, sealed: nobody can guess it or read it, any web process can answer it, nothing is kept
on disk, and it opens no more when the visit is over. The same sentence has the same address until a piece changes."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from service.audio.phrasing import PAUSES
from service.conversation.pace import Pace
from service.languages import Language

# Seconds between two words of one phrase, at the normal pace and at the slow one.
BETWEEN_WORDS_S = {Pace.NORMAL: 0.06, Pace.SLOW: 0.12}
LEAD_S, TAIL_S = 0.3, 0.1
PREFIX, SUFFIX = "joined/", ".wav"
MULAW = 7


@dataclass(frozen=True)
class Join:
    """What to join: (clip id, kind of pause after it) each. `until`: when nobody needs it any more, in seconds since
    1970, 0 for never; `keys` changes whenever the sound of a piece does."""

    language: Language
    pace: Pace
    until: int
    pieces: tuple[tuple[str, str], ...]
    keys: str


class Addresses:
    """Seals what to join into a name, and opens it. `secret` is the installation's."""

    def __init__(self, secret: bytes) -> None:
        self._sealing = AESSIV(hashlib.sha512(b"joined recordings:" + secret).digest())

    def name(self, join: Join) -> str:
        """The name below /audio/: about three hundred letters, the same for the same `join`."""
        plain = json.dumps([join.language, join.pace, join.until, join.pieces, join.keys], separators=(",", ":"))
        sealed = self._sealing.encrypt(zlib.compress(plain.encode(), 9), None)
        return PREFIX + base64.urlsafe_b64encode(sealed).decode().rstrip("=") + SUFFIX

    def open(self, name: str, now: float) -> Join | None:
        """What `name` holds; None for a name that we have not made, or whose time is over at `now`."""
        sealed = name.removeprefix(PREFIX).removesuffix(SUFFIX)
        try:
            packed = self._sealing.decrypt(base64.b64decode(sealed + "=" * (-len(sealed) % 4), b"-_", True), None)
        except (InvalidTag, ValueError):
            return None
        language, pace, until, pieces, keys = json.loads(zlib.decompress(packed))
        join = Join(Language(language), Pace(pace), until, tuple((clip, pause) for clip, pause in pieces), keys)
        return join if not join.until or now < join.until else None


def joined(clips: Sequence[bytes], pauses: Sequence[str], pace: Pace) -> bytes:
    """One WAV of the sound of `clips` (mono WAV files of one format), each without the silence around it and followed
    by its pause (`word`, `phrase` or `sentence`). Raises ValueError where they are of several formats, or no WAV."""
    parts = [_chunks(clip) for clip in clips]
    form = parts[0][0]
    if any(other != form for other, _ in parts):
        raise ValueError("recordings of several formats cannot be joined")
    kind, _, rate, _, size = struct.unpack_from("<HHIIH", form)
    silent = b"\xff" if kind == MULAW else bytes(size)
    pause_s = {"word": BETWEEN_WORDS_S[pace], **PAUSES[pace]}
    sound = bytearray(silent * round(LEAD_S * rate))
    for (_, samples), pause in zip(parts, pauses, strict=True):
        sound += _trimmed(samples, silent) + silent * round(pause_s[pause] * rate)
    del sound[len(sound) - round(pause_s[pauses[-1]] * rate) * size :]
    sound += silent * round(TAIL_S * rate)
    count = struct.pack("<I", len(sound) // size)
    return _chunk(b"RIFF", b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"fact", count) + _chunk(b"data", bytes(sound)))


def _trimmed(samples: bytes, silent: bytes) -> bytes:
    """`samples` without the exact silence that the finish put before and after the speech."""
    size = len(silent)
    first = (len(samples) - len(samples.lstrip(silent[:1]))) // size * size
    end = -(-len(samples.rstrip(silent[:1])) // size) * size
    return samples[first:end]


def _chunks(wav: bytes) -> tuple[bytes, bytes]:
    """The format and the samples of a WAV."""
    if wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise ValueError("this is no WAV")
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(wav):
        name, size = struct.unpack_from("<4sI", wav, at)
        found[name] = wav[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    if b"fmt " not in found or b"data" not in found:
        raise ValueError("this WAV has no sound")
    return found[b"fmt "][:16], found[b"data"]


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
