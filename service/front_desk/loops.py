"""Telling a machine that answers us from a person, so that two machines stop talking."""

from __future__ import annotations

import hashlib

from service.storage.talks import Talk

# The same text five times within five minutes, or sixty texts within ten: a person in need is below both.
SAME_LIMIT, SAME_SECONDS = 5, 300
ALL_LIMIT, ALL_SECONDS = 60, 600


def count(talk: Talk, body: str, now: int) -> tuple[bool, dict[str, int | str]]:
    """Is this text one of a loop, and the counts to remember. Safety words are answered all the same."""
    same = hashlib.blake2s(body.strip().casefold().encode(), digest_size=8).hexdigest()
    if same == talk.same and now - talk.same_since < SAME_SECONDS:
        same_count, same_since = talk.same_count + 1, talk.same_since
    else:
        same_count, same_since = 1, now
    if now - talk.all_since < ALL_SECONDS:
        all_count, all_since = talk.all_count + 1, talk.all_since
    else:
        all_count, all_since = 1, now
    counts: dict[str, int | str] = {
        "same": same,
        "same_count": same_count,
        "same_since": same_since,
        "all_count": all_count,
        "all_since": all_since,
    }
    return same_count >= SAME_LIMIT or all_count >= ALL_LIMIT, counts
