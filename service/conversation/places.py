"""Places outside the tree, and how one moves between places."""

from __future__ import annotations

from collections.abc import Mapping

from service.conversation.reply import Part, Say, ShowPage
from service.conversation.state import State
from service.conversation.tree import MAIN, Kind, Node, Tree

LANGUAGE_STEP = "L"
SETTINGS = "9"
STOPPED = "99"
REMINDERS = "93"
CALL_911 = "911"
CRISIS = "15"
OUTSIDE = frozenset({LANGUAGE_STEP, SETTINGS, STOPPED, REMINDERS, CALL_911})


def is_known(tree: Tree, state: State, pages: Mapping[str, int]) -> bool:
    """Is this a place that still exists, of a channel's `pages`? A deploy may have retired it while a call or a talk
    was under way."""
    if state.place in OUTSIDE:
        return not state.offered
    node = tree.node(state.place)
    if node is None or state.offered > len(node.choices) + 1:
        return False
    return node.kind is not Kind.TOPIC or 1 <= state.page <= max(1, pages[node.topic])


def at(state: State, place: str, page: int = 1) -> State:
    """`state` moved to `place`, with everything that belonged to the place before forgotten."""
    return state.but(place=place, page=page, misses=0, silences=0, offered=0, held="", texting=False, asked="none")


def above(place: str) -> str:
    """One level up: the menu a code stands in, and the main menu for places outside the tree."""
    return MAIN if place in OUTSIDE else place[:-1]


def page_parts(tree: Tree, node: Node, number: int, *, placed: bool = False) -> tuple[Part, ...]:
    """A topic's page, with the note of a page past its date, or the phrase that stands in for one not served."""
    if node.topic in tree.replaced:
        return (Say(tree.replaced[node.topic]),)
    page: tuple[Part, ...] = (ShowPage(node.topic, number, placed),)
    if node.topic in tree.noted:
        page += (Say("dated", (("month", tree.noted[node.topic]),)),)
    return page


def has_more(tree: Tree, state: State, pages: Mapping[str, int]) -> bool:
    """May MORE or key 6 lead on from here? Never through a gate: numbers are asked for by their own key."""
    node = tree.node(state.place)
    if node is None or node.kind is not Kind.TOPIC or node.topic in tree.replaced:
        return False
    return state.page < pages[node.topic] and not at_gate(tree, state)


def at_gate(tree: Tree, state: State) -> bool:
    """Does this page ask whether the person wants survival numbers?"""
    node = tree.node(state.place)
    return node is not None and node.topic in tree.gated and node.topic not in tree.replaced and state.page == 1
