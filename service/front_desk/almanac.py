"""The almanac: hands out the words that may be served today, made anew when anything changes what they should be."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from service.content.freshness import Standing, as_served, dates, standing
from service.content.library import Library
from service.front_desk.noticeboard import Posted
from service.front_desk.words import Words

REPLACED = {
    Standing.UNWRITTEN: "page.unwritten",
    Standing.WAITING: "page.waiting",
    Standing.EXPIRED: "page.expired",
}
WITHDRAWN = "page.closed"
# How often, in seconds, we look whether recordings were added or decisions posted while we run.
LOOK = 5.0


Make = Callable[[Library, Mapping[str, str], Mapping[str, str], Words | None, bool], Words]


@dataclass(frozen=True)
class _Edition:
    """What the words were made for: the day, and the editions of the recordings and of the noticeboard."""

    day: date
    recordings: int
    posted: int


class Almanac:
    """Calling it gives the words of the day. `posted` is what people decided, as last known, and its edition;
    `edition` grows whenever recordings change; `make` puts words together from a library, the phrases standing in for
    topics not served, the months of those past their date, the words made before, and whether the recordings are
    still the same."""

    def __init__(
        self,
        library: Library,
        make: Make,
        *,
        posted: Callable[[], tuple[int, Posted]],
        review_required: bool,
        edition: Callable[[], int],
        clock: Callable[[], float],
    ) -> None:
        self._library = library
        self._make = make
        self._posted = posted
        self._required = review_required
        self._edition = edition
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._made_for: _Edition | None = None
        self._words: Words | None = None

    def __call__(self) -> Words:
        """The words of today."""
        words = self._words
        if words is not None and self._clock() - self._looked_at < LOOK:
            return words
        return self.renew(waiting=words is None)

    def renew(self, *, waiting: bool = True) -> Words:
        """Look now whether anything changed, and make the words anew if so. Without `waiting` for another thread
        that does so already, the words made before are given."""
        if not self._lock.acquire(blocking=waiting or self._words is None):
            assert self._words is not None
            return self._words
        try:
            now = self._looked_at = self._clock()
            posted_in, posted = self._posted()
            wanted = _Edition(datetime.fromtimestamp(now, UTC).date(), self._edition(), posted_in)
            if self._words is None or wanted != self._made_for:
                same = self._made_for is not None and self._made_for.recordings == wanted.recordings
                self._words = self._prepare(wanted.day, posted, same)
                self._made_for = wanted
            return self._words
        finally:
            self._lock.release()

    def _prepare(self, day: date, posted: Posted, same_recordings: bool) -> Words:
        reviews = posted.reviews
        topics = self._library.topics.values()
        standings = {topic.id: standing(topic, reviews, day, self._required) for topic in topics}
        shown = {topic.id: as_served(topic, reviews, self._required) for topic in topics}
        replaced = {name: REPLACED[found] for name, found in standings.items() if found in REPLACED}
        replaced |= dict.fromkeys(posted.withdrawn, WITHDRAWN)
        noted = {}
        for name, found in standings.items():
            known = dates(shown[name], reviews) if found is Standing.DATED else None
            if known:
                noted[name] = known.looked_at.strftime("%Y-%m")
        return self._make(replace(self._library, topics=shown), replaced, noted, self._words, same_recordings)
