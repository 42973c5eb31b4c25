"""Withdrawals: pages that a clinician took back at once, without waiting for new words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.content.freshness import ALWAYS_SERVED
from service.content.topic import Topic

# The branch of urgent help: its pages answer danger.
URGENT = "1"


@dataclass(frozen=True)
class Withdrawal:
    """One page taken back: `topic` by its id, who did it and why, and when (seconds since 1970)."""

    topic: str
    by: str
    why: str
    at: int


def may_be_withdrawn(topic: Topic) -> bool:
    """May this page be closed? Not what a person in danger needs; a wrong word there is mended by a release."""
    return topic.id not in ALWAYS_SERVED and not topic.code.startswith(URGENT)


def closed(topics: Iterable[Topic], withdrawn: Iterable[str]) -> frozenset[str]:
    """The ids of the topics that are closed: those withdrawn, never one that must always be served."""
    wanted = set(withdrawn)
    return frozenset(topic.id for topic in topics if topic.id in wanted and may_be_withdrawn(topic))
