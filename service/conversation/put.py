"""How a place is put to a caller: what is played there, which keys are told, and how long we wait."""

from __future__ import annotations

from service.conversation import places
from service.conversation.pace import Pace
from service.conversation.places import CALL_911, CRISIS, LANGUAGE_STEP, REMINDERS, SETTINGS, STOPPED
from service.conversation.reply import OfferChoice, Part, Reply, Say, ShowMenu, Then
from service.conversation.state import State
from service.conversation.tree import HELPLINES, MAIN, Kind, Tree
from service.conversation.world import World
from service.languages import Language

# Seconds of silence allowed after a prompt: longer each time, and a minute for those who asked for time.
WAITS = (10, 20, 30)
SLOW_WAIT = 60
OFFER_WAIT = 4
SLOW_OFFER_WAIT = 8

Turn = tuple[State, Reply]


def put(tree: Tree, state: State, *lead: Part) -> Turn:
    """The place a caller is at, said after `lead`."""
    if state.offered:
        return offer(tree, state, *lead)
    if state.place in places.OUTSIDE:
        return say(state, *lead, *_outside(state))
    node = tree.nodes[state.place]
    if node.kind is Kind.ACTION:
        return say(state, *lead, Say("crisis"), Say("back_choice"))
    if node.kind is Kind.MENU:
        foot: tuple[Part, ...] = () if state.place == MAIN else (Say("back_choice"),)
        if _hears_speech(state):
            foot += (Say("speech_offer"),)
        return say(state, *lead, ShowMenu(state.place), *foot)
    if node.topic in tree.replaced:
        return say(state, *lead, Say(tree.replaced[node.topic]))
    page = places.page_parts(tree, node, state.page)
    return say(state.but(told=True), *lead, *page, *_keys_after_page(tree, state))


def say(state: State, *parts: Part) -> Turn:
    """Parts, then listening. Where the main menu stands alone, a whole code may be keyed at once."""
    slow = state.pace is Pace.SLOW
    at_main = state.place == MAIN and not state.offered and not state.texting and state.asked == "none"
    reply = Reply(
        parts,
        wait=SLOW_WAIT if slow else WAITS[min(state.silences, 2)],
        code=at_main and not state.silences,
        speech=_hears_speech(state),
        slowly=bool(state.silences),
    )
    return state, reply


def _hears_speech(state: State) -> bool:
    """Are spoken menu words taken? After the first silence only; never for people who asked for time, for relay
    operators talk in between; and never to decide the urgent pages, the settings or a stop."""
    if not state.silences or state.pace is Pace.SLOW:
        return False
    return state.place not in places.OUTSIDE and not state.place.startswith("1")


def offer(tree: Tree, state: State, *lead: Part) -> Turn:
    """One choice of a menu, alone, and after the last of them a person; any key takes it."""
    choices = tree.nodes[state.place].choices
    offered = OfferChoice(choices[state.offered - 1]) if state.offered <= len(choices) else Say("offer_person")
    wait = SLOW_OFFER_WAIT if state.pace is Pace.SLOW else OFFER_WAIT
    return state, Reply((*lead, offered), wait=wait, slowly=True)


def to_person(tree: Tree, state: State, world: World) -> Turn:
    """The clinic, or where no number is set the helplines."""
    state = state.but(misses=0, silences=0, offered=0, texting=False, asked="none")
    if world.person:
        return state, Reply((Say("person_connecting"),), then=Then.DIAL)
    return put(tree, places.at(state, HELPLINES), Say("person_none"))


def _outside(state: State) -> tuple[Part, ...]:
    own = state.language or Language.ENGLISH
    if state.place == LANGUAGE_STEP:
        return (
            Say("greet_emergency", language=Language.ENGLISH),
            Say("language_english", language=Language.ENGLISH),
            Say("language_spanish", language=Language.SPANISH),
        )
    if state.place == SETTINGS:
        # The other language comes first and in its own words: who needs it understands nothing before.
        return (Say("settings_language", language=own.other), Say("settings_menu"))
    return {
        CALL_911: (Say("emergency"), Say("back_choice")),
        STOPPED: (Say("stop"),),
        REMINDERS: (Say("reminders"),),
    }[state.place]


def _keys_after_page(tree: Tree, state: State) -> tuple[Part, ...]:
    if places.at_gate(tree, state):
        return (Say("gate_choice"),)
    more = (Say("more_choice"),) if places.has_more(tree, state, tree.spoken_pages) else ()
    return (*more, Say("back_choice" if state.told else "keys_told"))


assert CRISIS[0] == "1", "the 988 message stands in the tree, below Urgent help"
