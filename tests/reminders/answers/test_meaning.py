"""What a text means to a clinic, for every question that may be open when it comes."""

from __future__ import annotations

import pytest

from service.conversation.understanding.answers import read_answer
from service.conversation.understanding.reading import Reading
from service.front_desk.words import Words
from service.reminders.answers.meaning import Asked, Meaning, Pending, Visit, meaning

BOTH, ONLY = {}, {"only": True}
# What is open: a reminder's question, a menu of the line, both, a reminder answered before, or nothing.
OPEN = {
    "none": Asked(**BOTH),
    "reminder": Asked(visit=Visit.ASKED),
    "menu": Asked(menu="12345"),
    "both": Asked(visit=Visit.ASKED, menu="12345"),
    "answered": Asked(visit=Visit.ANSWERED),
    "answered and menu": Asked(visit=Visit.ANSWERED, menu="12345"),
    "clinic's own": Asked(**ONLY),
}
COLUMNS = tuple(OPEN)
SHORT = {
    "line": Meaning.LINE, "comes": Meaning.COMES, "call": Meaning.CALL, "day": Meaning.ANOTHER_DAY,
    "late": Meaning.LATE, "which": Meaning.WHICH, "choices": Meaning.CHOICES, "less": Meaning.LESS,
    "visit": Meaning.VISIT, "on": Meaning.REMINDERS, "settled": Meaning.SETTLED, "words": Meaning.WORDS,
    "door": Meaning.DOOR, "death": Meaning.DEATH, "join": Meaning.JOIN,
}  # fmt: skip
# fmt: off
TABLE = """
text             none     reminder menu     both     answered answered_and_menu clinic's_own
1                line     comes    line     which    comes    line              door
2                line     call     line     which    call     line              door
3                line     day      line     which    day      line              door
4                line     choices  line     line     line     line              door
5                line     choices  line     line     line     line              door
yes              line     comes    line     comes    settled  settled           door
ok               line     comes    line     comes    settled  settled           settled
ok_see_you       words    comes    words    comes    settled  settled           words
thanks           line     comes    line     comes    settled  settled           settled
👍               line     comes    line     comes    settled  settled           settled
Liked_"a_text"   settled  comes    settled  comes    settled  settled           settled
Laughed_at_"it"  settled  settled  settled  settled  settled  settled           settled
no               words    day      words    day      day      day               words
no_puedo_ir      line     day      line     day      day      day               line
running_late     words    late     words    late     late     late              words
voy_tarde        words    late     words    late     late     late              words
CANCEL           line     line     line     line     line     line              line
STOP             line     line     line     line     line     line              line
wrong_number     line     line     line     line     line     line              line
LESS             less     less     less     less     less     less              less
MENOS            less     less     less     less     less     less              less
VISIT            visit    visit    visit    visit    visit    visit             visit
CITA             visit    visit    visit    visit    visit    visit             visit
REMIND           on       on       on       on       on       on                on
JOIN_4821        join     join     join     join     join     join              join
my_wife_passed_away death death    death    death    death    death             death
fever_101        line     line     line     line     line     line              line
yes_fever_of_102 line     line     line     line     line     line              line
i_want_to_die    line     line     line     line     line     line              line
HELP             line     line     line     line     line     line              line
hola             line     line     line     line     line     line              door
MENU             line     line     line     line     line     line              door
FACTS            line     line     line     line     line     line              line
chemo            line     line     line     line     line     line              line
311              line     line     line     line     line     line              line
the_door_was_locked words words words   words    words    words             words
I_am_driving_right_now settled settled settled settled settled settled          settled
"""
# fmt: on
ROWS = [
    (cells[0].replace("_", " "), column, SHORT[expected])
    for cells in (line.split() for line in TABLE.strip().splitlines()[1:])
    for column, expected in zip(COLUMNS, cells[1:], strict=True)
]


@pytest.mark.parametrize(("text", "column", "expected"), ROWS)
def test_a_text_means_what_was_asked(text: str, column: str, expected: Meaning, words: Words) -> None:
    assert meaning(words.read(text), read_answer(text), OPEN[column]) is expected


DIGIT = {digit: Reading("digit", value=digit) for digit in "12345"}


@pytest.mark.parametrize(
    ("pending", "reading", "expected"),
    [
        (Pending.WHICH, DIGIT["1"], Meaning.COMES),
        (Pending.WHICH, DIGIT["2"], Meaning.WHICH),
        (Pending.WHICH, Reading("action:more"), Meaning.MENU),
        *((Pending.LESS, DIGIT[digit], Meaning.FEWER) for digit in "12345"),
        (Pending.JOIN, DIGIT["1"], Meaning.AGREES),
        (Pending.JOIN, DIGIT["2"], Meaning.WHICH),
        (Pending.NEEDS, DIGIT["4"], Meaning.NEEDS),
        (Pending.NEEDS, Reading("code", value="13"), Meaning.NEEDS),
        (Pending.NEEDS, Reading("action:person"), Meaning.NEEDS),
        (Pending.LESS, Reading("action:emergency"), Meaning.LINE),
        (Pending.LESS, Reading("action:stop"), Meaning.LINE),
    ],
)
def test_a_small_question_takes_the_next_digit(pending: Pending, reading: Reading, expected: Meaning) -> None:
    asked = Asked(visit=Visit.ASKED, menu="12345", pending=pending, repeated="1")
    assert meaning(reading, None, asked) is expected


@pytest.mark.parametrize(
    ("text", "pending", "expected"),
    [
        ("yes", Pending.NONE, Meaning.LINE),
        ("1", Pending.NONE, Meaning.LINE),
        ("1", Pending.LESS_AFTER_STOP, Meaning.FEWER),
        ("3", Pending.LESS_AFTER_STOP, Meaning.LINE),
        ("1", Pending.JOIN, Meaning.AGREES),
        ("JOIN 4821", Pending.NONE, Meaning.JOIN),
        ("VISIT", Pending.NONE, Meaning.VISIT),
        ("ok see you", Pending.NONE, Meaning.LINE),
        ("she died yesterday", Pending.NONE, Meaning.DEATH),
        ("fever 101", Pending.NONE, Meaning.LINE),
    ],
)
def test_after_stop_only_what_the_person_begins_counts(
    text: str, pending: Pending, expected: Meaning, words: Words
) -> None:
    asked = Asked(visit=Visit.ASKED, pending=pending, stopped=True)
    assert meaning(words.read(text), read_answer(text), asked) is expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(only=True, long=True), Meaning.WORDS),
        (Asked(only=True), Meaning.LINE),
        (Asked(visit=Visit.ASKED, long=True), Meaning.BESIDES),
        (Asked(long=True), Meaning.LINE),
        (Asked(clinic=False, long=True), Meaning.LINE),
    ],
)
def test_a_sentence_about_a_topic_is_kept_for_the_clinic_that_asked(asked: Asked, expected: Meaning) -> None:
    assert meaning(Reading("topic:nausea"), None, asked) is expected
