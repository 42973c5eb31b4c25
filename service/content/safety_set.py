"""The safety set: what a clinician must have read before anything that we start is sent."""

from __future__ import annotations

from service.content.library import HERE, Library, read
from service.content.review_items import chosen
from service.content.reviews import Reviews


def unreviewed(library: Library, reviews: Reviews) -> list[str]:
    """The items of the safety set whose present words nobody has reviewed, such as `topic.fever`, `phrase.crisis`."""
    words = chosen(library, (), (), read(HERE / "safety_set.yaml"))
    return [item for item, present in words.items() if reviews.current(item, present) is None]
