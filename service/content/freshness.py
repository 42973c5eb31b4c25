"""Freshness: how long a page may be trusted, and what it is served as once that time is over."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from zlib import crc32

from service.content.reviews import Review, Reviews, as_reviewed, topic_words
from service.content.topic import Topic

MONTHS, MONTHS_OF_DRUGS = 6, 3
GRACE = timedelta(days=60)

# Branch 1 and the helplines: a person in danger is never told that a page is being updated.
ALWAYS_SERVED = frozenset({"helplines", "when-to-call", "fever", "spine-warning", "high-calcium"})


class Standing(Enum):
    """What a page is served as today."""

    SERVED = "served"
    DATED = "served with the month in which it was checked"
    WAITING = "waiting for the clinic's review"
    EXPIRED = "being updated"
    UNWRITTEN = "being written"


@dataclass(frozen=True)
class Dates:
    """When a page was last looked at, by when it should be reviewed again, and from when on it is past its date."""

    looked_at: date
    review_by: date
    expires: date


def standing(topic: Topic, reviews: Reviews, today: date, review_required: bool) -> Standing:
    """What `topic` is served as on the day `today`. `review_required`: only reviewed words may be served.

    Drug pages stop on the day they expire; other pages go on for 60 days with the month in which they were checked;
    urgent help and helplines never stop."""
    shown = as_served(topic, reviews, review_required)
    if not shown.written:
        return Standing.UNWRITTEN
    always = topic.id in ALWAYS_SERVED
    if review_required and not always and reviews.latest(f"topic.{topic.id}") is None:
        return Standing.WAITING
    times = dates(shown, reviews)
    if times is not None and today <= times.expires:
        return Standing.SERVED
    if always:
        return Standing.DATED
    if times is None or topic.drug_page or today > times.expires + GRACE:
        return Standing.EXPIRED
    return Standing.DATED


def as_served(topic: Topic, reviews: Reviews, review_required: bool) -> Topic:
    """`topic` in the words that may be served: where a review is required, the words that were last reviewed."""
    review = reviews.latest(f"topic.{topic.id}")
    if not review_required or review is None or reviews.current(review.item, topic_words(topic)):
        return topic
    return as_reviewed(topic, review)


def dates(topic: Topic, reviews: Reviews) -> Dates | None:
    """The dates of `topic`, counted from the later of the day it was checked and the last review of these very words.

    None where nobody has done either. `review_by` lies two to six weeks before `expires`, spread by the topic's name,
    so that a clinic is not asked to read everything on one day."""
    review: Review | None = reviews.current(f"topic.{topic.id}", topic_words(topic))
    looked_at = max((day for day in (topic.checked, review.on if review else None) if day), default=None)
    if looked_at is None:
        return None
    expires = _months_later(looked_at, MONTHS_OF_DRUGS if topic.drug_page else MONTHS)
    return Dates(looked_at, expires - timedelta(days=14 + crc32(topic.id.encode()) % 29), expires)


def _months_later(day: date, months: int) -> date:
    """The same day of the month that many months later, or the last day of that month where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
