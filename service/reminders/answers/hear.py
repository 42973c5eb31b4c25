"""A text from somebody whom a clinic knows: understood in its situation, done in one transaction, and answered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from service.conversation.reply import Effect, OptOut, Raise, Say
from service.conversation.understanding.reading import Reading
from service.languages import Language
from service.reminders.answers import questions, staff, stopping
from service.reminders.answers.doing import DO, about_a_visit, kept_words
from service.reminders.answers.known import known, site
from service.reminders.answers.meaning import Meaning, meaning
from service.reminders.answers.situation import Situation, Written, find
from service.reminders.answers.turn import Turn
from service.reminders.privacy import Privacy

ABOUT_A_VISIT = (Meaning.COMES, Meaning.CALL, Meaning.ANOTHER_DAY, Meaning.LATE)
# Of these the words are kept for the clinic's staff; what somebody asks the information line is not theirs.
KEPT = frozenset({*ABOUT_A_VISIT, Meaning.WORDS, Meaning.BESIDES, Meaning.DEATH, Meaning.SETTLED})


@dataclass(frozen=True)
class Heard:
    """What follows. `parts`: the answer, () for none, None where the information line answers, with `besides` said
    after it and `digit` in place of what the person wrote. `call` is the number (E.164) to give this person now."""

    parts: tuple[Say, ...] | None
    language: Language | None = None
    besides: tuple[Say, ...] = ()
    effects: tuple[Effect, ...] = ()
    digit: str = ""
    clinic_name: str = ""
    call: str = ""


def hear(connection: Connection, privacy: Privacy, text: Written) -> Heard:
    """What follows from a text, done in the transaction of `connection`."""
    people = known(connection, text.phone, text.ours)
    situation = find(connection, text, people)
    person = situation.person
    place = site(connection, person.clinic_id) if person else None
    language = text.reading.language or text.language or (person.language if person else Language.ENGLISH)
    turn = Turn(connection, privacy, text, situation, language, place)
    if text.reading.label == "action:stop" and people and not text.stopped:
        parts = stopping.answer_to_stop(connection, people, text.ours, text.reading.reason, text.now)
        return _heard(turn, parts, (OptOut("text"), *look_at(text.reading)))
    what = meaning(text.reading, text.answer, situation.asked)
    if what in ABOUT_A_VISIT and what is not Meaning.CALL and not _visit_ahead(situation, text.now):
        # It answers a question that was about no visit, such as whether to set one, or comes when all is over.
        what = Meaning.WORDS
    effects = (OptOut("text"),) if text.reading.also_stop and not text.stopped and what is not Meaning.LINE else ()
    if what is Meaning.MENU:
        turn.close_small()
        return replace(_heard(turn, None), digit=situation.asked.repeated)
    if what is Meaning.LINE:
        if text.reading.label.removeprefix("action:") in staff.URGENT:
            _raise(turn)
        elif text.reading.label == "action:start" and text.stopped:
            _keep(turn, "start")
        return _heard(turn, None)
    reply_id = _keep(turn, what) if what in KEPT else None
    if what is Meaning.BESIDES:
        return replace(_heard(turn, None), besides=kept_words(turn, reply_id, "reminder.kept_too"))
    if what in ABOUT_A_VISIT:
        return _heard(turn, about_a_visit(turn, what, reply_id), effects)
    return _heard(turn, DO[what](turn, reply_id), effects)


def look_at(reading: Reading) -> tuple[Raise, ...]:
    """What staff should look at after a stop that was read with a reason."""
    asked = reading.label == "action:stop" and reading.reason in ("cancel", "wrong-number")
    return (Raise(reading.reason),) if asked else ()


def _visit_ahead(situation: Situation, now: int) -> bool:
    return situation.about is not None and situation.about.starts_at > now - questions.GRACE


def _heard(turn: Turn, parts: tuple[Say, ...] | None, effects: tuple[Effect, ...] = ()) -> Heard:
    person, place = turn.situation.person, turn.place
    return Heard(
        parts,
        turn.language if person or turn.text.reading.language else turn.text.language,
        effects=effects,
        clinic_name=person.clinic_name if person else "",
        call=place.number_at(turn.text.now) if place else "",
    )


def _raise(turn: Turn) -> None:
    """Danger: the line answers at once; staff get the words and a task, in every clinic that knows the phone."""
    reading = turn.text.reading
    for person in turn.situation.people:
        kept = staff.Kept(turn.text.sid, turn.text.body, reading.label, reading.reason)
        reply_id = staff.keep_words(turn.connection, turn.privacy, person, kept, turn.text.now)
        kind, due = reading.label.removeprefix("action:"), turn.text.now + staff.URGENT_WITHIN
        staff.tell(turn.connection, person, kind, turn.text.now, due, reply_id=reply_id)


def _keep(turn: Turn, what: str) -> int | None:
    if turn.situation.person is None:
        return None
    kept = staff.Kept(turn.text.sid, turn.text.body, turn.text.reading.label, what)
    return staff.keep_words(turn.connection, turn.privacy, turn.situation.person, kept, turn.text.now)
