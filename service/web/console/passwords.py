"""Passwords: argon2id, a few at a time, and none that everybody would guess."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.content.library import HERE, read

SHORTEST, LONGEST = 12, 128
# What people write for a letter, and put about a word to make it long enough.
LOOK_ALIKES = str.maketrans(
    {"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "5": "s", "$": "s", "7": "t"}
)
AROUND = "0123456789!?.,;:-_#*+ "
MOST_AROUND = 8
# OWASP's least: two passes over 19 MiB. Two at once keep an attack from filling the memory.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AT_ONCE = threading.BoundedSemaphore(2)
# In seconds: whoever waits longer is told to try again.
PATIENCE = 3.0
# What an unknown name is compared with, so that it takes as long as a known one.
NOBODY = HASHER.hash("nobody has this password")


class Busy(Exception):
    """Too many people sign in at this moment; trying again in a few seconds helps."""


def weakness(password: str, *personal: str) -> str:
    """Why `password` will not do, as a phrase of the console; empty where it will. `personal`: names that somebody
    who knows the person or the clinic would try."""
    plain = password.casefold()
    if len(password) < SHORTEST:
        return "password.short"
    if len(password) > LONGEST:
        return "password.long"
    if len(set(plain)) < 5:
        return "password.repeats"
    if _is_common(plain):
        return "password.common"
    rest = plain
    for name in sorted(" ".join(personal).casefold().split(), key=len, reverse=True):
        rest = rest.replace(name, "") if len(name) > 2 else rest
    if sum(map(str.isalnum, rest)) < 6:
        return "password.personal"
    return ""


def keep(password: str) -> str:
    """The hash to keep. Raises Busy."""
    with _Turn():
        return HASHER.hash(password)


def matches(kept: str, password: str) -> bool:
    """Is this the password? With nothing kept the answer is no and takes as long. Raises Busy."""
    with _Turn():
        try:
            return HASHER.verify(kept or NOBODY, password[: LONGEST + 1]) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


class _Turn:
    def __enter__(self) -> None:
        if not AT_ONCE.acquire(timeout=PATIENCE):
            raise Busy

    def __exit__(self, *_: object) -> None:
        AT_ONCE.release()


def _is_common(plain: str) -> bool:
    """Is it on the list: as it is, several times over, or with look-alikes and a year or a row of digits about it?"""
    typed = "".join(filter(str.isalnum, plain))
    bare = "".join(filter(str.isalpha, plain.strip(AROUND).translate(LOOK_ALIKES)))
    around = sum(not character.isalpha() for character in plain)
    said = {typed, bare} if around <= MOST_AROUND else {typed}
    return any(one and one == word * (len(one) // len(word)) for one in said for word in _common())


@cache
def _common() -> frozenset[str]:
    return frozenset(str(word).casefold() for word in read(HERE / "console" / "common_passwords.yaml"))
