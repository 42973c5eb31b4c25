"""The rules of a call, one table a rule."""

from __future__ import annotations

import pytest
from talk import Caller, shown

from service.conversation.pace import Pace
from service.conversation.reply import OptIn, OptOut, Raise, SetLanguage, SetPace, TextPlace, Then
from service.conversation.tree import Tree
from service.conversation.world import World
from service.languages import Language

CLINIC = World(person="+12025550199")


@pytest.fixture
def caller(tree: Tree) -> Caller:
    return Caller(tree)


@pytest.fixture
def stranger(tree: Tree) -> Caller:
    return Caller(tree, language=None)


def test_a_stranger_hears_911_and_two_languages(stranger: Caller) -> None:
    assert shown(stranger.reply) == ["greet_emergency", "language_english", "language_spanish"]


def test_a_known_caller_goes_straight_to_the_menu(caller: Caller) -> None:
    assert shown(caller.reply) == ["greet_emergency", "menu"]


@pytest.mark.parametrize(
    ("key", "language"),
    [
        ("1", Language.ENGLISH),
        ("2", Language.SPANISH),
        ("3", Language.ENGLISH),
        ("4", Language.ENGLISH),
        ("5", Language.ENGLISH),
        ("0", Language.ENGLISH),
    ],
)
def test_the_language_step(stranger: Caller, key: str, language: Language) -> None:
    reply = stranger.press(key)
    assert (stranger.state.language, shown(reply)) == (language, ["menu"])
    assert reply.effects == (SetLanguage(language),)


@pytest.mark.parametrize("key", ["#", "*", "8"])
def test_other_keys_choose_no_language(stranger: Caller, key: str) -> None:
    assert shown(stranger.press(key))[-3:] == ["greet_emergency", "language_english", "language_spanish"]
    assert stranger.state.language is None


def test_more_time_is_given_before_a_language_is_chosen(stranger: Caller) -> None:
    stranger.silent()
    reply = stranger.press("7")
    assert (stranger.state.pace, reply.wait, reply.effects) == (Pace.SLOW, 60, (SetPace(Pace.SLOW),))
    assert shown(reply)[-2:] == ["language_english", "language_spanish"]


def test_a_person_offered_in_the_language_step_comes(tree: Tree) -> None:
    stranger = Caller(tree, CLINIC, language=None)
    assert "person_choice" in shown(stranger.silent(2))
    assert stranger.press("0").then is Then.DIAL


def test_a_code_may_follow_the_language_at_once(stranger: Caller) -> None:
    reply = stranger.press("2441")
    assert shown(reply)[0] == "chemo 1"
    assert reply.effects == (SetLanguage(Language.SPANISH),)


def test_silence_is_met_three_times_longer_each_time(caller: Caller) -> None:
    waits, said = [caller.reply.wait], []
    for _ in range(3):
        reply = caller.silent()
        waits.append(reply.wait)
        said.append(shown(reply)[0])
    assert waits[:3] == [10, 20, 30]
    assert said == ["silence_first", "silence_second", "silence_last"]
    assert reply.then is Then.HANG_UP


def test_the_call_ends_with_the_number_to_call_back(tree: Tree) -> None:
    assert shown(Caller(tree, World(line_number="+15555550100")).silent(3)) == ["silence_last_number"]


def test_after_silence_the_prompt_comes_at_the_slow_pace(caller: Caller) -> None:
    assert not caller.reply.slowly
    assert caller.silent().slowly


def test_a_key_after_silence_begins_the_patience_anew(caller: Caller) -> None:
    caller.silent(2)
    caller.press("4")
    assert (caller.reply.wait, shown(caller.silent())[0]) == (10, "silence_first")


@pytest.mark.parametrize(
    ("place", "said"),
    [("", "silence_second"), ("441", "silence_second"), ("9", "person_choice"), ("99", "person_choice")],
)
def test_silence_offers_8_only_where_8_sends_a_text(caller: Caller, place: str, said: str) -> None:
    assert shown(caller.moved(place).silent(2))[0] == said


