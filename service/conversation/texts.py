"""How a talk by text unfolds: the reading of what came, in its place, to an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from service.conversation import places
from service.conversation.reply import (
    SILENT,
    Effect,
    OptIn,
    OptOut,
    Part,
    Raise,
    Reply,
    Say,
    SetLanguage,
    ShowMenu,
)
from service.conversation.said import Text
from service.conversation.state import State
from service.conversation.tree import HELPLINES, MAIN, Kind, Node, Tree
from service.conversation.world import World
from service.languages import Language

# A shared phone has no history: MORE, # and BACK forget after half an hour; a menu's digits live two hours.
PAGE_MINUTES = 30
MENU_MINUTES = 120

SAFETY = frozenset({"action:crisis", "action:emergency", "action:urgent"})
# What an opted-out person starts is answered once; chatter is not.
ANSWERED_AFTER_STOP = frozenset(
    {"action:start", "action:help", "action:menu", "action:back", "action:more", "action:repeat", "action:person",
     "action:facts", "action:bereavement", "action:visit", "digit", "code", "choice"}
)  # fmt: skip

Turn = tuple[State, Reply]


def hear(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """The answer to one text. See `Text` for what is known of it; the reading was made before."""
    label = said.reading.label
    language = said.reading.language or state.language or Language.ENGLISH
    state = replace(state, language=language)
    if not places.is_known(tree, state):
        state = places.at(state, MAIN)
    elif not _recent(state, said):
        # Now, not at the next MORE: whoever writes in between would make the page look recent again.
        state = replace(places.at(state, MAIN), asked=state.asked)
    new, reply = _answer(tree, state, said, world)
    if said.stopped and not _goes_out_after_stop(label):
        return replace(new, seen_at=said.minute), SILENT
    if reply.parts and label not in SAFETY and label != "action:stop":
        reply = replace(reply, parts=reply.parts + _afterwords(said, label))
    if said.reading.also_stop and not said.stopped:
        reply = _stopping_too(reply)
    misses = state.misses + 1 if label == "action:unknown" else 0
    return replace(new, seen_at=said.minute, misses=misses), reply


def _goes_out_after_stop(label: str) -> bool:
    return label in SAFETY or label in ANSWERED_AFTER_STOP or label.startswith("topic:")


def _afterwords(said: Text, label: str) -> tuple[Part, ...]:
    if said.stopped and label != "action:start":
        return (Say("stopped_note"),)
    return (Say("first_words"),) if said.first and label != "action:help" else ()


def _stopping_too(reply: Reply) -> Reply:
    """Whatever else a message says, the stop in it is in force, and is confirmed once."""
    confirmed = Say("crisis_stopped") in reply.parts
    parts = reply.parts if confirmed else (*reply.parts, Say("stopped_note"))
    return replace(reply, parts=parts, effects=(OptOut("text"), *reply.effects))


def _answer(tree: Tree, state: State, said: Text, world: World) -> Turn:
    reading = said.reading
    if reading.label.startswith("topic:"):
        code = tree.codes.get(reading.label.removeprefix("topic:"))
        return _show(tree, state, said, code, placed=True) if code else _unknown(tree, state, said, world)
    return ANSWERS.get(reading.label, _unknown)(tree, state, said, world)


def _show(tree: Tree, state: State, said: Text, code: str, *, page: int = 1, placed: bool = False) -> Turn:
    """The place at `code`: a menu asks, and so may a page."""
    node = tree.nodes[code]
    if node.kind is Kind.ACTION:
        return _crisis(tree, state, said, World())
    new = places.at(replace(state), code, page)
    if node.kind is Kind.MENU:
        return _asking(new, code, said), Reply((ShowMenu(code),))
    # Pages ask nothing, so the last menu's digits stay good; only the gate before survival numbers is a question.
    new = replace(new, asked=state.asked, asked_at=state.asked_at)
    if node.topic == "fever":
        new = replace(new, fever_at=said.minute)
    if places.at_gate(tree, new):
        new = _asking(new, f"gate.{code}", said)
    return new, Reply(places.page_parts(tree, node, page, placed=placed))


def _asking(state: State, question: str, said: Text) -> State:
    return replace(state, asked=question, asked_at=said.minute)


def _say(state: State, phrase: str, *fields: tuple[str, str], effects: tuple[Effect, ...] = ()) -> Turn:
    return state, Reply((Say(phrase, fields),), effects)


def _crisis(tree: Tree, state: State, said: Text, world: World) -> Turn:
    stopping = said.reading.also_stop and not said.stopped
    return _say(state, "crisis_stopped" if stopping else "crisis", effects=(Raise("crisis"),))


def _emergency(tree: Tree, state: State, said: Text, world: World) -> Turn:
    effects = (Raise("emergency"),)
    if said.reading.reason != "fever":
        return _say(state, "emergency", effects=effects)
    state = replace(state, fever_at=said.minute)
    if world.person:
        return _say(state, "emergency_fever_number", ("phone", world.person_spoken), effects=effects)
    return _say(state, "emergency_fever", effects=effects)


def _urgent(tree: Tree, state: State, said: Text, world: World) -> Turn:
    effects = (Raise("urgent"),)
    if world.person:
        return _say(state, "urgent_number", ("phone", world.person_spoken), effects=effects)
    return _say(state, "urgent", effects=effects)


def _stop(tree: Tree, state: State, said: Text, world: World) -> Turn:
    # One confirmation, then silence: a second STOP is already in force.
    if said.stopped:
        return state, replace(SILENT, effects=(OptOut("text"),))
    return _say(places.at(state, MAIN), "stop", effects=(OptOut("text"),))


def _start(tree: Tree, state: State, said: Text, world: World) -> Turn:
    new, reply = _show(tree, state, said, MAIN)
    if not said.stopped:
        return new, reply
    return new, Reply((Say("start"), *reply.parts), (OptIn(),))


def _menu(tree: Tree, state: State, said: Text, world: World) -> Turn:
    return _show(tree, state, said, MAIN)


def _back(tree: Tree, state: State, said: Text, world: World) -> Turn:
    return _show(tree, state, said, places.above(state.place) if _recent(state, said) else MAIN)


def _more(tree: Tree, state: State, said: Text, world: World) -> Turn:
    if not _recent(state, said):
        return _say(state, "nothing_open")
    if not places.has_more(tree, state):
        return _say(state, "more_none")
    return _show(tree, state, said, state.place, page=state.page + 1)


def _repeat(tree: Tree, state: State, said: Text, world: World) -> Turn:
    if not _recent(state, said) or state.place in places.OUTSIDE:
        return _say(state, "nothing_open")
    return _show(tree, state, said, state.place, page=state.page)


def _recent(state: State, said: Text) -> bool:
    return said.minute - state.seen_at <= PAGE_MINUTES


def _help(tree: Tree, state: State, said: Text, world: World) -> Turn:
    return _say(state, "help_clinic" if said.clinic else "help", *_identity(state, world))


def _identity(state: State, world: World) -> tuple[tuple[str, str], ...]:
    """Who we are. `call` becomes a sentence with the number to call, or nothing where none is set."""
    return ("clinic", world.clinic_name), ("call", world.person_spoken)


def _person(tree: Tree, state: State, said: Text, world: World) -> Turn:
    if world.person:
        return _say(state, "person", ("phone", world.person_spoken))
    return _show(tree, state, said, HELPLINES)


def _language(tree: Tree, state: State, said: Text, world: World) -> Turn:
    chosen = Language(said.reading.label[-2:])
    new, reply = _show(tree, replace(state, language=chosen), said, MAIN)
    return new, Reply((Say("language_changed"), *reply.parts), (SetLanguage(chosen),))


def _digit(tree: Tree, state: State, said: Text, world: World) -> Turn:
    digit = said.reading.value
    if said.clinic and said.blind:
        return _say(state, "recorded")
    asked = state.asked if said.minute - state.asked_at <= MENU_MINUTES else "none"
    kind, _, codes = asked.partition(".")
    picks = dict(zip("12", codes.split("."), strict=False)) if kind == "pick" else {}
    if picks.get(digit) in tree.nodes:
        return _show(tree, replace(state, asked="none"), said, picks[digit], placed=True)
    if kind == "gate" and digit == "1" and codes in tree.nodes:
        return _show(tree, replace(state, asked="none"), said, codes, page=2)
    menu = asked if asked in tree.nodes else MAIN
    node = tree.choice(menu, digit)
    if node is None:
        _, shown = _show(tree, state, said, menu)
        return _asking(places.at(state, menu), menu, said), shown
    return _show(tree, state, said, node.code)


def _code(tree: Tree, state: State, said: Text, world: World) -> Turn:
    node: Node | None = tree.node(said.reading.value)
    if node is None:
        return _unknown(tree, state, said, world)
    return _show(tree, state, said, node.code, placed=True)


def _choice(tree: Tree, state: State, said: Text, world: World) -> Turn:
    codes = [tree.codes[label.removeprefix("topic:")] for label in said.reading.choices]
    language = state.language or Language.ENGLISH
    first, second = (tree.nodes[code].title[language] for code in codes)
    return _say(_asking(state, "pick." + ".".join(codes), said), "which_one", ("first", first), ("second", second))


def _unknown(tree: Tree, state: State, said: Text, world: World) -> Turn:
    if said.empty:
        return _say(state, "no_words")
    if said.clinic:
        return _say(state, "unknown_clinic", *_identity(state, world))
    return _say(state, "unknown_again" if state.misses else "unknown")


def _fixed(phrase: str, *effects: Effect) -> Callable[[Tree, State, Text, World], Turn]:
    return lambda tree, state, said, world: _say(state, phrase, effects=effects)


def _nothing(tree: Tree, state: State, said: Text, world: World) -> Turn:
    return state, SILENT


ANSWERS: dict[str, Callable[[Tree, State, Text, World], Turn]] = {
    "action:crisis": _crisis,
    "action:emergency": _emergency,
    "action:urgent": _urgent,
    "action:stop": _stop,
    "action:start": _start,
    "action:menu": _menu,
    "action:facts": _menu,
    "action:back": _back,
    "action:more": _more,
    "action:repeat": _repeat,
    "action:help": _help,
    "action:person": _person,
    "action:settings": _fixed("settings"),
    "action:reminders": _fixed("reminders"),
    "action:less": _fixed("reminders"),
    "action:visit": _fixed("reminders"),
    "action:join": _fixed("reminders"),
    "action:language-es": _language,
    "action:language-en": _language,
    "action:thanks": _fixed("thanks"),
    "action:bereavement": _fixed("bereavement", Raise("bereavement")),
    "action:reaction": _nothing,
    "action:auto-reply": _nothing,
    "digit": _digit,
    "code": _code,
    "choice": _choice,
}
