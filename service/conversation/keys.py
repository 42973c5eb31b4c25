"""What each key does. A key means the same on every page; only 1 to 5 depend on where the caller is."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from service.conversation import places
from service.conversation.pace import Pace
from service.conversation.places import CALL_911, CRISIS, LANGUAGE_STEP, REMINDERS, SETTINGS, STOPPED
from service.conversation.put import Turn, offer, put, say, to_person
from service.conversation.reply import OptIn, OptOut, Reply, Say, SetLanguage, SetPace, TextPlace
from service.conversation.said import Keys
from service.conversation.state import State
from service.conversation.tree import MAIN, Kind, Tree
from service.conversation.world import World
from service.languages import Language

# The same key again within a second is one press (tremor), unless a code is being keyed, which goes on within two.
SAME_PRESS_SECONDS = 1.0
CODE_SECONDS = 2.0
KEYS = frozenset("0123456789*#")
CHOICES = frozenset("12345")


def press(tree: Tree, state: State, said: Keys, world: World) -> Turn:
    """One key, or up to three that came together where a code may be keyed."""
    digits = "".join(key for key in said.digits if key in KEYS)[:20]
    if not digits:
        return put(tree, state)
    if len(digits) == 1:
        return _one(tree, state, digits, said.seconds, world)
    return _several(tree, state, digits, world)


def _several(tree: Tree, state: State, digits: str, world: World) -> Turn:
    if state.place == LANGUAGE_STEP:
        state, first = _language_step(tree, state, digits[0], world)
        new, reply = press(tree, state, Keys(digits[1:]), world)
        return new, replace(reply, effects=(*first.effects, *reply.effects))
    if digits == "988":
        return put(tree, places.at(state, CRISIS))
    if digits.startswith("9"):
        return _in_turn(tree, state, digits, world)
    if len(set(digits)) == 1 and (len(digits) == 2 or tree.node(digits) is None):
        return _one(tree, state, digits[0], 60.0, world)
    if state.place == MAIN and tree.node(digits):
        return put(tree, places.at(state, digits))
    return _in_turn(tree, state, digits, world)


def _in_turn(tree: Tree, state: State, digits: str, world: World) -> Turn:
    """Keys that make no code, one after the other; the effects of all of them, the words of the last."""

    def then(turn: Turn, key: str) -> Turn:
        new, reply = _one(tree, turn[0], key, 60.0, world)
        return new, replace(reply, effects=(*turn[1].effects, *reply.effects))

    return reduce(then, digits, (state, Reply()))


def _one(tree: Tree, state: State, key: str, seconds: float, world: World) -> Turn:
    if state.place == LANGUAGE_STEP:
        return _language_step(tree, state, key, world)
    if state.asked != "none" and key not in "12":
        state = state.but(asked="none")
    if state.held and key in CHOICES and seconds < CODE_SECONDS:
        code = state.place + state.held + key
        if tree.node(code):
            return put(tree, places.at(state.but(last_key=""), code))
        if key == state.held and seconds < SAME_PRESS_SECONDS:
            return put(tree, state)
    elif key in CHOICES and key == state.last_key and seconds < SAME_PRESS_SECONDS:
        return put(tree, state.but(held=key, last_key=""))
    state = state.but(last_key=key if key in CHOICES else "", held="")
    if state.offered and key not in "09*":
        return _take_offer(tree, state, world)
    if state.texting and key != "8":
        state = state.but(texting=False)
    return _KEYS[key](tree, state, key, world) if key in _KEYS else _choose(tree, state, key, world)


def _language_step(tree: Tree, state: State, key: str, world: World) -> Turn:
    """2 is Spanish; 3, 4, 5 and 0 are taken as English, but once a person was offered, 0 brings that person."""
    english = state.but(language=Language.ENGLISH)
    if key == "9":
        return put(tree, places.at(english, SETTINGS))
    if key == "0" and state.silences > 1:
        return to_person(tree, english, world)
    if key == "7":
        return _pace(tree, state, key, world)
    if key in "68*#":
        state = state.but(misses=state.misses + 1)
        return _repeat(tree, state, key, world) if state.misses < 3 else to_person(tree, english, world)
    language = Language.SPANISH if key == "2" else Language.ENGLISH
    # The key is forgotten: 1 for English and then 1 for urgent help are two presses, however fast.
    state = replace(places.at(state, MAIN), language=language, last_key="")
    new, reply = put(tree, state)
    return new, replace(reply, effects=(SetLanguage(language),))


def _take_offer(tree: Tree, state: State, world: World) -> Turn:
    """The choice just read out; after the last of them a person. What went wrong before still counts: the next wrong
    key brings a person."""
    node = tree.node(state.place)
    if node is None or state.offered > len(node.choices):
        return to_person(tree, state, world)
    return put(tree, replace(places.at(state, node.choices[state.offered - 1]), misses=state.misses))


def _choose(tree: Tree, state: State, key: str, world: World) -> Turn:
    if state.place == SETTINGS:
        return _setting(tree, state, key, world)
    if state.place == STOPPED and key == "2":
        new, reply = put(tree, places.at(state, MAIN), Say("start"))
        return new, replace(reply, effects=(OptIn(),))
    if state.place in (STOPPED, CALL_911) and key == "1":
        return put(tree, places.at(state, CALL_911))
    if state.asked.startswith("heard.") and key in "12":
        place = state.asked.removeprefix("heard.") if key == "1" else state.place
        return put(tree, places.at(state, place if tree.node(place) else MAIN))
    if places.at_gate(tree, state) and key == "1":
        return put(tree, places.at(state, state.place, page=2))
    node = tree.node(state.place)
    chosen = tree.choice(state.place, key) if node and node.kind is Kind.MENU else None
    if chosen is None:
        return _wrong(tree, state, key, world)
    return put(tree, places.at(state, chosen.code))


def _setting(tree: Tree, state: State, key: str, world: World) -> Turn:
    if key == "1":
        return put(tree, places.at(state, CALL_911))
    if key == "2":
        chosen = (state.language or Language.ENGLISH).other
        new, reply = put(tree, places.at(state.but(language=chosen), MAIN), Say("language_changed"))
        return new, replace(reply, effects=(SetLanguage(chosen),))
    if key == "3":
        return put(tree, places.at(state, REMINDERS))
    return _wrong(tree, state, key, world)


def _wrong(tree: Tree, state: State, key: str, world: World) -> Turn:
    """Say what was pressed and repeat; then one choice at a time; then a person."""
    state = state.but(misses=state.misses + 1)
    pressed = Say("wrong_key", (("key", key),))
    if state.misses == 1:
        return put(tree, state, pressed)
    if state.misses == 2:
        node = tree.node(state.place)
        menu = state.place if node and node.choices else places.above(state.place)
        simpler = replace(places.at(state, menu if tree.nodes.get(menu) else MAIN), misses=2, offered=1)
        return offer(tree, simpler, pressed, Say("one_at_a_time"))
    return to_person(tree, state, world)


def _person(tree: Tree, state: State, key: str, world: World) -> Turn:
    return to_person(tree, state, world)


def _back(tree: Tree, state: State, key: str, world: World) -> Turn:
    if state.page > 1:
        return put(tree, places.at(state, state.place, page=state.page - 1))
    return put(tree, places.at(state, places.above(state.place)))


def _repeat(tree: Tree, state: State, key: str, world: World) -> Turn:
    return put(tree, state.but(silences=0))


def _more(tree: Tree, state: State, key: str, world: World) -> Turn:
    node = tree.node(state.place)
    if node is None or node.kind is not Kind.TOPIC:
        return _wrong(tree, state, key, world)
    if not places.has_more(tree, state, tree.spoken_pages):
        return say(state.but(silences=0), Say("more_none"), Say("back_choice"))
    return put(tree, places.at(state, state.place, page=state.page + 1))


def _pace(tree: Tree, state: State, key: str, world: World) -> Turn:
    slower = state.pace is Pace.NORMAL
    pace = Pace.SLOW if slower else Pace.NORMAL
    new, reply = put(tree, state.but(pace=pace, silences=0), Say("pace_slower" if slower else "pace_normal"))
    return new, replace(reply, effects=(SetPace(pace),))


def _text(tree: Tree, state: State, key: str, world: World) -> Turn:
    """8 asks, 8 again sends, once a page a call."""
    if state.place == SETTINGS:
        return put(tree, places.at(state, CRISIS))
    if state.place in places.OUTSIDE:
        return _wrong(tree, state, key, world)
    if not world.can_text:
        return say(state, Say("text_cannot"), Say("back_choice"))
    page = f"{state.place or 'm'}p{state.page}"
    if page in state.texted.split("."):
        return say(state.but(texting=False), Say("text_once"), Say("back_choice"))
    if not state.texting:
        return say(state.but(texting=True, silences=0), Say("text_ask"))
    sent = ".".join([*filter(None, state.texted.split(".")), page][-6:])
    new, reply = say(state.but(texting=False, texted=sent), Say("text_sent"), Say("back_choice"))
    return new, replace(reply, effects=(TextPlace(state.place, state.page, _question(tree, state)),))


def _question(tree: Tree, state: State) -> str:
    """What the text of this place asks: a menu its choices, the page before survival numbers whether to show them."""
    if places.at_gate(tree, state):
        return f"gate.{state.place}"
    node = tree.node(state.place)
    return state.place if node and node.kind is Kind.MENU else "none"


def _settings(tree: Tree, state: State, key: str, world: World) -> Turn:
    if state.place in (SETTINGS, STOPPED):
        new, reply = put(tree, places.at(state, STOPPED))
        return new, replace(reply, effects=(OptOut("key"),))
    return put(tree, places.at(state, SETTINGS))


_KEYS = {
    "0": _person,
    "*": _back,
    "#": _repeat,
    "6": _more,
    "7": _pace,
    "8": _text,
    "9": _settings,
}
