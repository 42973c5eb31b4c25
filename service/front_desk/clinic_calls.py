"""Calls to a clinic's own number: a door that says nothing of any illness, the next visit, a person, and the stop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from service.channels.pieces import NUMBERS
from service.conversation import places
from service.conversation.engine import advance
from service.conversation.pace import Pace
from service.conversation.put import WAITS, put
from service.conversation.reply import Effect, Part, Reply, Say, SetLanguage, Then
from service.conversation.said import Keys, Said, Silence
from service.conversation.state import BadState, State, decode, encode
from service.conversation.tree import MAIN
from service.conversation.world import World, written
from service.front_desk.clinic_wishes import WISHES, ClinicWishes, visit_words, wait
from service.front_desk.effects import Performer
from service.front_desk.joining_calls import JOINING, KEY, JoiningCalls
from service.front_desk.messages import CallStep
from service.front_desk.steps import Step
from service.front_desk.words import Words
from service.languages import Language
from service.reminders.answers import by_call
from service.reminders.answers.by_call import Caller, Owner
from service.reminders.answers.meaning import DIGITS
from service.reminders.answers.told import AskedVisits
from service.storage import talks
from service.storage.database import Database, StorageDown

log = logging.getLogger(__name__)

# Places of these calls alone, beside those where wishes are told.
DOOR, VISIT = "D", "DV"
# Where the line's own answers stand; from everywhere else one comes back to the door.
OF_THE_LINE = frozenset({places.SETTINGS, places.STOPPED, places.REMINDERS, places.CALL_911, places.CRISIS})
# What the line says of a key that leads back to the door.
SAID_FIRST = frozenset({"language_changed", "start", "pace_slower", "pace_normal"})


@dataclass(frozen=True)
class ClinicCalls:
    """Answers the steps of these calls. The line answers 9 and what follows it, so that 9 9 stops everywhere.
    `facts`: the same number tells facts too, to those who ask for them by a key of its own."""

    words: Words
    world: World
    clock: Callable[[], float]
    database: Database
    performer: Performer
    facts: bool = False

    def take(self, call: CallStep) -> tuple[Step, str]:
        """The step that follows, and the number (E.164) that 0 dials."""
        known, owner = self._caller(call)
        if self.facts and owner and not owner.facts:
            return replace(self, facts=False).take(call)
        name = (owner.clinic_name if owner else "") or self.world.clinic_name
        caller = known or Caller(name, Language.ENGLISH, self.world.person)
        world = replace(self.world, person=caller.person or self.world.person, clinic_name=caller.clinic_name)
        state = self._state(call, known)
        new, reply = self._turn(call, state, caller, world)
        return self._step(new, reply), world.person

    def _turn(self, call: CallStep, state: State, caller: Caller, world: World) -> tuple[State, Reply]:
        if not call.state:
            return self._door(state, caller)
        if call.dialed == "completed":
            return state, Reply((Say("person_done"),), then=Then.HANG_UP)
        if call.dialed:
            return self._door(state, caller, Say("person_back"))
        if state.place == WISHES and (turn := self._wishes.chosen(call, state)):
            return turn
        joining = JoiningCalls(self.clock, self.database, self.performer, world)
        if state.place in JOINING:
            if turn := joining.chosen(call, state):
                return turn
            # The line takes at most three keys at once.
            call, state = replace(call, digits=call.digits[:3]), replace(state, place=DOOR)
        if state.place in (DOOR, places.REMINDERS) and call.digits == KEY:
            return joining.begun(call, state)
        if state.place in (DOOR, VISIT) and call.digits[:1] not in ("9", "7"):
            return self._at_the_door(call, state, caller, world)
        return self._on_the_line(call, state, caller, world)

    def _at_the_door(self, call: CallStep, state: State, caller: Caller, world: World) -> tuple[State, Reply]:
        key = call.digits[:1]
        if not key:
            return self._silence(call, state, caller, world)
        if key == "0":
            return self._person(state, world)
        if key == "2" and state.language is None:
            spanish = replace(state, language=Language.SPANISH)
            return self._door(spanish, caller, effects=(SetLanguage(Language.SPANISH),))
        if state.place == VISIT and key in DIGITS:
            return self._answered(call, state, caller, world, key)
        if key == "1" or (key == "#" and state.place == VISIT):
            return self._visit(call, state, caller, world)
        if key == "3" and self.facts:
            # Asked for: from here on it is the information line.
            inside = replace(places.at(state, MAIN), language=state.language or Language.ENGLISH, door=False)
            return put(self.words.tree, inside)
        if key in "*#":
            return self._door(state, caller)
        return self._door(state, caller, Say("wrong_key", (("key", key),)))

    def _on_the_line(self, call: CallStep, state: State, caller: Caller, world: World) -> tuple[State, Reply]:
        if state.place in (DOOR, VISIT):
            state = replace(state, place=MAIN, language=state.language or Language.ENGLISH)
        if state.place == WISHES:
            state = replace(state, place=places.REMINDERS)
        said: Said = Keys(call.digits, call.seconds) if call.digits else Silence()
        new, reply = advance(self.words.tree, state, said, world)
        if new.place == places.REMINDERS and reply.then is Then.LISTEN:
            mine = self._wishes.opened(call, new, *_said_first(reply))
            joining = JoiningCalls(self.clock, self.database, self.performer, world)
            return mine or joining.offered(new, reply) or (new, reply)
        if new.place in OF_THE_LINE or reply.then is not Then.LISTEN:
            return new, reply
        return self._door(new, caller, *_said_first(reply), effects=reply.effects)

    def _door(
        self, state: State, caller: Caller, *lead: Part, effects: tuple[Effect, ...] = ()
    ) -> tuple[State, Reply]:
        named = Say("reminder.call_door", (("clinic", caller.clinic_name),))
        door: tuple[Part, ...] = (named if caller.clinic_name else Say("reminder.call_door_nameless"),)
        if state.language is None:
            door += (Say("language_spanish", language=Language.SPANISH),)
        if self.facts:
            door += (Say("reminder.call_facts"),)
        if not caller.agreed:
            door += (Say("reminder.join_offer"),)
        new = replace(places.at(state, DOOR), silences=state.silences)
        return new, Reply((*lead, *door), effects, wait=wait(new))

    def _silence(self, call: CallStep, state: State, caller: Caller, world: World) -> tuple[State, Reply]:
        state = replace(state, silences=state.silences + 1)
        if state.silences > len(WAITS) - 1:
            return state, Reply((Say("silence_last"),), then=Then.HANG_UP)
        if state.place == VISIT:
            # The question stands: whoever needs time to find the key hears it again.
            new, reply = self._visit(call, state, caller, world)
            new = replace(new, silences=state.silences)
            return new, replace(reply, parts=(Say("silence_first"), *reply.parts), wait=wait(new))
        return self._door(state, caller, Say("silence_first"))

    def _person(self, state: State, world: World) -> tuple[State, Reply]:
        if world.person:
            return state, Reply((Say("person_connecting"),), then=Then.DIAL)
        return state, Reply((Say("reminder.call_nobody"),), wait=wait(state))

    def _visit(self, call: CallStep, state: State, caller: Caller, world: World) -> tuple[State, Reply]:
        """The next visit and its three keys; to a phone that has not agreed to anything, whom to ask."""
        try:
            about = self._next_visit(call)
        except StorageDown as error:
            log.error("call %s could not be told its visit: %s", call.call_sid, error)
            return self._person(state, world)
        if about is None:
            return self._door(state, caller, _no_visit(world.person))
        language = state.language or caller.language
        parts = (*visit_words(about, language), Say("reminder.call_choices"))
        new = replace(places.at(state, VISIT), asked=f"visit.{about.ids[0]}")
        return new, Reply(parts, wait=wait(new))

    def _answered(self, call: CallStep, state: State, caller: Caller, world: World, key: str) -> tuple[State, Reply]:
        visit_id = int(state.asked.removeprefix("visit.") or 0)
        language = state.language or caller.language
        phone, now = self.performer.index(call.caller), int(self.clock())
        try:
            with self.database.write() as connection:
                said = by_call.answer(connection, phone, call.to, visit_id, DIGITS[key], language, now)
        except StorageDown as error:
            log.error("call %s could not answer for its visit: %s", call.call_sid, error)
            return state, Reply((Say("system_sorry"),), then=Then.HANG_UP)
        if said is None:
            return self._visit(call, state, caller, world)
        # Spoken, an answer names no time: the person has just heard it.
        return self._door(state, caller, Say(said.phrase, tuple(one for one in said.fields if one[0] in NUMBERS)))

    @property
    def _wishes(self) -> ClinicWishes:
        return ClinicWishes(self.clock, self.database, self.performer)

    def _caller(self, call: CallStep) -> tuple[Caller | None, Owner | None]:
        try:
            with self.database.read() as connection:
                phone = self.performer.index(call.caller)
                caller = by_call.caller(connection, phone, call.to, int(self.clock()))
                return caller, by_call.owner(connection, call.to)
        except StorageDown as error:
            log.error("call %s from a phone that we cannot look up: %s", call.call_sid, error)
            return None, None

    def _next_visit(self, call: CallStep) -> AskedVisits | None:
        with self.database.read() as connection:
            return by_call.next_visit(connection, self.performer.index(call.caller), call.to, int(self.clock()))

    def _state(self, call: CallStep, known: Caller | None) -> State:
        """Where the call stands; at its beginning the language that the person chose here, or told the clinic."""
        if call.state:
            try:
                return decode(call.state)
            except BadState:
                return State(place=DOOR, door=True)
        try:
            with self.database.read() as connection:
                talk = talks.recall(connection, self.performer.index(call.caller))
        except StorageDown:
            return State(place=DOOR, door=True)
        chosen = Language(talk.language) if talk.language else None
        pace = Pace(talk.pace) if talk.pace else Pace.NORMAL
        language = chosen or (known.language if known else None)
        return State(language=language, pace=pace, place=DOOR, door=True)

    def _step(self, state: State, reply: Reply) -> Step:
        language = state.language or Language.ENGLISH
        return Step(encode(state), language, self.words.voice.document(reply, language, state.pace), reply.effects)


def _said_first(reply: Reply) -> tuple[Say, ...]:
    return tuple(part for part in reply.parts if isinstance(part, Say) and part.phrase in SAID_FIRST)


def _no_visit(number: str) -> Say:
    return Say("reminder.visit_none", (("phone", written(number)),))


assert places.OUTSIDE.isdisjoint({DOOR, VISIT}), "the line must not take these places for its own"
