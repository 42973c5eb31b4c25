"""Dates: no page is past its date, and what nobody has reviewed or written yet is said."""

from __future__ import annotations

from collections.abc import Iterator

from service.content.finding import Finding, Level
from service.content.freshness import dates
from service.content.manuscript import Manuscript
from service.content.reviews import topic_words


def expired(manuscript: Manuscript) -> Iterator[Finding]:
    """A page is past its date six months after it was last checked or reviewed, a drug page after three."""
    for topic in manuscript.library.topics.values():
        times = dates(topic, manuscript.reviews)
        if topic.written and times and manuscript.today > times.expires:
            reason = f"past its date: expired on {times.expires}, last looked at on {times.looked_at}"
            yield manuscript.in_topic(topic.id, "checked", reason=reason)
        if topic.checked and topic.checked > manuscript.today:
            reason = f"checked on {topic.checked}, which is still to come"
            yield manuscript.in_topic(topic.id, "checked", reason=reason)


def unwritten(manuscript: Manuscript) -> Iterator[Finding]:
    """A topic without words keeps its code and says that it is being written."""
    for topic in manuscript.library.topics.values():
        if not topic.written:
            level = Level.FAILURE if manuscript.complete else Level.WARNING
            yield manuscript.in_topic(topic.id, "id", reason="being written: it has no pages yet", level=level)


def unreviewed(manuscript: Manuscript) -> Iterator[Finding]:
    """A clinician's review is of exact words: none yet, or words changed since."""
    for topic in manuscript.library.topics.values():
        item = f"topic.{topic.id}"
        if not topic.written or manuscript.reviews.current(item, topic_words(topic)):
            continue
        last = manuscript.reviews.latest(item)
        reason = f"words changed since the review of {last.on}" if last else "not yet clinically reviewed"
        yield manuscript.in_topic(topic.id, "id", reason=reason, level=Level.WARNING)
