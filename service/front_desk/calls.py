"""A step of a call at the front desk: no row is read or written unless the call begins or the reply asks for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import asdict, dataclass, field, replace

from service.channels.voice import fill_in
from service.conversation.pace import Pace
from service.conversation.places import REMINDERS
from service.conversation.put import put
from service.conversation.reply import SILENT, OptIn, OptOut, TextPlace
from service.conversation.state import State, came_by_door, decode, encode, place_of
from service.conversation.world import World
from service.front_desk.call_journal import CallJournal
from service.front_desk.clinic_calls import ClinicCalls
from service.front_desk.clinic_wishes import WISHES, ClinicWishes
from service.front_desk.effects import Actor, Performer, is_durable, to_json
from service.front_desk.joining_calls import JOINING, KEY, JoiningCalls
from service.front_desk.messages import CallStep
from service.front_desk.spool import Spool
from service.front_desk.steps import Came, Step
from service.front_desk.words import Words
from service.languages import Language
from service.reminders.answers.by_call import Owner, owner
from service.storage import talks
from service.storage.database import Database, StorageDown

log = logging.getLogger(__name__)

# A caller waits this long, in seconds, for us to find out their language; then we ask for it.
GLANCE = 0.2
# What a caller is told was done, so that it must not be said where it could be neither stored nor kept.
PROMISED = (OptOut, OptIn, TextPlace)


@dataclass(frozen=True)
class _Glance:
    """What is known when a call begins; `door`: a clinic reminds from this number of ours."""

    state: State = field(default_factory=State)
    door: bool = False


@dataclass(frozen=True)
class CallDesk:
    """Answers the steps of calls with TwiML. For the fields see `TextDesk`; `glances` runs the first look, `journal`
    remembers the way of a call for the call log."""

    words: Callable[[], Words]
    world: Callable[[], World]
    clock: Callable[[], float]
    database: Database
    performer: Performer
    spool: Spool
    glances: Executor
    voice_url: str
    reminders_only: frozenset[str] = frozenset()
    journal: CallJournal | None = None

    def answer(self, call: CallStep) -> str:
        """The document for the next step. Never raises for a database or disk that fails."""
        words, world = self.words(), self.world().for_caller(call.caller, call.to)
        steps, person = words.steps, world.person
        looked = _Glance() if call.state or call.to in self.reminders_only else self._glance(call)
        if call.to in self.reminders_only or looked.door or came_by_door(call.state):
            facts = call.to not in self.reminders_only
            clinic_calls = ClinicCalls(words, world, self.clock, self.database, self.performer, facts)
            step, person = clinic_calls.take(call)
        elif call.state:
            came = Came(
                _on_the_line(call.state), call.digits[:3], call.seconds, call.speech, call.confidence, call.dialed
            )
            step = self._about_reminders(call, words) or self._joining(call, words, world) or steps.take(came, world)
            if place_of(step.state) == REMINDERS and call.digits[-1:] in ("3", "7"):
                step = self._reminders(call, words, step, world)
        else:
            step = steps.arrive(looked.state, world)
        if step.effects and not self._perform(call, step):
            step = steps.sorry(step)
        if self.journal:
            self.journal.note(call, step)
        query = f"?s={step.state}&t={int(self.clock() * 1000)}"
        return fill_in(step.document, f"{self.voice_url}/step{query}", f"{self.voice_url}/dialed{query}", person)

    def _about_reminders(self, call: CallStep, words: Words) -> Step | None:
        """The step after what a caller whom a clinic knows was told of their reminders."""
        if place_of(call.state) != WISHES:
            return None
        state = decode(call.state)
        turn = ClinicWishes(self.clock, self.database, self.performer).chosen(call, state)
        return words.steps.put(*turn) if turn else None

    def _joining(self, call: CallStep, words: Words, world: World) -> Step | None:
        """The step after the key that joins, or on the way of joining."""
        place, joining = place_of(call.state), JoiningCalls(self.clock, self.database, self.performer, world)
        if place in JOINING:
            turn = joining.chosen(call, decode(call.state))
        elif place == REMINDERS and call.digits == KEY and joining.offered(State(), SILENT):
            turn = joining.begun(call, decode(call.state))
        else:
            return None
        return words.steps.put(*turn) if turn else None

    def _reminders(self, call: CallStep, words: Words, step: Step, world: World) -> Step:
        """Key 3 in the settings: to whom a clinic knows, their own; to others what the line says, and the offer."""
        state, joining = decode(step.state), JoiningCalls(self.clock, self.database, self.performer, world)
        turn = ClinicWishes(self.clock, self.database, self.performer).opened(call, state)
        turn = turn or joining.offered(*put(words.tree, state))
        return replace(words.steps.put(*turn), effects=step.effects) if turn else step

    def _glance(self, call: CallStep) -> _Glance:
        """The language and pace of a number we know, and whether this number of ours is a clinic's too, if storage
        answers at once."""

        def look() -> tuple[talks.Talk, Owner | None]:
            with self.database.read() as connection:
                talk = talks.recall(connection, self.performer.index(call.caller))
                return talk, owner(connection, call.to)

        glance = self.glances.submit(look)
        try:
            talk, clinic = glance.result(timeout=GLANCE)
        except (StorageDown, TooLate):
            glance.cancel()
            return _Glance()
        state = State(
            language=Language(talk.language) if talk.language else None,
            pace=Pace(talk.pace) if talk.pace else Pace.NORMAL,
        )
        return _Glance(state, door=clinic is not None)

    def _perform(self, call: CallStep, step: Step) -> bool:
        """Do the effects, or keep them for later. False where something that must last was lost."""
        now = int(self.clock())
        actor = Actor(call.caller, call.to, step.language, call.call_sid[:64])

        def perform() -> None:
            with self.database.write(durable=is_durable(step.effects)) as connection:
                self.performer.perform(connection, step.effects, actor, now)

        try:
            self.database.in_time(perform)
            return True
        except StorageDown as error:
            log.error("call %s kept for later: %s", call.call_sid, error)
        entry = {
            "actor": asdict(actor),
            "effects": to_json(step.effects),
            "stops": any(isinstance(effect, OptOut) for effect in step.effects),
            "at": now,
        }
        try:
            self.spool.keep(entry, self.clock())
            return True
        except OSError as error:
            log.critical("call %s could not be kept at all: %s", call.call_sid, error)
            return not any(isinstance(effect, PROMISED) for effect in step.effects)


def _on_the_line(state: str) -> str:
    """`state` for the line, which knows nothing of the place where a clinic's words stood."""
    return encode(replace(decode(state), place=REMINDERS)) if place_of(state) in {WISHES, *JOINING} else state
