"""What is done for each meaning of a text, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable

from service.content.phrase import fill
from service.conversation.reply import Say
from service.reminders import join
from service.reminders.answers import questions, staff, stopping, told, visit_answers, wishes
from service.reminders.answers.known import serves
from service.reminders.answers.meaning import Meaning, Pending
from service.reminders.answers.questions import SMALL_LASTS, NewQuestion
from service.reminders.answers.turn import Turn
from service.reminders.consent import Channel
from service.reminders.contacts import NEEDS, change_contact, find_contact
from service.reminders.rules.tables import table


def about_a_visit(turn: Turn, what: Meaning, reply_id: int | None) -> tuple[Say, ...]:
    """The answer to a reminder's question; where another reminder waits on this phone, it is asked next."""
    situation = turn.situation
    assert situation.person
    assert turn.place
    turn.close_small()
    to = turn.speaking(situation.person)
    if situation.about is None:
        return (visit_answers.call_back(turn.connection, to, turn.place, reply_id),)
    said = visit_answers.answered(turn.connection, to, situation.about, what, reply_id)
    if situation.other is None:
        return (said,)
    return said, Say("reminder.one_more", (("when", situation.other.when(turn.language)),))


def _which(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    about, person, digit = turn.situation.about, turn.situation.person, turn.text.reading.value
    if about is None or person is None:
        return _door(turn, reply_id)
    turn.ask(f"{Pending.WHICH}.{digit}", person)
    fields = {
        "digit": digit,
        "when": about.when(turn.language),
        "meaning": turn.text.phrase(f"reminder.meaning_{digit}", turn.language),
        "page": turn.text.menu[digit],
    }
    return (Say("reminder.which_question", tuple(fields.items())),)


def _choices(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    about = turn.situation.about
    if about is None:
        return _door(turn, reply_id)
    phone = about.site.day_phone or turn.phone
    return (Say("reminder.choices", (("when", about.when(turn.language)), ("phone", phone))),)


def _less(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    person = turn.situation.person
    if person is None or not turn.agreed():
        return _on_none(turn)
    turn.ask(Pending.LESS, person)
    return (Say("reminder.less"),)


def _fewer(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    digit, people, now = turn.text.reading.value, turn.situation.people, turn.text.now
    assert turn.place
    turn.close_small()
    if turn.situation.asked.pending is Pending.LESS_AFTER_STOP:
        shown = turn.text.phrase("reminder.less_after_stop", turn.language)
        return (stopping.just_a_few(turn.connection, people, digit, shown, now),)
    return (wishes.fewer(turn.connection, people, digit, turn.place, turn.phone, now, turn.language),)


def _visit(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    """Only to phones that agreed to something: after a stop by a stranger nobody learns of a visit."""
    agreed = turn.agreed()
    if not agreed:
        return _on_none(turn)
    for person in agreed:
        about = told.next_visit(turn.connection, person, turn.text.now)
        if about:
            return (visit_answers.told(turn.connection, turn.speaking(person), about),)
    return (Say("reminder.visit_none", (("phone", turn.phone),)),)


def _reminders(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    if not turn.situation.people or turn.place is None:
        return _on_none(turn)
    people = turn.situation.people
    return (wishes.what_is_on(turn.connection, people, turn.place, turn.phone, turn.text.now, turn.language),)


def _join(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    text = turn.text
    code, now = text.reading.value, text.now
    shown = join.ask(turn.connection, turn.privacy, code, text.number, Channel.TEXT, turn.language, now)
    if shown.card_id:
        new = NewQuestion(text.phone, text.ours, shown.clinic_id, Pending.JOIN)
        questions.ask(turn.connection, new, now, now + join.QUESTION_LASTS)
    return (_as_written(shown.words),)


def _agrees(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    text = turn.text
    turn.close_small()
    joined = join.join(turn.connection, turn.privacy, text.number, text.now, Channel.TEXT)
    if joined is None:
        return (_as_written(table("consent_words")["no_card"][turn.language.value]),)
    new = NewQuestion(text.phone, text.ours, joined.clinic_id, Pending.NEEDS, joined.contact_id)
    questions.ask(turn.connection, new, text.now, text.now + SMALL_LASTS)
    return (_as_written(joined.words),)


def _needs(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    small = turn.situation.small
    assert small
    assert small.contact_id
    turn.close_small()
    contact = find_contact(turn.connection, small.clinic_id, turn.text.phone)
    named = join.needs_of(turn.text.reading.value)
    if contact and named:
        needs = [need for need in NEEDS if need in {*contact.needs, *named}]
        change_contact(turn.connection, small.clinic_id, small.contact_id, needs=needs)
    noted: str = table("consent_words")["noted"][turn.language.value]
    return (_as_written(fill(noted, {"phone": turn.phone})),)


def _death(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    if not any(serves(turn.connection, person) for person in turn.situation.people):
        return (Say("bereavement"),)
    for person in turn.situation.people:
        staff.hold_all(turn.connection, person, turn.text.now, reply_id)
    return (Say("reminder.bereavement", (("phone", turn.phone),)),)


def _kept(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    return kept_words(turn, reply_id, "reminder.kept")


def kept_words(turn: Turn, reply_id: int | None, phrase: str) -> tuple[Say, ...]:
    """Words that answer no question of ours: a task for staff, and the truth that nobody has read them."""
    person, place = turn.situation.person, turn.place
    if person is None or place is None:
        return _door(turn, reply_id)
    due = place.calls_by(turn.text.now)
    staff.tell(turn.connection, person, staff.READ_WORDS, turn.text.now, due, reply_id=reply_id)
    fields = {"clinic": person.clinic_name, "phone": turn.phone}
    return (Say(phrase, tuple((name, fields[name]) for name in FIELDS[phrase])),)


def _settled(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    return ()


def _door(turn: Turn, reply_id: int | None) -> tuple[Say, ...]:
    person = turn.situation.person
    name = person.clinic_name if person else turn.text.clinic_name
    return (Say("clinic_door", (("clinic", name), ("call", turn.phone))),)


def _on_none(turn: Turn) -> tuple[Say, ...]:
    person = turn.situation.person
    if person is None:
        return (Say("reminders"),)
    none = Say("reminder.on_none", (("clinic", person.clinic_name), ("phone", turn.phone)))
    return (none, Say("stopped_note")) if turn.text.stopped else (none,)


def _as_written(words: str) -> Say:
    return Say("as_written", (("words", words),))


FIELDS = {"reminder.kept": ("clinic", "phone"), "reminder.kept_too": ("clinic",)}
DO: dict[Meaning, Callable[[Turn, int | None], tuple[Say, ...]]] = {
    Meaning.WHICH: _which,
    Meaning.CHOICES: _choices,
    Meaning.LESS: _less,
    Meaning.FEWER: _fewer,
    Meaning.VISIT: _visit,
    Meaning.REMINDERS: _reminders,
    Meaning.JOIN: _join,
    Meaning.AGREES: _agrees,
    Meaning.NEEDS: _needs,
    Meaning.DEATH: _death,
    Meaning.WORDS: _kept,
    Meaning.SETTLED: _settled,
    Meaning.DOOR: _door,
}
