"""A step of a call at the front desk: no row is read or written unless the call begins or the reply asks for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, replace

from service.conversation.engine import advance
from service.conversation.pace import Pace
from service.conversation.reply import OptOut, Reply, Say, Then
from service.conversation.said import Arrived, Keys, Said, Silence, Speech, Unanswered
from service.conversation.state import BadState, State, decode, encode
from service.conversation.world import World
from service.front_desk.effects import Actor, Performer, is_durable, to_json
from service.front_desk.messages import CallStep
from service.front_desk.spool import Spool
from service.front_desk.words import Words
from service.languages import Language
from service.storage import talks
from service.storage.database import Database, StorageDown

log = logging.getLogger(__name__)

# A caller waits this long, in seconds, for us to find out their language; then we ask for it.
GLANCE = 0.2


@dataclass(frozen=True)
class CallDesk:
    """Answers the steps of calls with TwiML. For the fields see `TextDesk`; `glances` runs the first look."""

    words: Callable[[], Words]
    world: Callable[[], World]
    clock: Callable[[], float]
    database: Database
    performer: Performer
    spool: Spool
    glances: Executor
    voice_url: str

    def answer(self, step: CallStep) -> str:
        """The document for the next step. Never raises for a database or disk that fails."""
        words = self.words()
        world = replace(self.world(), can_text=_can_text(step), line_number=step.to)
        state, said = self._said(words, step)
        if step.dialed == "completed":
            reply = Reply((Say("person_done"),), then=Then.HANG_UP)
        else:
            state, reply = advance(words.tree, state, said, world)
        if reply.effects and not self._perform(step, state, reply):
            reply = Reply((Say("system_sorry"),), then=Then.HANG_UP)
        return self._document(words, state, reply, world)

    def _said(self, words: Words, step: CallStep) -> tuple[State, Said]:
        if not step.state:
            return self._glance(step.caller), Arrived()
        try:
            state = decode(step.state)
        except BadState:
            return State(language=Language.ENGLISH, place="gone"), Silence()
        if step.dialed:
            return state, Unanswered()
        if step.digits:
            return state, Keys(step.digits, step.seconds)
        if step.speech:
            return state, Speech(words.reader.read_speech(step.speech, step.confidence, _offered(words, state)))
        return state, Silence()

    def _glance(self, caller: str) -> State:
        """The language and pace of a number we know, if storage answers at once."""

        def look() -> talks.Talk:
            with self.database.read() as connection:
                return talks.recall(connection, self.performer.index(caller))

        try:
            talk = self.glances.submit(look).result(timeout=GLANCE)
        except (StorageDown, TooLate):
            return State()
        return State(
            language=Language(talk.language) if talk.language else None,
            pace=Pace(talk.pace) if talk.pace else Pace.NORMAL,
        )

    def _perform(self, step: CallStep, state: State, reply: Reply) -> bool:
        """Do the effects, or keep them for later. False where something that must last was lost."""
        now = int(self.clock())
        actor = Actor(step.caller, step.to, state.language or Language.ENGLISH, step.call_sid)
        try:
            with self.database.write(durable=is_durable(reply.effects)) as connection:
                self.performer.perform(connection, reply.effects, actor, now)
            return True
        except StorageDown as error:
            log.error("call %s kept for later: %s", step.call_sid, error)
        entry = {
            "actor": {"phone": step.caller, "ours": step.to, "language": actor.language, "call_sid": step.call_sid},
            "effects": to_json(reply.effects),
            "stops": any(isinstance(effect, OptOut) for effect in reply.effects),
            "at": now,
        }
        try:
            self.spool.keep(entry, self.clock())
            return True
        except OSError as error:
            log.critical("call %s could not be kept at all: %s", step.call_sid, error)
            return not is_durable(reply.effects)

    def _document(self, words: Words, state: State, reply: Reply, world: World) -> str:
        query = f"?s={encode(state)}&t={int(self.clock() * 1000)}"
        return words.voice.twiml(
            reply,
            state.language or Language.ENGLISH,
            state.pace,
            step=f"{self.voice_url}/step{query}",
            dialed=f"{self.voice_url}/dialed{query}",
            person=world.person,
        )


def _offered(words: Words, state: State) -> list[tuple[str, str]]:
    node = words.tree.node(state.place)
    language = state.language or Language.ENGLISH
    return [(code, words.tree.nodes[code].spoken[language]) for code in node.choices] if node else []


def _can_text(step: CallStep) -> bool:
    # Withheld numbers come as words or as +266696687 and the like; only a US number can be texted.
    return step.caller.startswith("+1") and len(step.caller) == 12 and step.caller != step.to
