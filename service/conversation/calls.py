"""How a call unfolds: keys, silence and a few spoken words, from place to place."""

from __future__ import annotations

from dataclasses import replace

from service.conversation import places
from service.conversation.keys import press
from service.conversation.put import Turn, offer, put, say, to_person
from service.conversation.reply import OfferChoice, Part, Raise, Reply, Say, Then
from service.conversation.said import Arrived, Keys, Said, Silence, Speech, Unanswered
from service.conversation.state import State
from service.conversation.tree import MAIN, Tree
from service.conversation.world import World
from service.languages import Language

OFFER_ROUNDS = 2


def hear(tree: Tree, state: State, said: Said, world: World) -> Turn:
    """The next step of a call. A state of a place that no longer exists goes home with an apology."""
    new, reply = _step(tree, state, said, world)
    if new.place == places.CRISIS != state.place:
        # However the caller came here: by its code, through the menus, or with 9 8.
        reply = replace(reply, effects=(*reply.effects, Raise("crisis")))
    return new, reply


def _step(tree: Tree, state: State, said: Said, world: World) -> Turn:
    if isinstance(said, Arrived):
        return _arrive(tree, state, world)
    if not places.is_known(tree, state, tree.spoken_pages):
        return put(tree, places.at(state, MAIN), Say("sorry_moved"))
    if isinstance(said, Keys):
        return press(tree, state, said, world)
    if isinstance(said, Silence):
        return _silence(tree, state, world)
    if isinstance(said, Speech):
        return _speech(tree, state, said, world)
    if isinstance(said, Unanswered):
        return put(tree, state, Say("person_back"))
    raise TypeError(f"nobody says {said!r} on a call")


def _arrive(tree: Tree, state: State, world: World) -> Turn:
    if state.language is None:
        return put(tree, places.at(state, places.LANGUAGE_STEP))
    return put(tree, places.at(state, MAIN), Say("greet_emergency"))


def _silence(tree: Tree, state: State, world: World) -> Turn:
    """Nothing came: again and slower, then with a person and a text offered, then a kind end with the number."""
    if state.offered:
        return _next_offer(tree, state, world)
    state = state.but(silences=state.silences + 1, held="", last_key="", asked="none")
    if state.silences == 1:
        return put(tree, state, *_in_talk(state, "silence_first"))
    if state.silences == 2:
        texts = world.can_text and state.place not in places.OUTSIDE
        return put(tree, state, *_in_talk(state, "silence_second" if texts else "person_choice"))
    return _end(state, world)


def _in_talk(state: State, phrase: str) -> tuple[Part, ...]:
    """`phrase` in the caller's language; in both while nobody knows it."""
    if state.language is None:
        return tuple(Say(phrase, language=language) for language in Language)
    return (Say(phrase),)


def _end(state: State, world: World) -> Turn:
    words = "silence_last_number" if world.line_number else "silence_last"
    return state, Reply(_in_talk(state, words), then=Then.HANG_UP)


def _next_offer(tree: Tree, state: State, world: World) -> Turn:
    node = tree.nodes.get(state.place)
    if node is None or not node.choices:
        return put(tree, places.at(state, MAIN))
    if state.offered <= len(node.choices):
        return offer(tree, state.but(offered=state.offered + 1))
    state = state.but(offered=0, silences=state.silences + 1)
    if state.silences < OFFER_ROUNDS:
        return offer(tree, state.but(offered=1))
    return to_person(tree, state, world)


def _speech(tree: Tree, state: State, said: Speech, world: World) -> Turn:
    """A spoken menu word. What was not heard well is asked back, with keys."""
    reading = said.reading
    if reading.label == "action:person":
        return to_person(tree, state, world)
    node = tree.node(reading.value) if reading.label == "code" else None
    if node is None:
        return put(tree, state, Say("speech_unclear"))
    if reading.confident:
        return put(tree, places.at(state, node.code))
    parts = (Say("speech_heard"), OfferChoice(node.code, asked=False), Say("speech_right"))
    return say(state.but(asked=f"heard.{node.code}"), *parts)
