"""A stash: rows that were read and checked, on disk until they are loaded, under a key that only this run knows."""

from __future__ import annotations

import os
import pickle
import struct
import tempfile
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Thing = TypeVar("Thing")
AT_ONCE = 500


class Stash(Generic[Thing]):
    """Takes things in and gives them back in batches, in order, as often as wanted. A hundred thousand rows are read
    outside any transaction and need no room in memory; what lies on disk is names and numbers, so it is sealed, and
    gone with the file, which has no name."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the stash
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._batch: list[Thing] = []
        self.count = 0

    def add(self, thing: Thing) -> None:
        """Take one thing in."""
        self._batch.append(thing)
        self.count += 1
        if len(self._batch) >= AT_ONCE:
            self._write()

    def batches(self) -> Iterator[list[Thing]]:
        """Everything, in lists of at most 500."""
        self._write()
        self._file.seek(0)
        while head := self._file.read(16):
            nonce, (length,) = head[:12], struct.unpack(">I", head[12:])
            sealed = self._file.read(length)
            # Only what this very object sealed opens, so nothing foreign is ever unpickled.
            batch: list[Thing] = pickle.loads(self._cipher.decrypt(nonce, sealed, None))  # noqa: S301
            yield batch
        self._file.seek(0, os.SEEK_END)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Stash[Thing]:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _write(self) -> None:
        if self._batch:
            nonce = os.urandom(12)
            sealed = self._cipher.encrypt(nonce, pickle.dumps(self._batch), None)
            self._file.write(nonce + struct.pack(">I", len(sealed)) + sealed)
            self._batch = []
