"""The manuscript: all our words as the rules see them, each with the file and line where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from service.content.finding import Finding, Level
from service.content.library import Library, load, read
from service.content.places import Places, Step
from service.content.reviews import FILE as REVIEWS_FILE
from service.content.reviews import Reviews, load_reviews
from service.languages import Language

WORD_LISTS = ("limits", "carrier_words", "telling_words", "gendered_words", "helplines", "safety_set", "terms")


class Kind(StrEnum):
    """What a piece of words is."""

    PAGE = "page"
    TITLE = "title"
    PHRASE = "phrase"


@dataclass(frozen=True)
class Piece:
    """One piece of words and where it stands. `owner` is a topic's id, a menu's code or a phrase's id; `channel` is
    `text` or `speech`; `number` counts a topic's pages from 1 and is 0 for other pieces."""

    kind: Kind
    owner: str
    language: Language
    channel: str
    number: int
    words: str
    file: str
    steps: tuple[Step, ...]
    topic: str = ""

    @property
    def origin(self) -> str:
        """A name for these words that callers share: `topic.chemo.1`, `menu.44`, `phrase.help`."""
        if self.kind is Kind.PHRASE:
            return f"phrase.{self.owner}"
        return f"topic.{self.owner}.{self.number}" if self.kind is Kind.PAGE else f"menu.{self.owner}"


@dataclass(frozen=True)
class RenderedText:
    """A text exactly as a channel will send it: `origin` as in Piece, so that it can be traced to its file."""

    origin: str
    language: Language
    words: str


@dataclass(frozen=True)
class Manuscript:
    """Everything a rule may ask. `seconds` holds the length of recordings by language and clip, as the caller
    measured them; `rendered` the texts as the caller will send them. Where they are empty, rules estimate or keep
    still. `complete`: every topic must be written by now."""

    folder: Path
    library: Library
    reviews: Reviews
    today: date
    lists: Mapping[str, Any]
    rendered: tuple[RenderedText, ...] = ()
    seconds: Mapping[tuple[Language, str], float] = field(default_factory=dict)
    complete: bool = False

    @cached_property
    def places(self) -> Places:
        """Lines in our files."""
        return Places(self.folder)

    @cached_property
    def phrase_files(self) -> Mapping[str, str]:
        """The file of each phrase, relative to the folder."""
        files = sorted((self.folder / "phrases").glob("*.yaml"))
        return {name: f"phrases/{path.name}" for path in files for name in read(path) or ()}

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Every piece of words, in the order of the files."""
        return (*self._of_topics(), *self._of_menus(), *self._of_phrases())

    @cached_property
    def terms(self) -> frozenset[str]:
        """Words that count as two syllables, in lower case."""
        return frozenset(word.lower() for words in self.lists["terms"].values() for word in words)

    def at(self, piece: Piece, reason: str, find: str = "", level: Level = Level.FAILURE) -> Finding:
        """A finding about `piece`, on the line that holds `find` where there is one."""
        return self.found(piece.file, *piece.steps, reason=reason, find=find, level=level, topic=piece.topic)

    def found(
        self, file: str, *steps: Step, reason: str, find: str = "", level: Level = Level.FAILURE, topic: str = ""
    ) -> Finding:
        """A finding about what `steps` lead to in `file`."""
        return Finding(file, self.places.line(file, *steps, find=find), reason, level, topic)

    def in_topic(self, topic: str, *steps: Step, reason: str, level: Level = Level.FAILURE) -> Finding:
        """A finding about a topic's file."""
        return self.found(f"topics/{topic}.yaml", *steps, reason=reason, level=level, topic=topic)

    def _of_topics(self) -> Iterator[Piece]:
        for topic in self.library.topics.values():
            file = f"topics/{topic.id}.yaml"
            for language in Language:
                wording = topic[language]
                for channel, key, words in (("text", "title", wording.title), ("speech", "spoken", wording.spoken)):
                    yield Piece(
                        Kind.TITLE, topic.id, language, channel, 0, words, file, (language.value, key), topic.id
                    )
                for channel, pages in (("text", wording.text), ("speech", wording.speech)):
                    for index, page in enumerate(pages):
                        steps: tuple[Step, ...] = (language.value, channel, index, "words")
                        yield Piece(
                            Kind.PAGE, topic.id, language, channel, index + 1, page.words, file, steps, topic.id
                        )

    def _of_menus(self) -> Iterator[Piece]:
        for menu in self.library.menus.values():
            for language in Language:
                for channel, key, words in (("text", "title", menu.title), ("speech", "spoken", menu.spoken)):
                    steps: tuple[Step, ...] = (menu.code, language.value, key)
                    yield Piece(Kind.TITLE, menu.code, language, channel, 0, words[language], "menus.yaml", steps)

    def _of_phrases(self) -> Iterator[Piece]:
        for phrase in self.library.phrases.values():
            file = self.phrase_files[phrase.id]
            for channel, by_language in (("text", phrase.text), ("speech", phrase.speech)):
                for language, words in by_language.items():
                    steps: tuple[Step, ...] = (phrase.id, language.value, channel)
                    yield Piece(Kind.PHRASE, phrase.id, language, channel, 0, words, file, steps)


def open_manuscript(
    folder: Path,
    today: date,
    rendered: Callable[[Library], Iterable[RenderedText]] | None = None,
    seconds: Mapping[tuple[Language, str], float] | None = None,
    complete: bool = False,
) -> Manuscript:
    """Read everything below `folder`. Raises ContentError for a file that cannot be read, or a changed review."""
    library = load(folder)
    return Manuscript(
        folder=folder,
        library=library,
        reviews=load_reviews(folder / REVIEWS_FILE),
        today=today,
        lists={name: read(folder / f"{name}.yaml") for name in WORD_LISTS},
        rendered=tuple(rendered(library)) if rendered else (),
        seconds=seconds or {},
        complete=complete,
    )
