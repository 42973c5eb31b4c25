"""Reviews: who read which exact words, and when, so that a page can be served as it was last reviewed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from service.content.library import HERE, ContentError, read
from service.content.phrase import Phrase
from service.content.topic import Page, Topic, Wording
from service.languages import Language

FILE = "reviews.yaml"
EVERY_LANGUAGE = tuple(language.value for language in Language)


@dataclass(frozen=True)
class Review:
    """One reading of one item. `item` is `topic.ID` or `phrase.ID`; `words` are the words as they were read, and
    `languages` those of them that this person vouches for."""

    item: str
    name: str
    role: str
    on: date
    sha256: str
    words: Mapping[str, Any]
    languages: tuple[str, ...] = EVERY_LANGUAGE

    @property
    def key(self) -> tuple[object, ...]:
        """What makes a review one and the same, wherever it was written down."""
        return self.item, self.name, self.on, self.sha256, self.languages


@dataclass(frozen=True)
class Reviews:
    """All reviews, oldest first. Words count as reviewed once each language of them was read, by one or several."""

    entries: tuple[Review, ...] = ()

    def latest(self, item: str) -> Review | None:
        """The last review of `topic.ID` or `phrase.ID` after which its words were read in every language, or None."""
        return self._latest.get(item)

    def current(self, item: str, words: Mapping[str, Any]) -> Review | None:
        """The last review of `item` if it was of exactly these words, else None."""
        review = self.latest(item)
        return review if review and review.sha256 == fingerprint(words) else None

    def of(self, item: str, words: Mapping[str, Any]) -> tuple[Review, ...]:
        """Who read exactly these words, in whichever language, the first reader first."""
        wanted = fingerprint(words)
        return tuple(review for review in self.entries if review.item == item and review.sha256 == wanted)

    def with_others(self, others: Iterable[Review]) -> Reviews:
        """These and `others` by the day of reading; the same review twice is one."""
        every = {review.key: review for review in (*self.entries, *others)}
        return Reviews(tuple(sorted(every.values(), key=lambda review: review.on)))

    @cached_property
    def _latest(self) -> Mapping[str, Review]:
        latest: dict[str, Review] = {}
        read: dict[tuple[str, str], set[str]] = {}
        for review in self.entries:
            languages = read.setdefault((review.item, review.sha256), set())
            languages.update(review.languages)
            if languages.issuperset(EVERY_LANGUAGE):
                latest[review.item] = review
        return latest


NONE_YET = Reviews()


def load_reviews(path: Path = HERE / FILE) -> Reviews:
    """The reviews on file; a missing file holds none. Raises ContentError for an entry whose words were changed."""
    if not path.exists():
        return NONE_YET
    return Reviews(tuple(_review(path, entry) for entry in read(path) or ()))


def record(path: Path, items: Mapping[str, Mapping[str, Any]], name: str, role: str, on: date) -> Reviews:
    """Add a review of each of `items` (words by item) by this person to the file, in one move.

    Raises ContentError when the name or the role is blank, or the file holds an entry that was changed."""
    if not name.strip() or not role.strip():
        raise ContentError("A review needs the name and the role of the person who read the words.")
    added = [Review(item, name.strip(), role.strip(), on, fingerprint(words), words) for item, words in items.items()]
    return add(path, added)


def add(path: Path, reviews: Iterable[Review]) -> Reviews:
    """Add `reviews` to the file in one move, each once; gives all that stand there then. Raises ContentError."""
    together = load_reviews(path).with_others(reviews)
    _write(path, together.entries)
    return together


def topic_words(topic: Topic) -> dict[str, Any]:
    """What a reviewer of a topic reads: its titles and pages in both languages, and what changes how it acts."""
    return {
        "gate": topic.gate,
        "safety_line": topic.safety_line,
        **{language.value: _wording_words(topic[language]) for language in Language},
    }


def phrase_words(phrase: Phrase) -> dict[str, Any]:
    """What a reviewer of a fixed phrase reads: its text and speech in both languages."""
    return {
        channel: {language.value: words for language, words in by_language.items()}
        for channel, by_language in (("text", phrase.text), ("speech", phrase.speech))
    }


def as_plain(review: Review) -> dict[str, Any]:
    """A review as plain values, as it stands in the file. Where every language was read, none is named."""
    plain = {"item": review.item, "name": review.name, "role": review.role, "on": review.on, "sha256": review.sha256}
    if review.languages != EVERY_LANGUAGE:
        plain["languages"] = list(review.languages)
    return {**plain, "words": dict(review.words)}


def from_plain(entry: Mapping[str, Any]) -> Review:
    """The review that `as_plain` wrote. Raises ContentError where it is none, or its words were changed since."""
    try:
        languages = tuple(entry.get("languages", EVERY_LANGUAGE))
        review = Review(**{**entry, "words": entry["words"], "languages": languages})
    except (AttributeError, KeyError, TypeError) as error:
        raise ContentError(f"an entry is not of the right kind: {error}") from error
    if fingerprint(review.words) != review.sha256:
        raise ContentError(
            f"the words stored with the review of {review.item} by {review.name} ({review.on}) are not the "
            "words that were reviewed. Restore the file, or remove that entry and have the item reviewed again."
        )
    return review


def fingerprint(words: Mapping[str, Any]) -> str:
    """SHA-256 over the words in a fixed spelling (JSON with sorted keys), in hexadecimal."""
    spelled = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


def as_reviewed(topic: Topic, review: Review) -> Topic:
    """`topic` with the words that `review` read. They were last looked at on the day of the review."""
    return replace(
        topic,
        wordings={language: _wording(review.words[language.value]) for language in Language},
        checked=review.on,
        gate=review.words["gate"],
        safety_line=review.words["safety_line"],
    )


def _review(path: Path, entry: Any) -> Review:
    try:
        return from_plain(entry)
    except ContentError as error:
        raise ContentError(f"{path}: {error}") from error


def _write(path: Path, entries: Iterable[Review]) -> None:
    heading = "".join(line for line in _lines(path) if line.startswith("#"))
    listed = [as_plain(review) for review in entries]
    written = path.with_suffix(".new")
    written.write_text(
        heading + yaml.safe_dump(listed, sort_keys=False, allow_unicode=True, width=118), encoding="utf-8"
    )
    os.replace(written, path)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []


def _wording_words(wording: Wording) -> dict[str, Any]:
    return {
        "title": wording.title,
        "spoken": wording.spoken,
        "text": [page.words for page in wording.text],
        "speech": [page.words for page in wording.speech],
    }


def _wording(words: Mapping[str, Any]) -> Wording:
    text, speech = (tuple(Page(page, ()) for page in words[channel]) for channel in ("text", "speech"))
    return Wording(words["title"], words["spoken"], text, speech)
