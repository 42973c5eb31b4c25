"""The information line as callers and writers get it: each topic in both languages, to read and to hear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask.typing import ResponseReturnValue

from service.channels.prompts import Prompt
from service.content.freshness import Dates, Standing, as_served, dates, standing
from service.content.reviews import Review, Reviews, load_reviews, topic_words
from service.content.topic import Topic
from service.conversation.pace import Pace
from service.languages import Language
from service.web.console.console import Console
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

# How a topic stands with its readers: good where these very words were read, or waiting for somebody.
STANDINGS = {
    Standing.SERVED: "served",
    Standing.DATED: "dated",
    Standing.WAITING: "waiting",
    Standing.EXPIRED: "expired",
    Standing.UNWRITTEN: "unwritten",
}


@dataclass(frozen=True)
class Shown:
    """A topic, what it is served as today, and who read it last: `current` if that was these very words."""

    topic: Topic
    standing: str
    dates: Dates | None
    review: Review | None
    current: bool


@dataclass(frozen=True)
class Heard:
    """One page as it is heard: its words, and where its recordings lie by pace."""

    words: str
    recordings: dict[str, str]


def add(console: Console) -> None:
    """The list of topics, and one of them."""

    @console.page("/content", Permission.SEE_CONTENT)
    def content(seat: Seat) -> ResponseReturnValue:
        reviews = load_reviews()
        topics = sorted(seat.parts.almanac().library.topics.values(), key=lambda topic: topic.code)
        shown = [_shown(seat, topic, reviews) for topic in topics]
        return seat.show("content.html", topics=shown, read=sum(one.current for one in shown))

    @console.page("/content/<code>", Permission.SEE_CONTENT)
    def content_topic(seat: Seat, code: str) -> ResponseReturnValue:
        topic = seat.parts.almanac().library.by_code.get(code)
        if topic is None:
            return seat.back("content")
        own = Language(seat.language)
        languages = (own, *(language for language in Language if language is not own))
        heard = {language.value: list(_heard(seat, topic, language)) for language in languages}
        return seat.show(
            "content_topic.html", one=_shown(seat, topic, load_reviews()), heard=heard, in_order=languages
        )


def _shown(seat: Seat, topic: Topic, reviews: Reviews) -> Shown:
    required = seat.parts.settings.content_review == "required"
    review = reviews.latest(f"topic.{topic.id}")
    current = review is not None and reviews.current(review.item, topic_words(topic)) is not None
    found = standing(topic, reviews, seat.dates.today, required)
    return Shown(topic, STANDINGS[found], dates(as_served(topic, reviews, required), reviews), review, current)


def _heard(seat: Seat, topic: Topic, language: Language) -> Iterator[Heard]:
    for number, page in enumerate(topic[language].speech, 1):
        prompt = Prompt(f"topic.{topic.id}.{number}", page.words, language)
        found = {pace.value: seat.parts.recordings.url(language, pace, prompt) for pace in Pace}
        # Where the slow one has not been made yet the line plays the normal one; it is not offered twice.
        distinct = {address: pace for pace, address in reversed(found.items()) if address}
        yield Heard(page.words, {pace: address for address, pace in reversed(distinct.items())})