def test_silence_offers_no_text_to_a_phone_that_takes_none(tree: Tree) -> None:
    assert shown(Caller(tree, World(can_text=False)).silent(2))[0] == "person_choice"


def test_7_gives_a_minute_and_again_takes_it_back(caller: Caller) -> None:
    slow = caller.press("7")
    assert (slow.wait, slow.effects, shown(slow)) == (60, (SetPace(Pace.SLOW),), ["pace_slower", "menu"])
    assert caller.silent().wait == 60
    normal = caller.press("7")
    assert (normal.wait, normal.effects, shown(normal)) == (10, (SetPace(Pace.NORMAL),), ["pace_normal", "menu"])


def test_wrong_keys_are_said_then_made_simple_then_answered_by_a_person(tree: Tree) -> None:
    caller = Caller(tree).moved("441")
    assert shown(caller.press("5"))[:2] == ["wrong_key", "chemo 1"]
    assert shown(caller.press("4")) == ["wrong_key", "one_at_a_time", "offer 441"]
    assert shown(caller.silent(5))[0] == "offer_person"
    assert shown(caller.silent(1))[0] == "person_none"


def test_a_wrong_key_after_the_simpler_step_brings_a_person(caller: Caller) -> None:
    caller.one_by_one("66")
    assert shown(caller.press("1"))[0] == "menu 1"
    assert shown(caller.press("6"))[0] == "person_none"


def test_the_last_thing_offered_is_a_person(caller: Caller) -> None:
    caller.one_by_one("66")
    assert shown(caller.silent(5)) == ["offer_person"]
    assert shown(caller.press("3"))[0] == "person_none"


def test_0_and_star_keep_their_meaning_one_at_a_time(tree: Tree) -> None:
    assert shown(Caller(tree).one_by_one("660"))[0] == "person_none"
    assert shown(Caller(tree).moved("44").one_by_one("66*"))[0] == "menu 4"


def test_a_wrong_key_names_the_key(caller: Caller) -> None:
    part = caller.press("6").parts[0]
    assert dict(part.fields) == {"key": "6"}  # type: ignore[union-attr]


@pytest.mark.parametrize("key", "12345678#")
def test_one_at_a_time_any_key_takes_the_choice(caller: Caller, key: str) -> None:
    caller.one_by_one("66")
    caller.silent(3)
    assert shown(caller.reply) == ["offer 4"]
    assert shown(caller.press(key))[0] == "menu 4"


def test_one_at_a_time_silence_goes_on_and_ends_with_a_person(tree: Tree) -> None:
    caller = Caller(tree, CLINIC)
    caller.one_by_one("66")
    offers = [shown(caller.reply)[-1]]
    while caller.reply.then is Then.LISTEN:
        assert caller.reply.wait == 4
        offers += shown(caller.silent())
    once = [*(f"offer {n}" for n in "12345"), "offer_person"]
    assert offers == [*once, *once, "person_connecting"]


@pytest.mark.parametrize(
    ("keys", "shows", "effects"),
    [
        ("9", "settings_language", ()),
        ("91", "emergency", ()),
        ("911", "emergency", ()),
        ("92", "language_changed", (SetLanguage(Language.SPANISH),)),
        ("93", "reminders", ()),
        ("98", "crisis", (Raise("crisis"),)),
        ("99", "stop", (OptOut("key"),)),
    ],
)
@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("place", ["", "441", "4"])
def test_9_opens_safety_and_settings(
    caller: Caller, keys: str, shows: str, effects: tuple[object, ...], together: bool, place: str
) -> None:
    caller.moved(place)
    reply = caller.press(keys) if together else caller.one_by_one(keys)
    assert (shown(reply)[0], reply.effects) == (shows, effects)


@pytest.mark.parametrize("keys", ["988", "15"])
def test_the_988_message_has_its_own_codes(caller: Caller, keys: str) -> None:
    reply = caller.press(keys)
    assert (shown(reply)[0], reply.effects) == ("crisis", (Raise("crisis"),))


