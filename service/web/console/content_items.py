"""Topics and fixed sentences as their reviewers see them: the words, who read them, and what changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.channels.prompts import Prompt
from service.channels.sms import Writer
from service.content.freshness import Dates, Standing, as_served, dates, standing
from service.content.library import HERE, ContentError, Library, read
from service.content.phrase import FIELD
from service.content.report import cut_up
from service.content.review_changes import Change, changes
from service.content.review_items import PHRASE, chosen
from service.content.reviews import Review, fingerprint, phrase_words, topic_words
from service.content.topic import Topic
from service.content.withdrawal import Withdrawal
from service.conversation.pace import Pace
from service.conversation.reply import ShowPage
from service.conversation.tree import build
from service.languages import Language
from service.segments import Cut, cut
from service.web.console.seat import Seat

TOPIC = "topic."
# How the address of a review names a whole branch, and what must be read before anything is sent.
BRANCH, SAFETY = "branch.", "safety"


class State(StrEnum):
    """How words stand with their reviewers; the first that holds counts."""

    WITHDRAWN = "withdrawn"
    UNWRITTEN = "unwritten"
    UNREAD = "unread"
    CHANGED = "changed"
    EXPIRED = "expired"
    DUE = "due"
    READ = "read"


@dataclass(frozen=True)
class Sent:
    """One text as it is sent: the pieces in which the carrier cuts it, and what it costs."""

    pieces: tuple[str, ...]
    cut: Cut


@dataclass(frozen=True)
class Heard:
    """One page as it is heard: its words, and where its recordings lie by pace."""

    words: str
    recordings: Mapping[str, str]


@dataclass(frozen=True)
class Item:
    """What somebody reads as one thing. `name` is `topic.ID` or `phrase.ID`, `readers` those of exactly these words,
    `last` the last whole review, `served` whether people get these words today, or others, or none."""

    name: str
    title: str
    topic: Topic | None
    words: Mapping[str, Any]
    state: State
    last: Review | None
    readers: tuple[Review, ...]
    dates: Dates | None
    withdrawal: Withdrawal | None
    standing: Standing
    older_words: bool

    @property
    def changed(self) -> tuple[Change, ...]:
        """What is different from the words that were last reviewed; nothing where nobody has read any."""
        return changes(self.last.words, self.words) if self.last and self.state is State.CHANGED else ()


def topics(seat: Seat) -> list[Item]:
    """Every topic, by its code."""
    library = seat.parts.library
    return [topic_item(seat, topic) for topic in sorted(library.topics.values(), key=lambda topic: topic.code)]


def topic_item(seat: Seat, topic: Topic) -> Item:
    """A topic in its present words, whichever of its forms is served today."""
    posted, required = seat.parts.noticeboard.posted, seat.parts.settings.content_review == "required"
    name, words = f"{TOPIC}{topic.id}", topic_words(topic)
    served = as_served(topic, posted.reviews, required)
    times, withdrawal = dates(topic, posted.reviews), posted.withdrawn.get(topic.id)
    current = posted.reviews.current(name, words) is not None
    state = _state(seat, topic.written, withdrawal, current, posted.reviews.latest(name), times)
    return Item(
        name=name,
        title=topic[seat.language].title,
        topic=topic,
        words=words,
        state=state,
        last=posted.reviews.latest(name),
        readers=posted.reviews.of(name, words),
        dates=times,
        withdrawal=withdrawal,
        standing=standing(topic, posted.reviews, seat.dates.today, required),
        older_words=served != topic,
    )


def phrase_item(seat: Seat, phrase_id: str) -> Item:
    """A fixed sentence. Raises KeyError for one that does not exist."""
    reviews, words = seat.parts.noticeboard.posted.reviews, phrase_words(seat.parts.library.phrases[phrase_id])
    name = f"{PHRASE}{phrase_id}"
    state = _state(seat, True, None, reviews.current(name, words) is not None, reviews.latest(name), None)
    return Item(
        name=name,
        title=phrase_id,
        topic=None,
        words=words,
        state=state,
        last=reviews.latest(name),
        readers=reviews.of(name, words),
        dates=None,
        withdrawal=None,
        standing=Standing.SERVED,
        older_words=False,
    )


def items_of(seat: Seat, what: str) -> list[Item]:
    """What an address names: a code (`441`), `phrase.stop`, `branch.4` or `safety`; empty where there is no such."""
    safety = read(HERE / "safety_set.yaml") if what == SAFETY else None
    branches = [what.removeprefix(BRANCH)] if what.startswith(BRANCH) else []
    single = [] if safety or branches else [what]
    try:
        names = chosen(seat.parts.library, single, branches, safety)
    except ContentError:
        return []
    return [_item(seat, name) for name in names]


def hash_of(items: list[Item]) -> str:
    """The fingerprint of everything that was shown, so that nobody vouches for words that they did not see."""
    return fingerprint({item.name: item.words for item in items})


def writer_of(library: Library) -> Writer:
    """Writes texts in the present words, whichever are served today."""
    return Writer(library, build(library))


def texts(writer: Writer, item: Item, language: Language) -> list[Sent]:
    """The texts of an item as people get them."""
    if item.topic:
        pages = range(1, len(item.topic[language].text) + 1)
        said = [writer.page(ShowPage(item.topic.id, page), language) for page in pages]
    else:
        said = [item.words["text"][language.value]] if language.value in item.words["text"] else []
    return [Sent(cut_up(words), cut(words)) for words in said]


def speech(seat: Seat, item: Item, language: Language) -> Iterator[Heard]:
    """The pages of an item as they are heard, each with its recordings."""
    for prompt in _prompts(item, language):
        plain = not FIELD.search(prompt.words)
        found = {pace.value: seat.parts.recordings.url(language, pace, prompt) for pace in Pace} if plain else {}
        # Where the slow one has not been made yet the line plays the normal one; it is not offered twice.
        distinct = {address: pace for pace, address in reversed(found.items()) if address}
        yield Heard(prompt.words, {pace: address for address, pace in reversed(distinct.items())})


def _prompts(item: Item, language: Language) -> Iterator[Prompt]:
    if item.topic:
        for number, page in enumerate(item.topic[language].speech, 1):
            yield Prompt(f"{TOPIC}{item.topic.id}.{number}", page.words, language)
    elif language.value in item.words["speech"]:
        yield Prompt(item.name, item.words["speech"][language.value], language)


def _item(seat: Seat, name: str) -> Item:
    if name.startswith(PHRASE):
        return phrase_item(seat, name.removeprefix(PHRASE))
    return topic_item(seat, seat.parts.library.topics[name.removeprefix(TOPIC)])


def _state(
    seat: Seat,
    written: bool,
    withdrawal: Withdrawal | None,
    current: bool,
    last: Review | None,
    times: Dates | None,
) -> State:
    today = seat.dates.today
    if withdrawal:
        return State.WITHDRAWN
    if not written:
        return State.UNWRITTEN
    if not current:
        return State.CHANGED if last else State.UNREAD
    if times and today > times.expires:
        return State.EXPIRED
    return State.DUE if times and today > times.review_by else State.READ
