"""The vault: what must be read again (a number to send to, words waiting for a nurse) is kept under AES-256-GCM."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Sealed(Exception):
    """Something that none of our keys opens in this place: another key, another row, or changed bytes."""


class Vault:
    """Seals with the first key, opens with any. `keys`: (id, 32 bytes), newest first."""

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        self._ids = [key_id for key_id, _ in keys]
        self._keys = {key_id: AESGCM(key) for key_id, key in keys}

    def seal(self, plain: str, place: str) -> bytes:
        """`plain` encrypted for `place` (table, column and row): moved elsewhere it does not open."""
        key_id = self._ids[0]
        nonce = os.urandom(12)
        return key_id.encode() + b":" + nonce + self._keys[key_id].encrypt(nonce, plain.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """What was sealed for `place`. Raises Sealed."""
        key_id, _, rest = bytes(sealed).partition(b":")
        try:
            return self._keys[key_id.decode()].decrypt(rest[:12], rest[12:], place.encode()).decode()
        except (KeyError, InvalidTag, UnicodeDecodeError, ValueError) as error:
            raise Sealed(f"no key of ours opens {place}") from error

    def is_current(self, sealed: bytes) -> bool:
        """Was this sealed with the newest key? If not, rotation has it still to do."""
        return bytes(sealed).startswith(self._ids[0].encode() + b":")
