"""What a person chose to review: topics by code or id, whole branches, phrases, or the safety set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from typing import Any

from service.content.library import ContentError, Library
from service.content.reviews import phrase_words, topic_words
from service.content.topic import Topic

PHRASE = "phrase."


def chosen(
    library: Library, items: Iterable[str], branches: Iterable[str], safety_set: Mapping[str, Any] | None
) -> dict[str, dict[str, Any]]:
    """The words of everything chosen, by `topic.ID` or `phrase.ID`, in the order of the codes, phrases last.

    Raises ContentError for a code or id that does not exist, a page that is not written, or an empty choice."""
    topics: dict[str, Topic] = {}
    phrases: list[str] = []
    for item in items:
        if item.startswith(PHRASE):
            phrases.append(_known_phrase(library, item))
        else:
            topic = _known_topic(library, item)
            topics[topic.id] = topic
    for branch in [*branches, *(safety_set["branches"] if safety_set else ())]:
        topics.update({topic.id: topic for topic in _branch(library, branch)})
    for pattern in safety_set["phrases"] if safety_set else ():
        phrases += [name for name in library.phrases if fnmatch(name, pattern)]
    words = {
        f"topic.{topic.id}": topic_words(topic) for topic in sorted(topics.values(), key=lambda topic: topic.code)
    }
    words |= {f"{PHRASE}{name}": phrase_words(library.phrases[name]) for name in dict.fromkeys(phrases)}
    if not words:
        raise ContentError("Nothing chosen. Name a code (441), a topic (chemo), --branch 4 or --safety.")
    return words


def _known_topic(library: Library, item: str) -> Topic:
    topic = library.by_code.get(item) or library.topics.get(item.removeprefix("topic."))
    if topic is None:
        raise ContentError(f"There is no topic {item}. For a whole branch say --branch {item}.")
    if not topic.written:
        raise ContentError(f"{topic.id} ({topic.code}) is being written: there are no words to review yet.")
    return topic


def _known_phrase(library: Library, item: str) -> str:
    name = item.removeprefix(PHRASE)
    if name not in library.phrases:
        raise ContentError(f"There is no phrase {name}.")
    return name


def _branch(library: Library, branch: str) -> list[Topic]:
    found = [topic for topic in library.topics.values() if topic.code.startswith(branch) and topic.written]
    if not found:
        raise ContentError(f"No written topic has a code that begins with {branch}.")
    return found
