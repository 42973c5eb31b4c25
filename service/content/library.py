"""The library: every topic, menu, phrase, fact and source, read from the data files once at start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from service.content.phrase import Phrase
from service.content.topic import Keywords, Page, Topic, Wording
from service.languages import Language

HERE = Path(__file__).parent

# A source named in an evidence entry: `S17a`, or `S60bd` for two parts of one source.
CITED = re.compile(r"\b(S\d+)([a-z]*)\b")


@dataclass(frozen=True)
class MenuTitle:
    """The name of a menu (or of the one leaf that is an action), in a text and as spoken."""

    code: str
    title: Mapping[Language, str]
    spoken: Mapping[Language, str]
    action: str = ""


@dataclass(frozen=True)
class Fact:
    """One statement of ours with its evidence, such as `S39 V; name M`."""

    id: str
    statement: str
    evidence: str

    @property
    def cited(self) -> tuple[tuple[str, str], ...]:
        """The sources named, each with the letters of its parts (empty for the whole): `("S39", "")`."""
        return tuple((found[1], found[2]) for found in CITED.finditer(self.evidence))


@dataclass(frozen=True)
class Source:
    """Where a fact was read. `parts` are its lettered parts, `also` further addresses, `date` as the source gives it.

    `weak` marks a source to be replaced before publishing, `weak_parts` the letters of parts to be replaced."""

    code: str
    title: str
    publisher: str
    address: str
    date: str
    also: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    weak: bool = False
    weak_parts: tuple[str, ...] = ()

    def weak_at(self, letters: str) -> bool:
        """Is what `letters` cite of it weak? No letters cite the whole, which is weak only if all of it is."""
        return self.weak or (letters != "" and set(letters) <= set(self.weak_parts))


@dataclass(frozen=True)
class Library:
    """All our words. Topics by id, menus by code, phrases, facts and sources by id."""

    topics: Mapping[str, Topic]
    menus: Mapping[str, MenuTitle]
    phrases: Mapping[str, Phrase]
    facts: Mapping[str, Fact]
    sources: Mapping[str, Source]

    @cached_property
    def by_code(self) -> Mapping[str, Topic]:
        """Topics by their code."""
        return {topic.code: topic for topic in self.topics.values()}


class ContentError(Exception):
    """A content file that cannot be read; the message names the file and what is wrong."""


def load(folder: Path = HERE) -> Library:
    """Read every content file below `folder`. Raises ContentError naming the file that cannot be read."""
    topics = [_topic(path) for path in sorted((folder / "topics").glob("*.yaml"))]
    phrases = [
        _phrase(path, name, entry)
        for path in sorted((folder / "phrases").glob("*.yaml"))
        for name, entry in read(path).items()
    ]
    return Library(
        topics={topic.id: topic for topic in topics},
        menus={entry["code"]: _menu(entry) for entry in read(folder / "menus.yaml")},
        phrases={phrase.id: phrase for phrase in phrases},
        facts={key: Fact(key, e["fact"], e["evidence"]) for key, e in read(folder / "facts.yaml").items()},
        sources={key: _source(key, e) for key, e in read(folder / "sources.yaml").items()},
    )


def read(path: Path) -> Any:
    """The data in a YAML file. Raises ContentError with file, line and reason."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (OSError, yaml.YAMLError) as error:
        raise ContentError(f"{path}: {error}") from error


def _topic(path: Path) -> Topic:
    data = read(path)
    try:
        words = data["keywords"]
        return Topic(
            id=data["id"],
            code=data["code"],
            wordings={language: _wording(data[language.value]) for language in Language},
            keywords=Keywords(
                *(tuple(str(word) for word in words.get(k) or ()) for k in ("strong", "en", "es", "typo"))
            ),
            checked=data.get("checked"),
            drug_page=data.get("drug_page", False),
            safety_line=data.get("safety_line", False),
            gate=data.get("gate", False),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"{path}: {error!r} is missing or of the wrong kind") from error


def _wording(data: dict[str, Any]) -> Wording:
    return Wording(data["title"], data["spoken"], _pages(data["text"]), _pages(data["speech"]))


def _pages(entries: list[dict[str, Any]]) -> tuple[Page, ...]:
    return tuple(Page(_tidy(entry["words"]), tuple(entry["facts"])) for entry in entries)


def _phrase(path: Path, name: str, entry: dict[str, Any]) -> Phrase:
    def channel(kind: str) -> dict[Language, str]:
        return {x: _tidy(entry[x.value][kind]) for x in Language if kind in entry.get(x.value, {})}

    if not isinstance(entry, dict):
        raise ContentError(f"{path}: {name} must hold `en` and `es`")
    return Phrase(name, channel("text"), channel("speech"))


def _menu(entry: dict[str, Any]) -> MenuTitle:
    return MenuTitle(
        code=entry["code"],
        title={x: entry[x.value]["title"] for x in Language},
        spoken={x: entry[x.value]["spoken"] for x in Language},
        action=entry.get("action", ""),
    )


def _source(code: str, entry: dict[str, Any]) -> Source:
    return Source(
        code=code,
        title=entry["title"],
        publisher=entry["publisher"],
        address=entry["address"],
        date=str(entry["date"]),
        also=tuple(entry.get("also", ())),
        parts=entry.get("parts", {}),
        note=entry.get("note", ""),
        weak=entry.get("weak", False),
        weak_parts=tuple(entry.get("weak_parts", ())),
    )


def _tidy(words: str) -> str:
    """Words as written, without the newline that YAML's folded blocks leave at the end."""
    return words.strip()
