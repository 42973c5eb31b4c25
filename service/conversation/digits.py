"""What a number in a text means: a digit answers the last question we asked, a code leads to its place."""

from __future__ import annotations

from service.conversation import places
from service.conversation.answers import Turn, asking, say, show, stop, unknown
from service.conversation.said import Text
from service.conversation.state import State
from service.conversation.tree import MAIN, Node, Tree
from service.conversation.world import World
from service.languages import Language

# A menu's digits, and those of any question, live two hours.
MENU_MINUTES = 120
# Stands for a stop where two meanings are put to a person, as in `pick.stop.511`.
STOP = "stop"


def digit(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """A digit from 1 to 5 answers the last question; where none is open it chooses from the main menu."""
    pressed = said.reading.value
    if said.clinic and said.blind:
        return say(state, "recorded")
    asked = state.asked if said.minute - state.asked_at <= MENU_MINUTES else "none"
    kind, _, codes = asked.partition(".")
    picks = dict(zip("12", codes.split("."), strict=False)) if kind == "pick" else {}
    if picks.get(pressed) == STOP:
        return stop(tree, state, said, world)
    if picks.get(pressed) in tree.nodes:
        return show(tree, state.but(asked="none"), said, picks[pressed], placed=True)
    if kind == "gate" and pressed == "1" and codes in tree.nodes:
        return show(tree, state.but(asked="none"), said, codes, page=2)
    menu = asked if asked in tree.nodes else MAIN
    node = tree.choice(menu, pressed)
    if node is None:
        _, shown = show(tree, state, said, menu)
        return asking(places.at(state, menu), menu, said), shown
    return show(tree, state, said, node.code)


def code(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """A code leads to its place from anywhere."""
    node: Node | None = tree.node(said.reading.value)
    if node is None:
        return unknown(tree, state, said, world)
    return show(tree, state, said, node.code, placed=True)


def choice(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """Two meanings are equally likely, one of which may be a stop."""
    language = state.language or Language.ENGLISH
    picks = [tree.codes.get(label.removeprefix("topic:"), STOP) for label in said.reading.choices]
    titles = [tree.nodes[pick].title[language] for pick in picks if pick != STOP]
    state = asking(state, "pick." + ".".join(picks), said)
    if STOP in picks:
        return say(state, "which_one_stop", ("second", titles[0]))
    return say(state, "which_one", ("first", titles[0]), ("second", titles[1]))
