"""A text at the front desk: read for danger first, answered in one transaction, and answered still without one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from service.conversation.engine import advance
from service.conversation.reply import SILENT, OptIn, OptOut, Reply
from service.conversation.said import Text
from service.conversation.state import BadState, State, decode, encode
from service.conversation.texts import SAFETY
from service.conversation.understanding.reading import Reading
from service.conversation.world import World
from service.front_desk import loops
from service.front_desk.effects import Actor, Performer, is_durable, to_json
from service.front_desk.messages import InboundText
from service.front_desk.spool import Spool
from service.front_desk.words import Words
from service.languages import Language
from service.segments import plain
from service.storage import talks
from service.storage.database import Database, StorageDown
from service.storage.talks import Talk

log = logging.getLogger(__name__)

# Twilio cuts no text that it accepts; a signed longer one is cut here and answered.
LONGEST = 1600
FEVER_MINUTES = 30


@dataclass(frozen=True)
class TextDesk:
    """Answers texts. `words` gives the words of the day, `world` what holds now, `clock` seconds since 1970.

    `reminders_only` are numbers of ours that never name a topic unasked; `carrier_answers` says whether the carrier
    has already answered its own words."""

    words: Callable[[], Words]
    world: Callable[[], World]
    clock: Callable[[], float]
    database: Database
    performer: Performer
    spool: Spool
    reminders_only: frozenset[str]
    carrier_answers: bool

    def answer(self, message: InboundText) -> str:
        """The words to send back, empty for none. Never raises for a database or disk that fails."""
        body = message.body[:LONGEST]
        words, now = self.words(), int(self.clock())
        reading = words.read(body)
        try:
            with self.database.write(durable=_must_last(reading)) as connection:
                return self._remembered(connection, words, message, body, reading, now)
        except StorageDown as error:
            log.error("text %s answered from memory: %s", message.sid, error)
            return self._from_memory(words, message, body, reading, now)

    def _remembered(
        self, connection: Connection, words: Words, message: InboundText, body: str, reading: Reading, now: int
    ) -> str:
        phone = self.performer.index(message.sender)
        talk = talks.recall(connection, phone)
        state = _state(talk)
        if now // 60 - state.fever_at <= FEVER_MINUTES:
            reading = words.read(body, near_fever=True)
        said = self._said(message, body, reading, now, talk)
        looping, counts = loops.count(talk, body, now)
        state, reply = advance(words.tree, state, said, self.world())
        if looping and reading.label not in SAFETY and not any(isinstance(e, OptOut | OptIn) for e in reply.effects):
            reply = SILENT
        answer = self._words(words, message, reading, state, reply)
        if not talks.answer(connection, message.sid, answer, now):
            return talks.earlier_answer(connection, message.sid)
        self.performer.perform(connection, reply.effects, _actor(message, state), now)
        talks.remember(connection, phone, {"state": encode(state), "texted_at": now, **counts})
        return answer

    def _from_memory(self, words: Words, message: InboundText, body: str, reading: Reading, now: int) -> str:
        said = self._said(message, body, reading, now, None)
        state, reply = advance(words.tree, State(), said, self.world())
        answer = self._words(words, message, reading, state, reply)
        entry = {
            "sid": message.sid,
            "actor": {"phone": message.sender, "ours": message.to, "language": state.language or "en"},
            "effects": to_json(reply.effects),
            "stops": any(isinstance(effect, OptOut) for effect in reply.effects),
            "state": encode(state),
            "answer": answer,
            "body": body,
            "at": now,
        }
        try:
            self.spool.keep(entry, self.clock())
        except OSError as error:
            log.critical("text %s could not be kept at all: %s", message.sid, error)
            if is_durable(reply.effects) and reading.label not in SAFETY:
                # We must not say "stopped" when nothing will remember it.
                sorry = words.library.phrases["system_sorry_text"]
                return plain(sorry.text[state.language or Language.ENGLISH])
        return answer

    def _said(self, message: InboundText, body: str, reading: Reading, now: int, talk: Talk | None) -> Text:
        return Text(
            reading=reading,
            minute=now // 60,
            first=talk is not None and not talk.texted_at,
            stopped=talk is not None and talk.stopped,
            clinic=message.to in self.reminders_only,
            blind=talk is None,
            empty=not body.strip(),
        )

    def _words(self, words: Words, message: InboundText, reading: Reading, state: State, reply: Reply) -> str:
        if message.opt_out_type or (self.carrier_answers and reading.carrier):
            return ""
        return words.writer.text(reply, state.language or Language.ENGLISH)


def _must_last(reading: Reading) -> bool:
    return reading.also_stop or reading.label in ("action:stop", "action:start")


def _state(talk: Talk) -> State:
    try:
        state = decode(talk.state) if talk.state else State()
    except BadState:
        # Written by an older release: the talk starts afresh.
        state = State()
    return replace(state, language=Language(talk.language)) if talk.language and not state.language else state


def _actor(message: InboundText, state: State) -> Actor:
    return Actor(message.sender, message.to, state.language or Language.ENGLISH)
