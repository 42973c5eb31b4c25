"""Speech on a call: menu words and a person are heard, danger and stops are never decided by it."""

from __future__ import annotations

import pytest

from service.conversation.understanding.reader import Reader

OFFERED = [
    ("1", "urgent help"),
    ("2", "what it is, and tests"),
    ("3", "how you feel"),
    ("4", "treatments"),
    ("5", "support"),
]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("treatments", "4"),
        ("Treatment.", "4"),
        ("support please", "5"),
        ("how you feel", "3"),
        ("how I feel", "3"),
        ("tests", "2"),
    ],
)
def test_menu_words_are_heard(said: str, code: str, reader: Reader) -> None:
    reading = reader.read_speech(said, 0.9, OFFERED)
    assert (reading.label, reading.value, reading.confident) == ("code", code, True)


@pytest.mark.parametrize("said", ["person", "a person", "talk to a person", "una persona"])
def test_a_person_is_heard(said: str, reader: Reader) -> None:
    assert reader.read_speech(said, 0.9, OFFERED).label == "action:person"


def test_low_confidence_is_asked_back(reader: Reader) -> None:
    reading = reader.read_speech("treatments", 0.3, OFFERED)
    assert (reading.value, reading.confident) == ("4", False)


def test_a_missing_confidence_counts_as_heard(reader: Reader) -> None:
    assert reader.read_speech("support", None, OFFERED).confident


@pytest.mark.parametrize("said", ["urgent help", "urgent"])
def test_urgent_help_is_never_decided_by_speech(said: str, reader: Reader) -> None:
    reading = reader.read_speech(said, 0.99, OFFERED)
    assert (reading.value, reading.confident) == ("1", False)


@pytest.mark.parametrize(
    "said",
    [
        "stop",
        "i cant breathe",
        "i want to die",
        "one moment please",
        "relay operator speaking",
        "",
        "the weather tonight",
    ],
)
def test_what_is_no_menu_word_decides_nothing(said: str, reader: Reader) -> None:
    reading = reader.read_speech(said, 0.99, OFFERED)
    assert (reading.label, reading.confident) == ("action:unknown", False)


def test_a_spoken_action_on_offer_is_heard_but_a_stop_is_asked_back(reader: Reader) -> None:
    offered = [("action:language-es", "español"), ("action:stop", "stop all calls")]
    assert reader.read_speech("espanol", 0.9, offered).label == "action:language-es"
    assert not reader.read_speech("stop all calls", 0.9, offered).confident
