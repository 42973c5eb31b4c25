"""The rules of a talk by text, one table a rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from talk import Texter, shown

from service.conversation.reply import OptIn, OptOut, Raise, SetLanguage
from service.conversation.tree import Tree
from service.conversation.world import World
from service.languages import Language


@pytest.fixture
def texter(tree: Tree) -> Texter:
    return Texter(tree)


# What was sent before, as (label, value), and what each digit then leads to.
BEFORE = {
    "nothing": [],
    "the main menu": [("action:menu", "")],
    "a menu": [("action:menu", ""), ("digit", "4")],
    "a page by its word": [("topic:chemo", "")],
    "a menu, then a page by its word": [("action:menu", ""), ("digit", "4"), ("topic:fever", "")],
    "a menu, then chatter": [("action:menu", ""), ("digit", "4"), ("action:thanks", ""), ("action:unknown", "")],
    "a page, then the main menu": [("topic:chemo", ""), ("action:menu", "")],
    "a page chosen from a menu": [("code", "44"), ("digit", "1")],
    "a page by its code": [("code", "441")],
    "an emergency while a menu is open": [("code", "44"), ("action:emergency", "")],
}
MAIN_DIGITS = {"1": "menu 1", "2": "menu 2", "3": "menu 3", "4": "menu 4", "5": "menu 5"}
FOUR = {"1": "menu 41", "2": "menu 42", "3": "menu 43", "4": "menu 44", "5": "menu 45"}
FOUR_FOUR = {"1": "chemo 1", "2": "immunotherapy 1", "3": "menu 44"}
LEADS = {
    "nothing": MAIN_DIGITS,
    "the main menu": MAIN_DIGITS,
    "a menu": FOUR,
    "a page by its word": MAIN_DIGITS,
    "a menu, then a page by its word": FOUR,
    "a menu, then chatter": FOUR,
    "a page, then the main menu": MAIN_DIGITS,
    "a page chosen from a menu": FOUR_FOUR,
    "a page by its code": MAIN_DIGITS,
    "an emergency while a menu is open": FOUR_FOUR,
}


@pytest.mark.parametrize(
    ("before", "digit", "leads"),
    [(before, digit, leads) for before, digits in LEADS.items() for digit, leads in digits.items()],
)
def test_a_digit_answers_the_last_question(texter: Texter, before: str, digit: str, leads: str) -> None:
    for label, value in BEFORE[before]:
        texter.send(label, value)
    assert shown(texter.digit(digit))[0] == leads


@pytest.mark.parametrize(("minutes", "leads"), [(0, "menu 44"), (119, "menu 44"), (120, "menu 44"), (121, "menu 4")])
def test_a_menu_lives_two_hours(texter: Texter, minutes: int, leads: str) -> None:
    texter.send("code", "4")
    assert shown(texter.digit("4", after=minutes)) == [leads]


def test_chatter_does_not_prolong_a_menu(texter: Texter) -> None:
    texter.send("code", "4")
    texter.send("action:thanks", after=90)
    assert shown(texter.digit("4", after=90)) == ["menu 4"]


@pytest.mark.parametrize(
    ("label", "within", "later"),
    [
        ("action:more", "chemo 2", "nothing_open"),
        ("action:repeat", "chemo 1", "nothing_open"),
        ("action:back", "menu 44", "menu"),
    ],
)
def test_a_page_is_forgotten_after_half_an_hour(tree: Tree, label: str, within: str, later: str) -> None:
    for minutes, expected in ((30, within), (31, later)):
        texter = Texter(tree)
        texter.send("topic:chemo")
        assert shown(texter.send(label, after=minutes)) == [expected]


@pytest.mark.parametrize("label", ["action:more", "action:repeat", "action:back"])
@pytest.mark.parametrize("chatter", ["action:unknown", "action:thanks", "action:help", "action:reaction"])
def test_another_persons_chatter_does_not_bring_the_page_back(texter: Texter, label: str, chatter: str) -> None:
    texter.send("topic:outlook")
    texter.send(chatter, after=240)
    assert not any("outlook" in part or part == "menu 22" for part in shown(texter.send(label)))


def test_more_pages_through_an_answer_to_its_end(texter: Texter) -> None:
    texter.send("topic:chemo")
    said = [shown(texter.send("action:more", after=25)) for _ in range(3)]
    assert said == [["chemo 2"], ["chemo 3"], ["more_none"]]


@pytest.mark.parametrize(
    ("label", "value", "shows"),
    [
        ("digit", "1", "outlook 2"),
        ("digit", "2", "menu 2"),
        ("action:more", "", "more_none"),
        ("code", "221", "outlook 1"),
        ("topic:outlook", "", "outlook 1"),
        ("action:back", "", "menu 22"),
    ],
)
def test_survival_numbers_come_only_after_1(texter: Texter, label: str, value: str, shows: str) -> None:
    texter.send("topic:outlook")
    assert shown(texter.send(label, value)) == [shows]


def test_the_gate_closes_after_two_hours(texter: Texter) -> None:
    texter.send("topic:outlook")
    assert shown(texter.digit("1", after=121)) == ["menu 1"]


@pytest.mark.parametrize(("digit", "shows"), [("1", "receptors 1"), ("2", "her2-drugs 1"), ("3", "menu 3")])
def test_a_near_tie_is_asked_with_digits(texter: Texter, digit: str, shows: str) -> None:
    texter.send("choice", reading={"choices": ("topic:receptors", "topic:her2-drugs")})
    assert shown(texter.reply) == ["which_one"]
    assert shown(texter.digit(digit)) == [shows]


@pytest.mark.parametrize(("digit", "shows", "stops"), [("1", "stop", True), ("2", "emotional 1", False)])
def test_what_may_be_a_stop_is_asked_and_stops_nothing_alone(
    texter: Texter, digit: str, shows: str, stops: bool
) -> None:
    texter.send("choice", reading={"choices": ("action:stop", "topic:emotional")})
    assert (shown(texter.reply), texter.reply.effects) == (["which_one_stop"], ())
    texter.digit(digit)
    assert (shown(texter.reply), OptOut("text") in texter.reply.effects) == ([shows], stops)


@pytest.mark.parametrize(("value", "shows"), [("441", "chemo 1"), ("44", "menu 44"), ("15", "crisis")])
def test_a_code_leads_to_its_place(texter: Texter, value: str, shows: str) -> None:
    assert shown(texter.send("code", value)) == [shows]


def test_a_code_that_leads_nowhere_is_not_understood(texter: Texter) -> None:
    assert shown(texter.send("code", "555")) == ["unknown"]


def test_after_two_misses_comes_a_person(texter: Texter) -> None:
    said = [shown(texter.send("action:unknown")) for _ in range(2)]
    assert said == [["unknown"], ["unknown_again"]]
    texter.send("topic:chemo")
    assert shown(texter.send("action:unknown")) == ["unknown"]


# After STOP: danger is always answered, a question once with a note, and chatter not at all.
AFTER_STOP = {
    "action:crisis": ["crisis"],
    "action:emergency": ["emergency"],
    "action:urgent": ["urgent"],
    "topic:chemo": ["chemo 1", "stopped_note"],
    "action:menu": ["menu", "stopped_note"],
    "action:help": ["help", "stopped_note"],
    "action:person": ["helplines 1", "stopped_note"],
    "action:start": ["start", "menu"],
    "action:unknown": [],
    "action:thanks": [],
    "action:stop": [],
    "action:reaction": [],
    "action:auto-reply": [],
    "action:language-es": [],
}


@pytest.mark.parametrize(("label", "shows"), AFTER_STOP.items())
def test_after_stop(texter: Texter, label: str, shows: list[str]) -> None:
    texter.send("action:stop")
    assert shown(texter.send(label, stopped=True)) == shows


def test_after_stop_a_code_and_a_digit_are_answered(texter: Texter) -> None:
    texter.send("action:stop")
    assert shown(texter.send("code", "44", stopped=True)) == ["menu 44", "stopped_note"]
    assert shown(texter.digit("1", stopped=True)) == ["chemo 1", "stopped_note"]


def test_stop_is_confirmed_once(texter: Texter) -> None:
    assert shown(texter.send("action:stop")) == ["stop"]
    assert texter.reply.effects == (OptOut("text"),)
    assert shown(texter.send("action:stop", stopped=True)) == []


def test_start_lifts_a_stop_and_is_a_menu_otherwise(texter: Texter) -> None:
    assert texter.send("action:start").effects == ()
    assert texter.send("action:start", stopped=True).effects == (OptIn(),)


@pytest.mark.parametrize(
    "label", ["action:crisis", "action:emergency", "action:urgent", "action:bereavement", "topic:chemo"]
)
def test_a_stop_within_another_message_is_in_force(texter: Texter, label: str) -> None:
    assert OptOut("text") in texter.send(label, reading={"also_stop": True}).effects


def test_a_stop_within_another_message_is_confirmed_after_its_answer(texter: Texter) -> None:
    assert shown(texter.send("action:urgent", reading={"also_stop": True})) == ["urgent", "stopped_note"]


def test_crisis_with_stop_says_both(texter: Texter) -> None:
    assert shown(texter.send("action:crisis", reading={"also_stop": True})) == ["crisis_stopped"]


@pytest.mark.parametrize(
    ("label", "adds"),
    [
        ("topic:chemo", True),
        ("action:menu", True),
        ("action:unknown", True),
        ("action:crisis", False),
        ("action:emergency", False),
        ("action:urgent", False),
        ("action:stop", False),
        ("action:help", False),
        ("action:reaction", False),
    ],
)
def test_the_first_text_of_all_says_what_this_line_is(texter: Texter, label: str, adds: bool) -> None:
    assert ("first_words" in shown(texter.send(label, first=True))) is adds
    assert "first_words" not in shown(texter.send(label))


@pytest.mark.parametrize("reason", ["breathing", "spine", "fever"])
def test_an_emergency_is_answered_by_its_reason(tree: Tree, reason: str) -> None:
    assert shown(Texter(tree).send("action:emergency", reading={"reason": reason})) == [
        "emergency_fever" if reason == "fever" else "emergency"
    ]
    told = Texter(tree, World(person="+12025550199")).send("action:emergency", reading={"reason": reason})
    assert shown(told) == ["emergency_fever_number" if reason == "fever" else "emergency"]
    assert told.effects == (Raise("emergency"),)


def test_a_fever_page_and_a_fever_are_remembered_for_a_reading_to_come(tree: Tree) -> None:
    by_page, by_sign = Texter(tree), Texter(tree)
    by_page.send("topic:fever")
    by_sign.send("action:emergency", reading={"reason": "fever"})
    assert by_page.state.fever_at == by_sign.state.fever_at == by_page.minute


def test_the_language_is_that_of_the_words_and_stays(texter: Texter) -> None:
    texter.send("topic:chemo", reading={"language": Language.SPANISH})
    texter.send("code", "441")
    assert texter.state.language is Language.SPANISH


def test_a_language_word_is_remembered_for_calls_too(texter: Texter) -> None:
    reply = texter.send("action:language-es")
    assert shown(reply) == ["language_changed", "menu"]
    assert reply.effects == (SetLanguage(Language.SPANISH),)


@pytest.mark.parametrize("label", ["action:reaction", "action:auto-reply"])
def test_reactions_and_auto_replies_are_not_answered(texter: Texter, label: str) -> None:
    assert shown(texter.send(label, first=True)) == []


def test_a_text_without_words_is_answered_kindly(texter: Texter) -> None:
    assert shown(texter.send("action:unknown", empty=True)) == ["no_words"]


def test_a_number_of_the_clinic_names_the_clinic_and_never_the_menu(texter: Texter) -> None:
    assert shown(texter.send("action:unknown", clinic=True)) == ["unknown_clinic"]
    assert shown(texter.send("action:help", clinic=True)) == ["help_clinic"]


def test_a_digit_to_the_clinic_that_cannot_be_looked_up_is_recorded(texter: Texter) -> None:
    assert shown(texter.digit("1", clinic=True, blind=True)) == ["recorded"]


@pytest.mark.parametrize("retired", [{"place": "444"}, {"place": "441", "page": 9}, {"asked": "pick.444.445"}])
def test_what_was_retired_meanwhile_leads_to_the_menu(texter: Texter, retired: dict[str, Any]) -> None:
    texter.send("topic:chemo")
    texter.state = replace(texter.state, asked_at=texter.minute, **retired)
    assert shown(texter.digit("1")) == ["menu 1"]
