"""The almanac: hands out the words that may be served today, made anew when the day or a recording changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from service.content.freshness import Standing, as_served, dates, standing
from service.content.library import Library
from service.content.reviews import Reviews
from service.conversation.understanding.reader import Reader
from service.front_desk.words import Words

REPLACED = {
    Standing.UNWRITTEN: "page.unwritten",
    Standing.WAITING: "page.waiting",
    Standing.EXPIRED: "page.expired",
}
# How often, in seconds, we look whether recordings were added while we run.
LOOK = 5.0


Make = Callable[[Library, Mapping[str, str], Mapping[str, str], Reader | None], Words]


class Almanac:
    """Calling it gives the words of the day. `edition` grows whenever recordings change; `make` puts words together
    from a library, the phrases standing in for topics not served, the months of those past their date, and a reader
    made before."""

    def __init__(
        self,
        library: Library,
        make: Make,
        *,
        reviews: Callable[[], Reviews],
        review_required: bool,
        edition: Callable[[], int],
        clock: Callable[[], float],
    ) -> None:
        self._library = library
        self._make = make
        self._reviews = reviews
        self._required = review_required
        self._edition = edition
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._made_for: tuple[date, int] | None = None
        self._words: Words | None = None

    def __call__(self) -> Words:
        """The words of today."""
        now = self._clock()
        if self._words is not None and now - self._looked_at < LOOK:
            return self._words
        with self._lock:
            self._looked_at = now
            day = datetime.fromtimestamp(now, UTC).date()
            wanted = (day, self._edition())
            if self._words is None or wanted != self._made_for:
                self._words = self._prepare(day, self._words.reader if self._words else None)
                self._made_for = wanted
            return self._words

    def _prepare(self, day: date, reader: Reader | None) -> Words:
        reviews = self._reviews()
        topics = self._library.topics.values()
        standings = {topic.id: standing(topic, reviews, day, self._required) for topic in topics}
        shown = {topic.id: as_served(topic, reviews, self._required) for topic in topics}
        replaced = {name: REPLACED[found] for name, found in standings.items() if found in REPLACED}
        noted = {}
        for name, found in standings.items():
            known = dates(shown[name], reviews) if found is Standing.DATED else None
            if known:
                noted[name] = known.looked_at.strftime("%Y-%m")
        return self._make(replace(self._library, topics=shown), replaced, noted, reader)
