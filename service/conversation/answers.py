"""The answers to texts: danger first, a place of the tree, a stop, who we are, and what we did not understand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from service.conversation import places
from service.conversation.reply import SILENT, Effect, OptOut, Raise, Reply, Say, ShowMenu
from service.conversation.said import Text
from service.conversation.state import State
from service.conversation.tree import HELPLINES, MAIN, Kind, Tree
from service.conversation.world import World

Turn = tuple[State, Reply]
Answer = Callable[[Tree, State, Text, World], Turn]


def crisis(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """The 988 message, which confirms a stop if the same text asked for one."""
    stopping = said.reading.also_stop and not said.stopped
    return say(state, "crisis_stopped" if stopping else "crisis", effects=(Raise("crisis"),))


def emergency(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """The 911 message, or for a fever the clinic's own number before it."""
    effects = (Raise("emergency"),)
    if said.reading.reason != "fever":
        return say(state, "emergency", effects=effects)
    state = state.but(fever_at=said.minute)
    if world.person:
        return say(state, "emergency_fever_number", ("phone", world.person_spoken), effects=effects)
    return say(state, "emergency_fever", effects=effects)


def urgent(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """The clinic now, day or night."""
    effects = (Raise("urgent"),)
    if world.person:
        return say(state, "urgent_number", ("phone", world.person_spoken), effects=effects)
    return say(state, "urgent", effects=effects)


def stop(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """One confirmation, then silence: a second STOP is already in force."""
    if said.stopped:
        return state, replace(SILENT, effects=(OptOut("text"),))
    return say(places.at(state, MAIN), "stop", effects=(OptOut("text"),))


def show(tree: Tree, state: State, said: Text, code: str, *, page: int = 1, placed: bool = False) -> Turn:
    """The place at `code`: a menu asks, and so may a page."""
    node = tree.nodes[code]
    if node.kind is Kind.ACTION:
        return crisis(tree, state, said, World())
    new = places.at(state, code, page)
    if node.kind is Kind.MENU:
        return asking(new, code, said), Reply((ShowMenu(code),))
    # Pages ask nothing, so the last menu's digits stay good; only the gate before survival numbers is a question.
    new = new.but(asked=state.asked, asked_at=state.asked_at)
    if node.topic == "fever":
        new = new.but(fever_at=said.minute)
    if places.at_gate(tree, new):
        new = asking(new, f"gate.{code}", said)
    return new, Reply(places.page_parts(tree, node, page, placed=placed))


def asking(state: State, question: str, said: Text) -> State:
    """`state` with `question` as the last one asked; see `State.asked`."""
    return state.but(asked=question, asked_at=said.minute)


def person(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """Whom to call now: the clinic, or where no number is set the helplines."""
    if world.person:
        return say(state, "person", ("phone", world.person_spoken))
    return show(tree, state, said, HELPLINES)


def about_us(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """HELP: who writes here, and whom to call."""
    return say(state, "help_clinic" if said.clinic else "help", *_identity(state, world))


def unknown(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """What to do instead; after two misses a person and the helplines."""
    if said.empty:
        return say(state, "no_words")
    if said.clinic:
        return say(state, "unknown_clinic", *_identity(state, world))
    return say(state, "unknown_again" if state.misses else "unknown")


def _identity(state: State, world: World) -> tuple[tuple[str, str], ...]:
    """Who we are. `call` becomes a sentence with the number to call, or nothing where none is set."""
    return ("clinic", world.clinic_name), ("call", world.person_spoken)


def fixed(phrase: str, *effects: Effect) -> Answer:
    """An answer that is always the same."""
    return lambda tree, state, said, world: say(state, phrase, effects=effects)


def nothing(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """No answer: a machine wrote, or a thumb touched our words."""
    return state, SILENT


def say(state: State, phrase: str, *fields: tuple[str, str], effects: tuple[Effect, ...] = ()) -> Turn:
    """One phrase, wherever the person is."""
    return state, Reply((Say(phrase, fields),), effects)
