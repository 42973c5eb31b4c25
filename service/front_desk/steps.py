"""Steps of calls: from what came to the next state, its document and its effects; a pure function, remembered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from service.channels.voice import Voice
from service.conversation.engine import advance
from service.conversation.reply import SILENT, Effect, Reply, Say, TextPlace, Then
from service.conversation.said import Arrived, Keys, Said, Silence, Speech, Unanswered
from service.conversation.state import BadState, State, decode, encode
from service.conversation.tree import Tree
from service.conversation.understanding.reader import Reader
from service.conversation.world import World
from service.languages import Language

# Popular ways through the menus are a few thousand steps; each takes about two kilobytes.
REMEMBERED = 4096
# Keys closer than these seconds to the step before may be one press of a trembling hand, or go on with a code.
HURRIES = (0.5, 1.5)


@dataclass(frozen=True)
class Came:
    """What came at a step: the state as it travelled, keys and how fast, speech, or how a dialled call ended."""

    state: str
    digits: str = ""
    seconds: float = 60.0
    speech: str = ""
    confidence: float | None = None
    dialed: str = ""


@dataclass(frozen=True)
class Step:
    """What follows: the next state as it travels, the talk's language, the document with marks, and effects to do."""

    state: str
    language: Language
    document: str
    effects: tuple[Effect, ...]


class Steps:
    """Works steps out for one day's words. Speech is never kept: only keys and silence are remembered."""

    def __init__(self, tree: Tree, reader: Reader, voice: Voice) -> None:
        self._tree = tree
        self._reader = reader
        self._voice = voice
        self._remembered = lru_cache(REMEMBERED)(self._take)

    def take(self, came: Came, world: World) -> Step:
        """The step that follows `came`."""
        if came.speech:
            return self._take(came, world)
        # Three speeds are all that matters, so that steps can be remembered.
        hurry = next((limit for limit in HURRIES if came.seconds < limit + 0.5), 60.0)
        return self._remembered(Came(came.state, came.digits, hurry, dialed=came.dialed), world)

    def arrive(self, state: State, world: World) -> Step:
        """The first step of a call, with what we know of the caller in `state`."""
        return self._step(*advance(self._tree, state, Arrived(), world))

    def put(self, state: State, reply: Reply) -> Step:
        """A step that was worked out elsewhere."""
        return self._step(state, reply)

    def sorry(self, step: Step) -> Step:
        """What a caller asked for could be kept nowhere: say so and end, or where it was a text, go on without it."""
        state = replace(decode(step.state), texted="")
        if any(isinstance(effect, TextPlace) for effect in step.effects):
            return self._step(state, replace(SILENT, parts=(Say("text_cannot"), Say("back_choice"))))
        return self._step(state, Reply((Say("system_sorry"),), then=Then.HANG_UP))

    def _take(self, came: Came, world: World) -> Step:
        try:
            state = decode(came.state)
        except BadState:
            # A place that does not exist goes home with an apology, in the language that every release writes first.
            language = {x.value: x for x in Language}.get(came.state.partition("-")[0], Language.ENGLISH)
            state = State(language=language, place="gone")
        if came.dialed == "completed":
            return self._step(state, Reply((Say("person_done"),), then=Then.HANG_UP))
        return self._step(*advance(self._tree, state, self._said(came, state), world))

    def _said(self, came: Came, state: State) -> Said:
        if came.dialed:
            return Unanswered()
        if came.digits:
            return Keys(came.digits, came.seconds)
        if came.speech:
            return Speech(self._reader.read_speech(came.speech, came.confidence, self._offered(state)))
        return Silence()

    def _offered(self, state: State) -> list[tuple[str, str]]:
        node = self._tree.node(state.place)
        language = state.language or Language.ENGLISH
        return [(code, self._tree.nodes[code].spoken[language]) for code in node.choices] if node else []

    def _step(self, state: State, reply: Reply) -> Step:
        language = state.language or Language.ENGLISH
        return Step(encode(state), language, self._voice.document(reply, language, state.pace), reply.effects)
