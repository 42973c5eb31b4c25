"""Phone numbers: reading them, refusing the odd ones, and hiding them."""

from __future__ import annotations

import hmac
import re

E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def is_e164(number: str) -> bool:
    """Is this exactly a number in E.164 form, ASCII digits only, such as +12025550134?"""
    return E164.fullmatch(number) is not None


def blind_index(number: str, key: bytes) -> str:
    """A keyed hash (HMAC-SHA256, 64 hex digits) of a number: the same number gives the same index, and nobody
    without `key` can list all numbers to undo it (a plain hash of every US number takes about an hour)."""
    return hmac.digest(key, number.encode(), "sha256").hex()
