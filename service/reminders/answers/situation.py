"""The situation in which a text comes: who writes, what was asked, and which visit that was about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from service.conversation.understanding.answers import Answer
from service.conversation.understanding.reading import Reading
from service.languages import Language
from service.reminders.answers import questions, told
from service.reminders.answers.known import Known
from service.reminders.answers.meaning import Asked, Pending, Visit
from service.reminders.answers.questions import Question
from service.reminders.answers.told import AskedVisits
from service.reminders.consent import in_force

# A name of a topic has at most so many words; more are a sentence.
NAME_WORDS = 3
# `C` to confirm, `#1`: what so few letters mean elsewhere, nobody knows here.
TINY = 2
# `Cannot make it`, without a question, is about a visit within this many seconds.
SOON = 14 * 86400


@dataclass(frozen=True)
class Written:
    """A text from a person's `number` (E.164) to `ours`, read. `phone` is the number's blind index; it was written
    `at` and is answered `now`, in seconds since 1970.

    `menu` are the pages that digits would open in a menu of the line, by digit, `choice` the digits of another
    question of the line, put at `asked_at`; `only`: `ours` is no information line; `clinic_name` and `call` name the
    installation's clinic and the number to call; `phrase` gives the words of a fixed phrase."""

    sid: str
    number: str
    phone: str
    ours: str
    body: str
    reading: Reading
    answer: Answer | None
    at: int
    now: int
    language: Language | None
    stopped: bool
    only: bool
    clinic_name: str = ""
    call: str = ""
    phrase: Callable[[str, Language], str] = lambda name, language: name
    menu: Mapping[str, str] = field(default_factory=dict)
    choice: str = ""
    asked_at: int = 0

    @property
    def is_long(self) -> bool:
        """More words than a name of a topic has?"""
        return len(self.body.split()) > NAME_WORDS


@dataclass(frozen=True)
class Situation:
    """What was found: the phone in each clinic, what a digit may answer, and the visits that were asked about.
    `small` is the newest small question, `other` a further visit that nobody has answered yet."""

    people: Sequence[Known]
    asked: Asked
    person: Known | None = None
    about: AskedVisits | None = None
    small: Question | None = None
    other: AskedVisits | None = None


def find(connection: Connection, text: Written, people: Sequence[Known]) -> Situation:
    """The situation of a text."""
    by_clinic = {person.clinic_id: person for person in people}
    open_ones = questions.asked(connection, text.phone, text.ours, text.at)
    reminders = [q for q in open_ones if not questions.is_small(q.kind) and q.clinic_id in by_clinic]
    # What nobody has answered comes before what somebody has, the last question first.
    reminders.sort(key=lambda q: (q.open_until > text.at, q.answered_at is None, q.id), reverse=True)
    situation = _with_small(text, people, open_ones[0] if open_ones else None)
    if reminders:
        person = by_clinic[reminders[0].clinic_id]
        about = told.of_question(connection, person, reminders[0])
        situation = _with_reminder(text, situation, person, reminders[0], about)
        waiting = (q for q in reminders[1:] if q.answered_at is None and q.open_until > text.at)
        others = (told.of_question(connection, by_clinic[q.clinic_id], q) for q in waiting)
        other = next((one for one in others if one and about and one.stands and not {*one.ids} & {*about.ids}), None)
        return replace(situation, other=other)
    if text.answer in ("no", "late"):
        return _with_next_visit(connection, text, situation)
    return situation


def _with_small(text: Written, people: Sequence[Known], newest: Question | None) -> Situation:
    only = text.only or any(person.role == "reminders" for person in people)
    asked = Asked(
        menu="".join(text.menu),
        choice=text.choice if not newest or newest.asked_at <= text.asked_at + 60 else "",
        clinic=only or any(person.is_clinic_number for person in people),
        only=only,
        stopped=text.stopped,
        long=text.is_long,
        tiny=len(text.body.strip()) <= TINY,
    )
    person = people[0] if people else None
    is_small = newest and questions.is_small(newest.kind) and newest.answered_at is None
    if not newest or not is_small or newest.open_until <= text.at or newest.asked_at < text.asked_at:
        return Situation(people, asked, person)
    kind, _, digit = newest.kind.partition(".")
    return Situation(people, replace(asked, pending=Pending(kind), repeated=digit), person, small=newest)


def _with_reminder(
    text: Written, situation: Situation, person: Known, question: Question, about: AskedVisits | None
) -> Situation:
    running = question.open_until > text.at
    asked = replace(
        situation.asked,
        visit=Visit.ASKED if running and question.answered_at is None else Visit.ANSWERED,
        digits=questions.digits(question.kind) if running else "",
    )
    return replace(situation, asked=asked, person=person, about=about)


def _with_next_visit(connection: Connection, text: Written, situation: Situation) -> Situation:
    """Nothing is open, but who cannot come or comes late means the next visit."""
    for person in situation.people:
        if in_force(connection, person.clinic_id, person.contact_id):
            about = told.next_visit(connection, person, text.at - questions.GRACE)
            if about and about.starts_at < text.at + SOON:
                asked = replace(situation.asked, visit=Visit.ANSWERED, digits="")
                return replace(situation, asked=asked, person=person, about=about)
    return situation
