"""How replies are put: prompts with their recordings, texts in their segments, and TwiML that Twilio plays."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from service.channels.prompts import Prompt, every_prompt
from service.channels.sms import PAGE_SEGMENTS
from service.channels.voice import Voice, fill_in
from service.content.library import Library
from service.conversation.pace import Pace
from service.conversation.places import OUTSIDE
from service.conversation.put import put
from service.conversation.reply import Reply, Say, ShowMenu, ShowPage, Then
from service.conversation.state import State
from service.conversation.tree import MAIN, Kind
from service.front_desk.words import Words
from service.languages import Language
from service.segments import cut

CLINIC = {"line_phone": "555-555-0100"}
both_languages = pytest.mark.parametrize("language", list(Language))


class Everything:
    """A set of recordings in which every prompt is found."""

    def __init__(self) -> None:
        self.asked: list[tuple[Pace, Prompt]] = []

    def url(self, language: Language, pace: Pace, prompt: Prompt) -> str:
        self.asked.append((pace, prompt))
        return f"/audio/{language.value}/{prompt.clip}.wav"


@pytest.fixture
def voice(words: Words) -> Voice:
    return replace(words.voice, recordings=Everything(), _ready={})


def tags(document: str) -> list[str]:
    return [element.tag for element in ElementTree.fromstring(document)]


@both_languages
def test_every_prompt_has_one_id_and_no_gap(library: Library, language: Language) -> None:
    prompts = list(every_prompt(library, language, CLINIC))
    by_clip = {prompt.clip: prompt.words for prompt in prompts}
    assert all(by_clip[prompt.clip] == prompt.words for prompt in prompts)
    assert not [prompt.words for prompt in prompts if "{" in prompt.words or not prompt.words.strip()]


@both_languages
def test_whatever_a_call_says_is_among_the_prompts(words: Words, voice: Voice, language: Language) -> None:
    known = {(prompt.clip, prompt.words) for each in Language for prompt in every_prompt(words.library, each, CLINIC)}
    for place in (*words.tree.nodes, *OUTSIDE):
        for silences in (0, 1, 2):
            state = State(language, place=place, silences=silences)
            voice.document(put(words.tree, state, Say("silence_first"))[1], language, Pace.NORMAL)
    assert isinstance(voice.recordings, Everything)
    assert {(prompt.clip, prompt.words) for _, prompt in voice.recordings.asked} <= known


@both_languages
def test_only_words_with_a_clinics_number_are_local(library: Library, language: Language) -> None:
    local = {prompt.clip for prompt in every_prompt(library, language, CLINIC) if prompt.local}
    assert local == {"phrase.silence_last_number"}
    assert not [prompt for prompt in every_prompt(library, language, {}) if prompt.local]


@both_languages
def test_in_speech_the_option_comes_before_its_key(words: Words, language: Language) -> None:
    (menu,) = words.voice.speaker.prompts(ShowMenu("4"), language)
    press = {Language.ENGLISH: "press 1", Language.SPANISH: "oprima 1"}[language]
    assert menu.words.index(words.tree.nodes["41"].spoken[language]) < menu.words.index(press)


@both_languages
def test_in_a_text_the_digit_comes_first_one_choice_a_line(words: Words, language: Language) -> None:
    lines = words.writer.menu("4", language).splitlines()
    assert [line[:2] for line in lines[1:6]] == ["1 ", "2 ", "3 ", "4 ", "5 "]
    assert all(line[2:] == words.tree.nodes["4" + line[0]].title[language] for line in lines[1:6])


@both_languages
def test_menus_are_one_segment_and_name_no_disease(words: Words, language: Language) -> None:
    for node in words.tree.nodes.values():
        if node.kind is Kind.MENU:
            menu = words.writer.menu(node.code, language)
            assert (cut(menu).alphabet, cut(menu).segments) == ("GSM-7", 1), node.code
    front = words.writer.menu(MAIN, language).lower()
    assert not any(word in front for word in ("cancer", "cáncer", "mbc", "metast"))


@both_languages
def test_pages_keep_to_their_segments_however_one_came(words: Words, language: Language) -> None:
    for topic in words.library.topics.values():
        for number in range(1, len(topic[language].text) + 1):
            for placed in (True, False):
                text = words.writer.page(ShowPage(topic.id, number, placed), language)
                assert cut(text).segments <= PAGE_SEGMENTS[language], (topic.id, number)


def test_the_place_of_a_page_is_left_out_where_room_is_short(words: Words) -> None:
    placed = [
        words.writer.page(ShowPage(topic.id, 1, True), Language.ENGLISH)
        != words.writer.page(ShowPage(topic.id, 1), Language.ENGLISH)
        for topic in words.library.topics.values()
    ]
    assert True in placed
    assert "Treatments > Chemo and immunotherapy, code 441" not in words.writer.menu("44", Language.ENGLISH)


def test_recordings_are_played_and_nothing_is_said(words: Words, voice: Voice) -> None:
    document = voice.document(put(words.tree, State(Language.ENGLISH, place="441"))[1], Language.ENGLISH, Pace.NORMAL)
    assert "<Say" not in document
    assert "http://localhost/audio/en/topic.chemo.1.wav" in document


def test_a_missing_recording_is_said_in_its_own_language(words: Words) -> None:
    class Nothing:
        def url(self, language: Language, pace: Pace, prompt: Prompt) -> None:
            return None

    silent = replace(words.voice, recordings=Nothing(), _ready={})
    document = silent.document(put(words.tree, State(place="L"))[1], Language.ENGLISH, Pace.NORMAL)
    assert f'<Say language="{Language.SPANISH.twilio}">Para español, oprima 2.</Say>' in document
    assert f'<Say language="{Language.ENGLISH.twilio}">For English, press 1.</Say>' in document


def test_a_code_keyed_fast_arrives_whole(words: Words, voice: Voice) -> None:
    document = voice.document(put(words.tree, State(Language.ENGLISH))[1], Language.ENGLISH, Pace.NORMAL)
    assert tags(document) == ["Gather", "Gather", "Redirect"]
    first, second = ElementTree.fromstring(document)[:2]
    assert (first.get("numDigits"), first.get("timeout"), len(first) > 0) == ("3", "2", True)
    assert (second.get("numDigits"), second.get("timeout"), len(second)) == ("1", "8", 0)


@pytest.mark.parametrize("place", ["4", "441", "9", "911", "15"])
def test_one_key_is_enough_elsewhere_and_stops_the_sound(words: Words, voice: Voice, place: str) -> None:
    document = voice.document(put(words.tree, State(Language.ENGLISH, place=place))[1], Language.ENGLISH, Pace.NORMAL)
    gather, redirect = ElementTree.fromstring(document)
    assert (gather.tag, gather.get("numDigits"), gather.get("timeout")) == ("Gather", "1", "10")
    # Star and pound arrive like any other key, and silence is told to us.
    assert (gather.get("finishOnKey"), gather.get("actionOnEmptyResult")) == ("", "true")
    assert all(prompt.tag == "Play" for prompt in gather)
    assert redirect.tag == "Redirect"


def test_speech_listens_for_the_words_of_the_menu(words: Words, voice: Voice) -> None:
    state = State(Language.SPANISH, place="4", silences=1)
    document = voice.document(put(words.tree, state)[1], Language.SPANISH, Pace.NORMAL)
    gather = ElementTree.fromstring(document)[0]
    assert gather.get("input") == "dtmf speech"
    assert "terapia hormonal" in (gather.get("hints") or "")
    assert (gather.get("language") or "").startswith("es-")


def test_a_person_is_dialled_for_25_seconds_and_the_caller_comes_back(voice: Voice) -> None:
    document = fill_in(
        voice.document(Reply((Say("person_connecting"),), then=Then.DIAL), Language.ENGLISH, Pace.NORMAL),
        "https://x/step?a=1&b=2",
        "https://x/dialed?a=1&b=2",
        "+12025550199",
    )
    dial = ElementTree.fromstring(document)[-1]
    assert (dial.tag, dial.get("timeout"), dial.get("action")) == ("Dial", "25", "https://x/dialed?a=1&b=2")
    assert "".join(dial.itertext()) == "+12025550199"


def test_after_silence_the_slow_recordings_are_played(words: Words, voice: Voice) -> None:
    voice.document(put(words.tree, State(Language.ENGLISH, silences=1))[1], Language.ENGLISH, Pace.NORMAL)
    assert isinstance(voice.recordings, Everything)
    assert {pace for pace, _ in voice.recordings.asked} == {Pace.SLOW}


def test_what_was_rendered_once_is_kept(words: Words, voice: Voice) -> None:
    reply = put(words.tree, State(Language.ENGLISH, place="441"))[1]
    first = voice.document(reply, Language.ENGLISH, Pace.NORMAL)
    assert isinstance(voice.recordings, Everything)
    asked = len(voice.recordings.asked)
    assert voice.document(reply, Language.ENGLISH, Pace.NORMAL) is first
    assert len(voice.recordings.asked) == asked
