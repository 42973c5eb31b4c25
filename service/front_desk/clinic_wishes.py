"""What a caller whom a clinic knows hears after 9 and 3: what is on, the next visit, and fewer messages by keys."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from service.conversation import places
from service.conversation.pace import Pace
from service.conversation.put import SLOW_WAIT, WAITS
from service.conversation.reply import Part, Reply, Say, Then
from service.conversation.state import State
from service.front_desk.effects import Performer
from service.front_desk.messages import CallStep
from service.languages import Language
from service.reminders.answers import by_call
from service.reminders.answers.told import AskedVisits
from service.reminders.voice_reminders import about_visits
from service.storage.database import Database, StorageDown

log = logging.getLogger(__name__)

# The place of these words alone, and the keys that choose there.
WISHES = "D3"
CHOICES = frozenset("12345")


@dataclass(frozen=True)
class ClinicWishes:
    """Answers these steps."""

    clock: Callable[[], float]
    database: Database
    performer: Performer

    def opened(self, call: CallStep, state: State, *lead: Part) -> tuple[State, Reply] | None:
        """What is on for this phone, its next visit and the choices; None for a phone that no clinic knows, and while
        the database is away: then the line says what it says to everybody."""
        language = state.language or Language.ENGLISH
        try:
            with self.database.read() as connection:
                phone, now = self.performer.index(call.caller), int(self.clock())
                standing = by_call.reminders(connection, phone, call.to, language, now)
        except StorageDown as error:
            log.error("call %s could not be told its reminders: %s", call.call_sid, error)
            return None
        if standing is None:
            return None
        visit = visit_words(standing.next_visit, language) if standing.next_visit else ()
        choices = (Say("reminder.call_less"),) if standing.agreed else (Say("back_choice"),)
        new = replace(places.at(state, WISHES), silences=state.silences)
        return new, Reply((*lead, standing.on, *visit, *choices), wait=wait(new))

    def chosen(self, call: CallStep, state: State) -> tuple[State, Reply] | None:
        """What follows a key or a silence here; None for the keys that mean the same everywhere."""
        key = call.digits[:1]
        if not key:
            return self._silence(call, state)
        if key == "#":
            return self.opened(call, replace(state, silences=0))
        if key not in CHOICES:
            return None
        language = state.language or Language.ENGLISH
        try:
            with self.database.write() as connection:
                phone, now = self.performer.index(call.caller), int(self.clock())
                said = by_call.fewer(connection, phone, call.to, key, language, now)
        except StorageDown as error:
            log.error("call %s could not change its reminders: %s", call.call_sid, error)
            return state, Reply((Say("system_sorry"),), then=Then.HANG_UP)
        if said is None:
            return self.opened(call, state)
        new = replace(places.at(state, WISHES))
        return new, Reply((said, Say("back_choice")), wait=wait(new))

    def _silence(self, call: CallStep, state: State) -> tuple[State, Reply] | None:
        state = replace(state, silences=state.silences + 1)
        if state.silences >= len(WAITS):
            return state, Reply((Say("silence_last"),), then=Then.HANG_UP)
        return self.opened(call, state, Say("silence_first"))


def visit_words(about: AskedVisits, language: Language) -> tuple[Say, ...]:
    """The next visit as a reminder call names it."""
    return about_visits(
        "visit", about.told, language, town=about.site.town, initial=about.initial, say_zone=about.say_zone
    )


def wait(state: State) -> int:
    """Seconds of silence to allow."""
    return SLOW_WAIT if state.pace is Pace.SLOW else WAITS[min(state.silences, 2)]
