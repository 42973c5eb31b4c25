"""Joining by call: four digits from a card of the desk, the words to agree to, and what the clinic should know."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from service.conversation import places
from service.conversation.put import WAITS, Turn
from service.conversation.reply import Part, Reply, Say, Then
from service.conversation.state import State
from service.conversation.world import World, written
from service.front_desk.clinic_wishes import wait
from service.front_desk.effects import Performer
from service.front_desk.messages import CallStep
from service.languages import Language
from service.reminders import join
from service.reminders.answers import by_call
from service.reminders.consent import Channel
from service.reminders.join import Asked
from service.reminders.refused import Refused
from service.storage.database import Database, StorageDown

log = logging.getLogger(__name__)

# The key that begins, at a clinic's door and after 9 and 3; and the places of these steps alone.
KEY = "4"
CODE, AGREE, NEEDS, LEFT = "D4", "D41", "D42", "D43"
JOINING = frozenset({CODE, AGREE, NEEDS, LEFT})
DIGITS = re.compile("[0-9]{4}", re.ASCII)
# Deaf people and relay callers are not asked: whoever is marked so is never called, and would join for nothing.
NEEDED = {"1": "interpreter", "2": "slow", "3": "ride"}
MOST_MISSES = 2


@dataclass(frozen=True)
class JoiningCalls:
    """Answers these steps. `world`: whom to call with questions, and whether the caller's number can be called."""

    clock: Callable[[], float]
    database: Database
    performer: Performer
    world: World

    def offered(self, state: State, reply: Reply) -> Turn | None:
        """`reply` with the offer to join; None where no clinic is set up, or nobody can say so."""
        try:
            with self.database.read() as connection:
                if not by_call.has_clinics(connection):
                    return None
        except StorageDown as error:
            log.error("whether clinics have cards is not known: %s", error)
            return None
        return state, replace(reply, parts=(*reply.parts, Say("reminder.join_offer")))

    def begun(self, call: CallStep, state: State) -> Turn:
        """The four digits are asked for, unless the number that calls is withheld or cannot be called."""
        if not self.world.can_text:
            return self._left(state, self._with_number(call, "reminder.join_withheld"))
        return self._code(places.at(state, CODE))

    def chosen(self, call: CallStep, state: State) -> Turn | None:
        """What follows keys or a silence here; None for keys that mean the same everywhere, and after the end."""
        keys = call.digits
        if call.dialed or state.place == LEFT or keys in ("0", "7") or keys[:1] in ("9", "*"):
            return None
        if not keys:
            return self._silence(call, state)
        state = replace(state, silences=0)
        if state.place == CODE:
            return self._card(call, state)
        if state.place == NEEDS:
            return self._needs(call, state)
        if keys == "1":
            return self._agreed(call, state)
        if keys == "2":
            return self._declined(call, state)
        return self._asked_again(call, state) if keys == "#" else self._wrong(call, state, keys)

    def _card(self, call: CallStep, state: State) -> Turn:
        if not DIGITS.fullmatch(call.digits):
            return self._missed(state, Say("reminder.join_four"))
        language = state.language or Language.ENGLISH
        try:
            with self.database.write() as connection:
                privacy, now = self.performer.privacy, int(self.clock())
                shown = join.ask(connection, privacy, call.digits, call.caller, Channel.CALL, language, now)
        except StorageDown as error:
            return self._down(call, state, error)
        # Used, expired, wrong and too often sound alike: nobody learns here which digits open a card.
        return self._words(state, shown) if shown.card_id else self._no_card(call, state)

    def _agreed(self, call: CallStep, state: State) -> Turn:
        try:
            with self.database.write() as connection:
                now = int(self.clock())
                joined = join.join(connection, self.performer.privacy, call.caller, now, Channel.CALL)
        except (StorageDown, Refused) as error:
            return self._down(call, state, error)
        if joined is None:
            return self._no_card(call, places.at(state, CODE))
        new = replace(places.at(state, NEEDS), asked=f"joined.{joined.clinic_id}", language=joined.language)
        return new, Reply((Say("reminder.join_done"), Say("reminder.join_needs")), wait=wait(new))

    def _declined(self, call: CallStep, state: State) -> Turn:
        try:
            with self.database.write() as connection:
                join.leave(connection, self.performer.index(call.caller))
        except StorageDown as error:
            return self._down(call, state, error)
        return self._left(state, Say("reminder.join_left"))

    def _needs(self, call: CallStep, state: State) -> Turn:
        if call.digits not in NEEDED:
            return self._wrong(call, state, call.digits)
        clinic_id = int(state.asked.removeprefix("joined."))
        try:
            with self.database.write() as connection:
                by_call.also_needs(connection, self.performer.index(call.caller), clinic_id, NEEDED[call.digits])
        except StorageDown as error:
            return self._down(call, state, error)
        return state, Reply((Say("reminder.join_noted"), Say("reminder.join_needs")), wait=wait(state))

    def _silence(self, call: CallStep, state: State) -> Turn:
        if state.place == NEEDS:
            return state, Reply((Say("reminder.join_goodbye"),), then=Then.HANG_UP)
        state = replace(state, silences=state.silences + 1)
        if state.silences >= len(WAITS):
            return state, Reply((Say("silence_last"),), then=Then.HANG_UP)
        if state.place == CODE:
            return self._code(state, Say("silence_first"))
        return self._asked_again(call, state, Say("silence_first"))

    def _asked_again(self, call: CallStep, state: State, *lead: Part) -> Turn:
        try:
            with self.database.read() as connection:
                shown = join.open_question(connection, self.performer.index(call.caller), int(self.clock()))
        except StorageDown as error:
            return self._down(call, state, error)
        return self._words(state, shown, *lead) if shown else self._no_card(call, places.at(state, CODE))

    def _wrong(self, call: CallStep, state: State, keys: str) -> Turn:
        state = replace(state, misses=state.misses + 1)
        said = Say("wrong_key", (("key", keys[:1]),))
        if state.misses >= MOST_MISSES:
            return self._person(state, said)
        if state.place == NEEDS:
            return state, Reply((said, Say("reminder.join_needs")), wait=wait(state))
        return self._asked_again(call, state, said)

    def _no_card(self, call: CallStep, state: State) -> Turn:
        return self._missed(state, self._with_number(call, "reminder.join_no_card"))

    def _missed(self, state: State, said: Say) -> Turn:
        state = replace(state, misses=state.misses + 1)
        return self._person(state, said) if state.misses >= MOST_MISSES else self._code(state, said)

    def _person(self, state: State, *lead: Part) -> Turn:
        if not self.world.person:
            return self._left(state, *lead, Say("reminder.call_nobody"))
        return replace(state, misses=0), Reply((*lead, Say("person_connecting")), then=Then.DIAL)

    def _down(self, call: CallStep, state: State, error: Exception) -> Turn:
        log.error("call %s could not join: %s", call.call_sid, error)
        return self._left(state, self._with_number(call, "reminder.join_down"))

    def _code(self, state: State, *lead: Part) -> Turn:
        return state, Reply((*lead, Say("reminder.join_code")), wait=wait(state), keys=4)

    def _words(self, state: State, shown: Asked, *lead: Part) -> Turn:
        """The words that the record will hold, in the language of the card."""
        new = replace(state, place=AGREE, misses=state.misses if state.place == AGREE else 0, language=shown.language)
        return new, Reply((*lead, Say("reminder.join_ask", (("clinic", shown.clinic_name),))), wait=wait(new))

    def _left(self, state: State, *parts: Part) -> Turn:
        new = places.at(state, LEFT)
        return new, Reply((*parts, Say("back_choice")), wait=wait(new))

    def _with_number(self, call: CallStep, phrase: str) -> Say:
        """With the number of the desk whose number of ours was called; where several share it, of a person."""
        try:
            with self.database.read() as connection:
                desk = by_call.desk(connection, call.to)
        except StorageDown:
            desk = ""
        return Say(phrase, (("phone", desk or written(self.world.person)),))


assert places.OUTSIDE.isdisjoint(JOINING), "the line must not take these places for its own"
