"""How a talk by text unfolds: the reading of what came, in its place, to an answer."""

from __future__ import annotations

from dataclasses import replace

from service.conversation import answers, digits, places
from service.conversation.answers import Answer, Turn, fixed, nothing, say, show, unknown
from service.conversation.reply import SILENT, OptIn, OptOut, Part, Raise, Reply, Say, SetLanguage
from service.conversation.said import Text
from service.conversation.state import State
from service.conversation.tree import MAIN, Tree
from service.conversation.world import World
from service.languages import Language

# A shared phone has no history: MORE, # and BACK forget after half an hour.
PAGE_MINUTES = 30

SAFETY = frozenset({"action:crisis", "action:emergency", "action:urgent"})
# What an opted-out person starts is answered once; chatter is not.
ANSWERED_AFTER_STOP = frozenset(
    {"action:start", "action:help", "action:menu", "action:back", "action:more", "action:repeat", "action:person",
     "action:facts", "action:bereavement", "action:visit", "digit", "code", "choice"}
)  # fmt: skip


def hear(tree: Tree, state: State, said: Text, world: World) -> Turn:
    """The answer to one text. See `Text` for what is known of it; the reading was made before."""
    label = said.reading.label
    language = said.reading.language or state.language or Language.ENGLISH
    state = state.but(language=language)
    if not places.is_known(tree, state, tree.pages):
        state = places.at(state, MAIN)
    elif not _recent(state, said):
        # Now, not at the next MORE: whoever writes in between would make the page look recent again.
        state = replace(places.at(state, MAIN), asked=state.asked)
    new, reply = _answer(tree, state, said, world)
    if said.stopped and not _goes_out_after_stop(label):
        return new.but(seen_at=said.minute), SILENT
    if reply.parts and label not in SAFETY and label != "action:stop":
        reply = replace(reply, parts=reply.parts + _afterwords(said, label))
    if said.reading.also_stop and not said.stopped:
        reply = _stopping_too(reply)
    misses = state.misses + 1 if label == "action:unknown" else 0
    return new.but(seen_at=said.minute, misses=misses), reply


def _goes_out_after_stop(label: str) -> bool:
    return label in SAFETY or label in ANSWERED_AFTER_STOP or label.startswith("topic:")


def _afterwords(said: Text, label: str) -> tuple[Part, ...]:
    if label == "action:bereavement":
        # Nothing about us belongs into that answer.
        return ()
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
        return show(tree, state, said, code, placed=True) if code else unknown(tree, state, said, world)
    return ANSWERS.get(reading.label, unknown)(tree, state, said, world)


def _start(tree: Tree, state: State, said: Text, world: World) -> Turn:
    new, reply = show(tree, state, said, MAIN)
    if not said.stopped:
        return new, reply
    return new, Reply((Say("start"), *reply.parts), (OptIn(),))


def _menu(tree: Tree, state: State, said: Text, world: World) -> Turn:
    return show(tree, state, said, MAIN)


def _back(tree: Tree, state: State, said: Text, world: World) -> Turn:
    return show(tree, state, said, places.above(state.place) if _recent(state, said) else MAIN)


def _more(tree: Tree, state: State, said: Text, world: World) -> Turn:
    if not _recent(state, said):
        return say(state, "nothing_open")
    if not places.has_more(tree, state, tree.pages):
        return say(state, "more_none")
    return show(tree, state, said, state.place, page=state.page + 1)


def _repeat(tree: Tree, state: State, said: Text, world: World) -> Turn:
    if not _recent(state, said) or state.place in places.OUTSIDE:
        return say(state, "nothing_open")
    return show(tree, state, said, state.place, page=state.page)


def _recent(state: State, said: Text) -> bool:
    return said.minute - state.seen_at <= PAGE_MINUTES


def _language(tree: Tree, state: State, said: Text, world: World) -> Turn:
    chosen = Language(said.reading.label[-2:])
    new, reply = show(tree, state.but(language=chosen), said, MAIN)
    return new, Reply((Say("language_changed"), *reply.parts), (SetLanguage(chosen),))


ANSWERS: dict[str, Answer] = {
    "action:crisis": answers.crisis,
    "action:emergency": answers.emergency,
    "action:urgent": answers.urgent,
    "action:stop": answers.stop,
    "action:start": _start,
    "action:menu": _menu,
    "action:facts": _menu,
    "action:back": _back,
    "action:more": _more,
    "action:repeat": _repeat,
    "action:help": answers.about_us,
    "action:person": answers.person,
    "action:settings": fixed("settings"),
    "action:reminders": fixed("reminders"),
    "action:less": fixed("reminders"),
    "action:visit": fixed("reminders"),
    "action:join": fixed("reminders"),
    "action:language-es": _language,
    "action:language-en": _language,
    "action:thanks": fixed("thanks"),
    "action:bereavement": fixed("bereavement", Raise("bereavement")),
    "action:reaction": nothing,
    "action:auto-reply": nothing,
    "digit": digits.digit,
    "code": digits.code,
    "choice": digits.choice,
}
