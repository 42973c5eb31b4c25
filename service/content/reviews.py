"""Reviews: who read which exact words, and when, so that a page can be served as it was last reviewed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from service.content.library import HERE, ContentError, read
from service.content.phrase import Phrase
from service.content.topic import Page, Topic, Wording
from service.languages import Language

FILE = "reviews.yaml"


@dataclass(frozen=True)
class Review:
    """One reading of one item. `item` is `topic.ID` or `phrase.ID`; `words` are the words as they were read."""

    item: str
    name: str
    role: str
    on: date
    sha256: str
    words: Mapping[str, Any]


@dataclass(frozen=True)
class Reviews:
    """All reviews on file, oldest first."""

    entries: tuple[Review, ...] = ()

    def latest(self, item: str) -> Review | None:
        """The last review of `topic.ID` or `phrase.ID`, or None."""
        return next((review for review in reversed(self.entries) if review.item == item), None)

    def current(self, item: str, words: Mapping[str, Any]) -> Review | None:
        """The last review of `item` if it was of exactly these words, else None."""
        review = self.latest(item)
        return review if review and review.sha256 == fingerprint(words) else None


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
    reviews = Reviews((*load_reviews(path).entries, *added))
    _write(path, reviews.entries)
    return reviews


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
        review = Review(**{**entry, "words": entry["words"]})
    except (KeyError, TypeError) as error:
        raise ContentError(f"{path}: an entry is not of the right kind: {error}") from error
    if fingerprint(review.words) != review.sha256:
        raise ContentError(
            f"{path}: the words stored with the review of {review.item} by {review.name} ({review.on}) are not the "
            "words that were reviewed. Restore the file, or remove that entry and have the item reviewed again."
        )
    return review


def _write(path: Path, entries: Iterable[Review]) -> None:
    heading = "".join(line for line in _lines(path) if line.startswith("#"))
    listed = [
        {"item": r.item, "name": r.name, "role": r.role, "on": r.on, "sha256": r.sha256, "words": dict(r.words)}
        for r in entries
    ]
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
