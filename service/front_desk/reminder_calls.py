"""A call that we make to remind somebody: an opening that is safe for anyone, the message after 1, and the answers.

The opening is right for the person, a family member, a machine and a relay operator alike, so nothing has to guess
who listens. It is said three times; then we say where to call and hang up."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from service.channels.pieces import NUMBERS
from service.channels.voice import fill_in
from service.conversation.pace import Pace
from service.conversation.reply import Reply, Say, Then
from service.conversation.state import State, encode
from service.front_desk.calls import CallDesk
from service.front_desk.clinic_calls import DOOR, VISIT
from service.front_desk.messages import CallStep
from service.languages import Language
from service.reminders.answers import by_call
from service.reminders.voice_reminders import Spoken, spoken
from service.storage.database import StorageDown

log = logging.getLogger(__name__)

TIMES = 3
# Seconds of silence after each opening; a relay operator types meanwhile.
PAUSE = 8


@dataclass(frozen=True)
class ReminderCalls:
    """Answers the steps of these calls. `desk` answers what follows the message, as on a call to the clinic's number.

    In every `CallStep` here `caller` is the person that was called and `to` our own number."""

    desk: CallDesk

    def answer(self, delivery_id: int, call: CallStep, times: int) -> str:
        """The document after the opening was said `times` times (0 at the start of the call)."""
        message = self._message(delivery_id, call)
        if message is None:
            return self._document(
                delivery_id, Reply((Say("person_done"),), then=Then.HANG_UP), Language.ENGLISH, Pace.NORMAL
            )
        key = call.digits[:1]
        if key == "1":
            return self._tell(delivery_id, message)
        if key == "2" and message.calls_back:
            return self._call_back(delivery_id, call, message)
        if key in ("9", "0"):
            # Settings and stop: 9 once more stops everything, 1 plays the 911 message. And 0 is a person everywhere.
            at_door = encode(State(language=message.language, pace=message.pace, place=DOOR))
            return self.later(delivery_id, replace(call, state=at_door))
        if times >= TIMES:
            goodbye = Say("reminder.call_goodbye", (("phone", message.phone),))
            return self._document(delivery_id, Reply((goodbye,), then=Then.HANG_UP), message.language, message.pace)
        opening = Say("reminder.call_opening", (("clinic", message.clinic_name),))
        reply = Reply((opening,), wait=PAUSE)
        return self._document(delivery_id, reply, message.language, message.pace, f"?n={times + 1}")

    def later(self, delivery_id: int, call: CallStep) -> str:
        """The document of a step after the message."""
        desk = replace(
            self.desk,
            voice_url=f"{self.desk.voice_url}/reminder/{delivery_id}",
            reminders_only=self.desk.reminders_only | {call.to},
            # The log is of calls that came to us; this one stands among what we sent.
            journal=None,
        )
        return desk.answer(call)

    def _tell(self, delivery_id: int, message: Spoken) -> str:
        if not message.asks:
            # Then silence brings the goodbye with the number, and 1 the message once more.
            choice = (Say("reminder.call_back_choice"),) if message.calls_back else ()
            reply = Reply((*message.parts, *choice, Say("reminder.call_again")), wait=PAUSE)
            return self._document(delivery_id, reply, message.language, message.pace, f"?n={TIMES}")
        visit = f"visit.{message.visit_id}"
        state = State(language=message.language, pace=message.pace, place=VISIT, asked=visit)
        reply = Reply((*message.parts, Say("reminder.call_choices")), wait=10)
        at = f"/step?s={encode(state)}&t={int(self.desk.clock() * 1000)}"
        return self._document(delivery_id, reply, message.language, message.pace, at)

    def _call_back(self, delivery_id: int, call: CallStep, message: Spoken) -> str:
        desk = self.desk
        phone, now = desk.performer.index(call.caller), int(desk.clock())
        try:
            with desk.database.write() as connection:
                said = by_call.call_back(connection, phone, call.to, message.clinic_id, message.language, now)
        except StorageDown as error:
            log.error("reminder call %s could not ask for a call: %s", call.call_sid, error)
            said = None
        numbers = tuple(one for one in said.fields if one[0] in NUMBERS) if said else ()
        reply = Reply((Say(said.phrase, numbers) if said else Say("system_sorry"),), then=Then.HANG_UP)
        return self._document(delivery_id, reply, message.language, message.pace)

    def _message(self, delivery_id: int, call: CallStep) -> Spoken | None:
        try:
            with self.desk.database.read() as connection:
                return spoken(connection, delivery_id, self.desk.performer.index(call.caller))
        except StorageDown as error:
            log.error("reminder call %s could not be told: %s", call.call_sid, error)
            return None

    def _document(self, delivery_id: int, reply: Reply, language: Language, pace: Pace, at: str = "") -> str:
        # Rendered anew each time: it names a clinic and somebody's visit, which must not be remembered.
        document = self.desk.words().voice.render(reply, language, pace)
        return fill_in(document, f"{self.desk.voice_url}/reminder/{delivery_id}{at}")
