"""Playing the spool back: what came while the database was down is stored, those who said stop first."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from service.conversation.state import decode, encode
from service.conversation.understanding.answers import read_answer
from service.conversation.understanding.reading import Reading
from service.front_desk.effects import Actor, Performer, from_json
from service.front_desk.spool import Spool
from service.front_desk.standing import standing
from service.languages import Language
from service.reminders.answers.hear import hear
from service.reminders.answers.situation import Written
from service.storage import talks
from service.storage.database import Database

log = logging.getLogger(__name__)


def replay(spool: Spool, database: Database, performer: Performer) -> int:
    """Store every spooled entry once and remove its file; returns how many. Raises StorageDown and leaves the rest.

    A file is removed only after its commit, and storing one twice does no harm, so a crash between loses nothing."""
    count = 0
    for path, entry in spool.entries():
        with database.write() as connection:
            _store(connection, performer, entry)
        path.unlink()
        count += 1
    if count:
        log.warning("stored %d messages that came while the database was down", count)
    return count


def _store(connection: Any, performer: Performer, entry: dict[str, Any]) -> None:
    actor = Actor(**{**entry["actor"], "language": Language(entry["actor"]["language"])})
    if "sid" in entry and not talks.answer(connection, entry["sid"], entry["answer"], entry["at"]):
        return
    if "reading" in entry:
        _answer_the_clinic(connection, performer, entry, actor)
    performer.perform(connection, from_json(entry["effects"]), actor, entry["at"])
    if "state" in entry:
        index = performer.index(actor.phone)
        talk = talks.recall(connection, index)
        if talk.texted_at < entry["at"]:
            state = decode(entry["state"])
            state = replace(state, language=state.language or standing(talk).language)
            talks.remember(connection, index, {"state": encode(state), "texted_at": entry["at"]})


def _answer_the_clinic(connection: Any, performer: Performer, entry: dict[str, Any], actor: Actor) -> None:
    """What this text answers to a reminder is done now. The person had their words while we knew nothing of them, and
    gets no more; a digit counts only where we said that it would be recorded, and is else a menu's."""
    reading = Reading(**entry["reading"])
    phone = performer.index(actor.phone)
    talk = talks.recall(connection, phone)
    was_answered = reading.label == "action:stop" or (reading.label == "digit" and not entry["only"])
    if was_answered or not talk.known:
        return
    hear(
        connection,
        performer.privacy,
        Written(
            sid=entry["sid"],
            number=actor.phone,
            phone=phone,
            ours=actor.ours,
            body=entry["body"],
            reading=reading,
            answer=read_answer(entry["body"]),
            at=entry["at"],
            now=entry["at"],
            language=actor.language,
            stopped=talk.stopped,
            only=entry["only"],
        ),
    )
