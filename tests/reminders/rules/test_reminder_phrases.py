"""The answers to a reminder fit what they may cost, at the longest that their fields get."""

import pytest

from service.content.library import load
from service.content.phrase import fill
from service.languages import Language
from service.reminders.rules.lint import telling
from service.segments import cut

LONGEST = {
    Language.ENGLISH: {
        "when": "Wednesday Nov 25, 12:30 PM Central",
        "by": "Wednesday 12:30 PM",
        "page": "Urgent help",
    },
    Language.SPANISH: {
        "when": "miércoles 25 nov, 12:30 PM Centro",
        "by": "miércoles 12:30 PM",
        "page": "Lo que siento",
    },
}
BOTH = {
    "phone": "555-010-0100",
    "night": "555-010-0199",
    "clinic": "Lakeside Evansville",
    "town": "Evansville",
    "digit": "3",
    "initials": "M, R, T",
    "time": "12:30 PM",
    "meaning": "change the day",
}
PHRASES = {name: phrase for name, phrase in load().phrases.items() if name.startswith("reminder.")}


@pytest.mark.parametrize("name", sorted(PHRASES))
@pytest.mark.parametrize("language", list(Language))
def test_an_answer_fits_its_segments_and_tells_nothing(name, language):
    words = PHRASES[name].text.get(language)
    if words:
        filled = fill(words, BOTH | LONGEST[language])
        taken = cut(filled)
        assert taken.segments <= (1 if language is Language.ENGLISH else 3), f"{taken}: {filled}"
    for said in (words, PHRASES[name].speech.get(language)):
        assert telling(said or "") == ()


@pytest.mark.parametrize(
    ("name", "fields", "text", "units"),
    [
        (
            "reminder.confirmed",
            {"when": "Tuesday Dec 3, 2:30 PM", "phone": "555-010-0100"},
            "Thank you. Tuesday Dec 3, 2:30 PM is set. We will send one short note the day before. "
            "To change it call 555-010-0100.",
            117,
        ),
        (
            "reminder.call_me",
            {"by": "Monday 5 PM", "night": "555-010-0199"},
            "We told the clinic. They will call you by Monday 5 PM. Feel worse or not sure? Do not wait: "
            "call 555-010-0199 day or night. Emergency: 911.",
            139,
        ),
        (
            "reminder.another_day",
            {"when": "Tuesday Dec 3, 2:30 PM", "by": "Monday 5 PM", "phone": "555-010-0100"},
            "We told the clinic. Your visit Tuesday Dec 3, 2:30 PM still stands until they call you, by Monday 5 PM. "
            "Sooner? Call 555-010-0100.",
            130,
        ),
        (
            "reminder.bereavement",
            {"phone": "555-010-0100"},
            "We are so sorry. We have stopped all messages about this person. You do not need to do anything. "
            "If you would like to talk: 555-010-0100.",
            137,
        ),
    ],
)
def test_an_answer_says_what_stands_and_when_somebody_calls(name, fields, text, units):
    filled = fill(PHRASES[name].text[Language.ENGLISH], fields)
    assert filled == text
    assert cut(filled).units == units
