"""What a text means to the clinic that asked: a digit, a yes, a thumb, a word such as LESS, or words of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.conversation.understanding.answers import Answer
from service.conversation.understanding.reading import Reading


class Meaning(StrEnum):
    """What follows from a text. LINE: the information line answers as it would anybody."""

    LINE = "line"
    COMES = "comes"
    CALL = "call me"
    ANOTHER_DAY = "another day"
    LATE = "late"
    WHICH = "which question"
    MENU = "menu page"
    CHOICES = "choices again"
    LESS = "less"
    FEWER = "fewer"
    VISIT = "visit"
    REMINDERS = "what is on"
    JOIN = "join"
    AGREES = "agrees"
    NEEDS = "needs"
    DEATH = "death"
    WORDS = "words"
    BESIDES = "words besides"
    SETTLED = "settled"
    DOOR = "door"


class Pending(StrEnum):
    """A small question of ours that the next digit answers."""

    NONE = ""
    WHICH = "which"
    LESS = "less"
    LESS_AFTER_STOP = "less after stop"
    JOIN = "join"
    NEEDS = "needs"


class Visit(StrEnum):
    """How the question of a reminder stands: asked, answered before (a digit may still change it), or not there."""

    NONE = "none"
    ASKED = "asked"
    ANSWERED = "answered"


DIGITS = {"1": Meaning.COMES, "2": Meaning.CALL, "3": Meaning.ANOTHER_DAY}
WORDS: dict[Answer, Meaning] = {
    "yes": Meaning.COMES,
    "coming": Meaning.COMES,
    "no": Meaning.ANOTHER_DAY,
    "late": Meaning.LATE,
    "call": Meaning.CALL,
    "when": Meaning.VISIT,
}
COMMANDS = {
    "action:less": Meaning.LESS,
    "action:visit": Meaning.VISIT,
    "action:reminders": Meaning.REMINDERS,
    "action:join": Meaning.JOIN,
    "action:bereavement": Meaning.DEATH,
}
# Always of the line: danger, a stop or its undoing, whom to call, who we are, another language.
OF_THE_LINE = frozenset(
    {"action:crisis", "action:emergency", "action:urgent", "action:stop", "action:person", "action:help",
     "action:facts", "action:settings", "action:language-en", "action:language-es"}
)  # fmt: skip
# What would show the topics to whoever holds the phone, unasked.
UNASKED_TOPICS = frozenset({"action:menu", "action:back", "action:start", "action:more", "action:repeat"})


@dataclass(frozen=True)
class Asked:
    """What a text may answer. `digits` answer the open reminder; `menu` are the digits that a menu of the line takes,
    put to this phone within two hours, `choice` those of a question of the line newer than all others; `pending` is a
    small question newer than these, `repeated` the digit that it asks to be sent again.

    `clinic`: the text came to a clinic's number, `only`: to one that is no information line. `stopped`: the phone
    opted out. `long`: more words than a name of a topic has; `tiny`: a letter or two, as other systems ask for."""

    visit: Visit = Visit.NONE
    digits: str = "123"
    menu: str = ""
    choice: str = ""
    pending: Pending = Pending.NONE
    repeated: str = ""
    clinic: bool = True
    only: bool = False
    stopped: bool = False
    long: bool = False
    tiny: bool = False


def meaning(reading: Reading, answer: Answer | None, asked: Asked) -> Meaning:
    """What follows from a text that was read as `reading`, and as `answer` where it answers `will you come?`."""
    if asked.pending is Pending.NEEDS and reading.label == "action:person":
        # 0 names no need; the answer gives the clinic's number all the same.
        return Meaning.NEEDS
    if reading.label in OF_THE_LINE:
        return Meaning.LINE
    if asked.stopped:
        return _after_stop(reading, asked)
    if reading.label in ("action:reaction", "action:auto-reply"):
        return Meaning.COMES if reading.liked and asked.visit is Visit.ASKED else Meaning.SETTLED
    small = _small_question(reading, asked)
    if small:
        return small
    if reading.label == "digit":
        return _digit(reading.value, asked)
    if reading.label in COMMANDS:
        return COMMANDS[reading.label]
    if answer and asked.visit is not Visit.NONE:
        return _answered(answer, asked)
    return _own_words(reading, asked)


def _after_stop(reading: Reading, asked: Asked) -> Meaning:
    """Nothing is sent that the person did not begin; a card from the desk or the offer of a few begins anew."""
    if asked.pending is Pending.LESS_AFTER_STOP and reading.label == "digit" and reading.value in "12":
        return Meaning.FEWER
    if asked.pending is Pending.JOIN and reading.label == "digit" and reading.value == "1":
        return Meaning.AGREES
    if reading.label in ("action:join", "action:visit", "action:bereavement"):
        return COMMANDS[reading.label]
    if reading.label == "digit" and asked.only and not asked.menu:
        return Meaning.DOOR
    return Meaning.LINE


def _small_question(reading: Reading, asked: Asked) -> Meaning | None:
    digit = reading.value if reading.label == "digit" else ""
    match asked.pending:
        case Pending.WHICH if digit and digit == asked.repeated:
            return DIGITS[digit]
        case Pending.WHICH if reading.label == "action:more":
            return Meaning.MENU
        case Pending.LESS if digit:
            return Meaning.FEWER
        case Pending.JOIN if digit == "1":
            return Meaning.AGREES
        case Pending.NEEDS if reading.label in ("digit", "code"):
            return Meaning.NEEDS
    return None


def _digit(digit: str, asked: Asked) -> Meaning:
    if digit in asked.choice:
        return Meaning.LINE
    for_visit = asked.visit is not Visit.NONE and digit in asked.digits
    for_menu = digit in asked.menu
    if for_visit and for_menu:
        # Who has answered the reminder already, and then opened a menu, means the menu.
        return Meaning.WHICH if asked.visit is Visit.ASKED else Meaning.LINE
    if for_visit:
        return DIGITS[digit]
    if for_menu:
        return Meaning.LINE
    if asked.visit is Visit.ASKED:
        return Meaning.CHOICES
    return Meaning.DOOR if asked.only else Meaning.LINE


def _answered(answer: Answer, asked: Asked) -> Meaning:
    """`ok` and `thanks` after an answer of ours are thanks; a no, a delay or an `I will come` always counts."""
    if answer == "yes" and asked.visit is Visit.ANSWERED:
        return Meaning.SETTLED
    return WORDS[answer]


def _own_words(reading: Reading, asked: Asked) -> Meaning:
    label = reading.label
    if not asked.clinic:
        return Meaning.LINE
    if label == "action:thanks":
        return Meaning.SETTLED if asked.only else Meaning.LINE
    if label == "action:unknown":
        return Meaning.CHOICES if asked.tiny and asked.visit is Visit.ASKED else Meaning.WORDS
    if asked.long and (label.startswith("topic:") or label == "choice"):
        # In a sentence nobody has asked for a page by its name.
        if asked.only:
            return Meaning.WORDS
        return Meaning.BESIDES if asked.visit is Visit.ASKED else Meaning.LINE
    return Meaning.DOOR if asked.only and not asked.menu and label in UNASKED_TOPICS else Meaning.LINE