def test_the_988_message_is_in_the_urgent_menu(caller: Caller) -> None:
    reply = caller.one_by_one("15")
    assert (shown(reply)[0], reply.effects) == ("crisis", (Raise("crisis"),))
    assert caller.press("#").effects == ()


def test_911_before_a_language_is_chosen_plays_the_911_message(stranger: Caller) -> None:
    assert shown(stranger.press("911"))[0] == "emergency"


def test_a_stop_by_mistake_is_undone_with_2(caller: Caller) -> None:
    caller.one_by_one("99")
    assert caller.press("2").effects == (OptIn(),)


def test_after_a_stop_1_plays_the_911_message(caller: Caller) -> None:
    caller.one_by_one("99")
    assert shown(caller.press("1"))[0] == "emergency"


@pytest.mark.parametrize("place", ["", "4", "44", "441", "9", "93", "911", "15"])
def test_0_dials_the_clinic_from_everywhere(tree: Tree, place: str) -> None:
    reply = Caller(tree, CLINIC).moved(place).press("0")
    assert (reply.then, shown(reply)) == (Then.DIAL, ["person_connecting"])


def test_0_without_a_number_gives_the_helplines(caller: Caller) -> None:
    assert shown(caller.press("0"))[:2] == ["person_none", "helplines 1"]


def test_nobody_answering_leads_back_to_where_the_caller_was(tree: Tree) -> None:
    caller = Caller(tree, CLINIC).moved("441")
    caller.press("0")
    assert shown(caller.unanswered())[:2] == ["person_back", "chemo 1"]


def test_8_asks_then_sends_then_says_it_is_on_its_way(caller: Caller) -> None:
    caller.moved("441", page=2)
    assert shown(caller.press("8"))[0] == "text_ask"
    sent = caller.press("8")
    assert (shown(sent)[0], sent.effects) == ("text_sent", (TextPlace("441", 2),))
    again = caller.press("8")
    assert (shown(again)[0], again.effects) == ("text_once", ())
    caller.press("*")
    assert shown(caller.press("8"))[0] == "text_ask"


def test_another_key_takes_8_back(caller: Caller) -> None:
    caller.moved("441")
    assert caller.one_by_one("8#8").effects == ()


def test_8_to_a_phone_that_takes_no_texts(tree: Tree) -> None:
    caller = Caller(tree, World(can_text=False)).moved("441")
    assert (shown(caller.press("8"))[0], caller.reply.effects) == ("text_cannot", ())


def test_6_goes_on_and_star_comes_back_page_by_page(caller: Caller) -> None:
    caller.moved("441")
    said = [shown(caller.press(key))[0] for key in "666***"]
    assert said == ["chemo 2", "chemo 3", "more_none", "chemo 2", "chemo 1", "menu 44"]


def test_star_goes_up_one_level_and_pound_repeats(caller: Caller) -> None:
    caller.press("441")
    said = [shown(caller.press(key))[0] for key in "#*#**"]
    assert said == ["chemo 1", "menu 44", "menu 44", "menu 4", "menu"]


def test_6_7_and_8_are_told_once_after_the_first_page(caller: Caller) -> None:
    assert "keys_told" in shown(caller.press("441"))
    assert "keys_told" not in shown(caller.press("6"))
    assert "back_choice" in shown(caller.reply)


def test_survival_numbers_come_only_after_1_on_a_call(caller: Caller) -> None:
    assert shown(caller.press("221")) == ["outlook 1", "gate_choice"]
    assert shown(caller.press("6"))[0] == "more_none"
    assert shown(caller.press("1"))[0] == "outlook 2"
    assert shown(caller.press("*"))[0] == "outlook 1"


