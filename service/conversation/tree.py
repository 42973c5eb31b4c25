"""The tree: every place that a code leads to, built once from the library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from service.content.library import Library
from service.languages import Language

MAIN = ""
HELPLINES = "512"


class Kind(Enum):
    """What stands at a code."""

    MENU = "menu"
    TOPIC = "topic"
    ACTION = "action"


@dataclass(frozen=True)
class Node:
    """One place. `topic` and `action` are ids or empty; `choices` are the codes below a menu."""

    code: str
    kind: Kind
    title: Mapping[Language, str]
    spoken: Mapping[Language, str]
    choices: tuple[str, ...] = ()
    topic: str = ""
    action: str = ""


@dataclass(frozen=True)
class Tree:
    """Every node by its code, the code of every topic, how many pages it has in a text and on a call, and the phrase
    that stands in for a topic not served now."""

    nodes: Mapping[str, Node]
    codes: Mapping[str, str]
    pages: Mapping[str, int]
    spoken_pages: Mapping[str, int]
    gated: frozenset[str]
    replaced: Mapping[str, str] = field(default_factory=dict)
    noted: Mapping[str, str] = field(default_factory=dict)

    def node(self, code: str) -> Node | None:
        """What stands at `code`, or None."""
        return self.nodes.get(code)

    def choice(self, menu: str, digit: str) -> Node | None:
        """What `digit` chooses in `menu`, or None where there is no such choice."""
        return self.nodes.get(menu + digit)


def build(
    library: Library, replaced: Mapping[str, str] | None = None, noted: Mapping[str, str] | None = None
) -> Tree:
    """The tree of `library`. `replaced` names, by topic id, the phrase to say instead of a topic not served today;
    `noted` the year and month a page past its date was checked, to be said with it."""
    replaced = replaced or {}
    topics = library.topics.values()
    below: dict[str, list[str]] = {}
    for code in sorted([*library.menus, *(topic.code for topic in topics)]):
        below.setdefault(code[:-1], []).append(code)
    unwritten = {topic.id: "page.unwritten" for topic in topics if not topic.written}
    nodes = {MAIN: _main(tuple(below[MAIN]))}
    for menu in library.menus.values():
        kind = Kind.ACTION if menu.action else Kind.MENU
        choices = tuple(below.get(menu.code, ()))
        nodes[menu.code] = Node(menu.code, kind, menu.title, menu.spoken, choices, action=menu.action)
    for topic in topics:
        title = {language: topic[language].title for language in Language}
        spoken = {language: topic[language].spoken or topic[language].title for language in Language}
        nodes[topic.code] = Node(topic.code, Kind.TOPIC, title, spoken, topic=topic.id)
    return Tree(
        nodes=nodes,
        codes={topic.id: topic.code for topic in topics},
        pages={topic.id: len(topic[Language.ENGLISH].text) for topic in topics},
        spoken_pages={topic.id: len(topic[Language.ENGLISH].speech) for topic in topics},
        gated=frozenset(topic.id for topic in topics if topic.gate),
        replaced={**unwritten, **replaced},
        noted=noted or {},
    )


def _main(choices: tuple[str, ...]) -> Node:
    nameless = dict.fromkeys(Language, "")
    return Node(MAIN, Kind.MENU, nameless, nameless, choices)
