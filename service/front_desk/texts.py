"""A text at the front desk: read for danger first, answered in one transaction, and answered still without one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from service.conversation.engine import advance
from service.conversation.reply import SILENT, OptIn, OptOut, Reply, Say, topic_of
from service.conversation.said import Text
from service.conversation.state import State, encode
from service.conversation.texts import SAFETY
from service.conversation.understanding.answers import read_answer
from service.conversation.understanding.reading import Reading
from service.conversation.world import World
from service.front_desk import loops
from service.front_desk.clinic_texts import ClinicTexts, concerns
from service.front_desk.effects import Actor, Performer, is_durable, to_json
from service.front_desk.late import LATE, late_turn
from service.front_desk.messages import InboundText
from service.front_desk.spool import Spool
from service.front_desk.standing import standing
from service.front_desk.words import Words
from service.languages import Language
from service.reminders.answers.hear import look_at
from service.reminders.answers.meaning import OF_THE_LINE
from service.segments import plain
from service.storage import talks
from service.storage.database import Database, StorageDown
from service.storage.talks import Talk

log = logging.getLogger(__name__)

# Twilio cuts no text that it accepts; a signed longer one is cut here and answered.
LONGEST = 1600
FEVER_MINUTES = 30
# What Twilio's Advanced Opt-Out says that it did, in our terms.
ACTED_ON = {"STOP": "action:stop", "START": "action:start", "HELP": "action:help"}


class _MustLast(Exception):
    """The answer asks for something that must survive a power cut, and its transaction would not."""


@dataclass(frozen=True)
class _Came:
    """A text as it came, cut to length, with what it means; written `at`, answered `now`, in seconds since 1970."""

    message: InboundText
    body: str
    reading: Reading
    at: int
    now: int


@dataclass(frozen=True)
class TextDesk:
    """Answers texts. `words` gives the words of the day, `world` what holds now, `clock` seconds since 1970.

    `reminders_only` are numbers of ours that never name a topic unasked; `carrier_answers` says whether the carrier
    has already answered its own words; `zone` is that of the clock on which we say when something was written."""

    words: Callable[[], Words]
    world: Callable[[], World]
    clock: Callable[[], float]
    database: Database
    performer: Performer
    spool: Spool
    reminders_only: frozenset[str]
    carrier_answers: bool
    zone: str = "America/New_York"

    def answer(self, message: InboundText, written_at: float | None = None) -> str:
        """The words to send back, empty for none. Never raises for a database or disk that fails.

        `written_at`: when the text was written (seconds since 1970), where it reached us only now. Its answer says
        so, and never opens a menu again."""
        words, now = self.words(), int(self.clock())
        at = now if written_at is None else min(int(written_at), now)
        came = _Came(message, message.body[:LONGEST], _read(words, message), at, now)
        try:
            try:
                must_last = _must_last(came.reading)
                return self.database.in_time(lambda: self._remembered(words, came, durable=must_last))
            except _MustLast:
                return self.database.in_time(lambda: self._remembered(words, came, durable=True))
        except StorageDown as error:
            log.error("text %s answered from memory: %s", message.sid, error)
            return self._from_memory(words, came)

    def _remembered(self, words: Words, came: _Came, *, durable: bool) -> str:
        """The answer, with everything about it stored in one transaction."""
        phone = self.performer.index(came.message.sender)
        with self.database.write(durable=durable) as connection:
            talk = talks.recall(connection, phone)
            state = before = standing(talk)
            if came.at // 60 - state.fever_at <= FEVER_MINUTES:
                came = replace(came, reading=_read(words, came.message, near_fever=True))
            looping, counts = loops.count(talk, came.body, came.now)
            said = self._said(came, talk)
            of_clinic = concerns(talk, said) and not looping
            if of_clinic:
                if not durable:
                    raise _MustLast
                if not talks.answer(connection, came.message.sid, "", came.now):
                    # A copy must not answer a second question with the same digit.
                    return talks.earlier_answer(connection, came.message.sid)
                clinics = ClinicTexts(words, self.performer.privacy, self.world())
                state, reply = clinics.take(connection, state, came.message, said, came.at, came.now)
            else:
                state, reply = advance(words.tree, state, said, self.world())
            stopping = any(isinstance(effect, OptOut | OptIn) for effect in reply.effects)
            if stopping and not durable:
                # A digit, for one, may choose to stop where that was asked.
                raise _MustLast
            if came.now - came.at > LATE:
                state, reply = late_turn(before, state, reply, came.at, self.zone)
            if looping and came.reading.label not in SAFETY and not stopping:
                reply = SILENT
            answer = self._words(words, came, state, reply)
            topic = topic_of(reply)
            if of_clinic:
                talks.correct_answer(connection, came.message.sid, answer, topic=topic, phone=phone)
            elif not talks.answer(connection, came.message.sid, answer, came.now, topic=topic, phone=phone):
                return talks.earlier_answer(connection, came.message.sid)
            self.performer.perform(connection, reply.effects, _actor(came.message, state), came.now)
            talks.remember(connection, phone, {"state": encode(state), "texted_at": came.now, **counts})
            return answer

    def _from_memory(self, words: Words, came: _Came) -> str:
        """The answer for a phone of which nothing is known now, kept on disk to be stored later."""
        said = self._said(came, None)
        state, reply = advance(words.tree, State(), said, self.world())
        if said.clinic and came.reading.label not in OF_THE_LINE and read_answer(came.body):
            # A yes or a no to a reminder of which we know nothing now, like a digit.
            reply = replace(reply, parts=(Say("recorded"),))
        answer = self._words(words, came, state, reply)
        message = came.message
        entry = {
            "sid": message.sid,
            "actor": {"phone": message.sender, "ours": message.to, "language": state.language or "en"},
            "effects": to_json((*reply.effects, *look_at(came.reading))),
            "stops": any(isinstance(effect, OptOut) for effect in reply.effects),
            # Without a language that was only guessed: the one we remember of this phone shall stand.
            "state": encode(replace(state, language=came.reading.language)),
            "answer": answer,
            "body": came.body,
            "at": came.now,
            "reading": {name: getattr(came.reading, name) for name in ("label", "reason", "value", "liked")},
            "only": message.to in self.reminders_only,
        }
        try:
            self.spool.keep(entry, self.clock())
        except OSError as error:
            log.critical("text %s could not be kept at all: %s", message.sid, error)
            return self._unkept(words, came, state, reply)
        return answer

    def _unkept(self, words: Words, came: _Came, state: State, reply: Reply) -> str:
        """The answer where nothing will remember this text: we must not say that anything was stopped."""
        language = state.language or Language.ENGLISH
        if came.reading.also_stop:
            came = replace(came, reading=replace(came.reading, also_stop=False))
            _, reply = advance(words.tree, State(), self._said(came, None), self.world())
        elif is_durable(reply.effects) and came.reading.label not in SAFETY:
            return plain(words.library.phrases["system_sorry_text"].text[language])
        return self._words(words, came, state, reply)

    def _said(self, came: _Came, talk: Talk | None) -> Text:
        return Text(
            reading=came.reading,
            minute=came.at // 60,
            first=talk is not None and not talk.texted_at,
            stopped=talk is not None and talk.stopped,
            clinic=came.message.to in self.reminders_only,
            blind=talk is None,
            empty=not came.body.strip(),
        )

    def _words(self, words: Words, came: _Came, state: State, reply: Reply) -> str:
        answered = came.message.opt_out_type or (self.carrier_answers and came.reading.carrier)
        if answered and not _is_yes(came.reading, reply):
            return ""
        return words.writer.text(reply, state.language or Language.ENGLISH)


def _read(words: Words, message: InboundText, *, near_fever: bool = False) -> Reading:
    """What the text means; where Twilio has acted on it by itself, that is what it meant."""
    reading = words.read(message.body[:LONGEST], near_fever=near_fever)
    if message.opt_out_type not in ACTED_ON or reading.label in SAFETY:
        return reading
    return Reading(ACTED_ON[message.opt_out_type], reason=reading.reason, language=reading.language)


def _is_yes(reading: Reading, reply: Reply) -> bool:
    """YES also starts messages again, to which carriers answer; that it answered a reminder they do not know."""
    phrases = (part.phrase for part in reply.parts if isinstance(part, Say))
    return reading.label == "action:start" and any(phrase.startswith("reminder.") for phrase in phrases)


def _must_last(reading: Reading) -> bool:
    return reading.also_stop or reading.label in ("action:stop", "action:start")


def _actor(message: InboundText, state: State) -> Actor:
    return Actor(message.sender, message.to, state.language or Language.ENGLISH)