@pytest.mark.parametrize(
    ("keys", "seconds", "shows"),
    [
        # A trembling hand: the same key within a second is one press, however often.
        ("44", 0.5, "menu 4"),
        ("444", 0.5, "menu 4"),
        ("33", 0.5, "menu 3"),
        ("333", 0.5, "menu 3"),
        # At leisure the same key is two choices.
        ("44", 5.0, "menu 44"),
        ("33", 5.0, "menu 33"),
        # A code keyed fast, one key after the other.
        ("441", 0.5, "chemo 1"),
        ("442", 0.9, "immunotherapy 1"),
        ("111", 0.5, "menu 1"),
        ("12", 0.5, "fever 1"),
        ("331", 0.5, "brain 1"),
        ("512", 0.5, "helplines 1"),
    ],
)
def test_tremor_and_codes_one_by_one(caller: Caller, keys: str, seconds: float, shows: str) -> None:
    assert shown(caller.one_by_one(keys, seconds))[0] == shows


@pytest.mark.parametrize(
    ("keys", "shows"),
    [
        ("4", "menu 4"),
        ("44", "menu 4"),
        ("444", "menu 4"),
        ("441", "chemo 1"),
        ("12", "fever 1"),
        ("112", "wrong_key"),
        ("415", "wrong_key"),
        ("00", "person_none"),
        ("##", "menu"),
        ("*4", "menu 4"),
    ],
)
def test_keys_that_arrive_together(caller: Caller, keys: str, shows: str) -> None:
    assert shown(caller.press(keys))[0] == shows


def test_a_tremor_in_the_language_step_does_not_choose_twice(stranger: Caller) -> None:
    stranger.press("2")
    assert shown(stranger.press("1", seconds=0.5)) == ["menu 1", "back_choice"]


def test_codes_may_come_whole_only_where_the_main_menu_stands_alone(caller: Caller) -> None:
    assert caller.reply.code
    assert not caller.press("4").code
    assert caller.press("*").code
    assert not caller.silent().code


@pytest.mark.parametrize(("place", "page"), [("444", 1), ("441", 9), ("441", 0), ("55", 1), ("zz", 1)])
@pytest.mark.parametrize("key", "14680*#")
def test_a_retired_place_goes_home_with_an_apology(tree: Tree, place: str, page: int, key: str) -> None:
    caller = Caller(tree, CLINIC).moved(place, page)
    assert shown(caller.press(key)) == ["sorry_moved", "menu"]


def test_an_emergency_key_works_where_a_place_was_retired(caller: Caller) -> None:
    caller.moved("444").press("4")
    assert shown(caller.one_by_one("911"))[0] == "emergency"


def test_speech_is_taken_after_the_first_silence_only(caller: Caller) -> None:
    assert not caller.reply.speech
    assert caller.silent().speech


@pytest.mark.parametrize("place", ["1", "12", "15", "9", "99", "93", "911", "L"])
def test_speech_decides_no_urgent_page_no_setting_and_no_stop(caller: Caller, place: str) -> None:
    assert not caller.moved(place).silent().speech


def test_speech_is_off_for_those_who_asked_for_time(caller: Caller) -> None:
    caller.press("7")
    assert not caller.silent().speech


def test_spoken_menu_words_are_choices(tree: Tree) -> None:
    caller = Caller(tree, CLINIC)
    caller.silent()
    assert shown(caller.say("code", "4"))[0] == "menu 4"
    assert caller.say("action:person").then is Then.DIAL
    assert shown(caller.say("action:stop")) == ["speech_unclear", "menu 4", "back_choice"]
    assert caller.reply.effects == ()


@pytest.mark.parametrize(("key", "shows"), [("1", "menu 4"), ("2", "menu")])
def test_what_was_not_heard_well_is_asked_back(caller: Caller, key: str, shows: str) -> None:
    caller.silent()
    assert shown(caller.say("code", "4", confident=False)) == ["speech_heard", "name 4", "speech_right"]
    assert shown(caller.press(key))[0] == shows


@pytest.mark.parametrize("between", ["silence", "#", "7", "8", "6"])
def test_a_digit_answers_the_menu_once_the_question_has_passed(caller: Caller, between: str) -> None:
    caller.silent()
    caller.say("code", "4", confident=False)
    caller.silent() if between == "silence" else caller.press(between)
    assert shown(caller.press("1"))[0] == "menu 1"
