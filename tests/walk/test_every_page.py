"""Every page of the tree, in both languages, by text and by call, says what the library says."""

from __future__ import annotations

import pytest
from clock import Clock

from service.channels.prompts import Speaker
from service.conversation.reply import Reply, Say, ShowMenu, ShowPage
from service.conversation.tree import Kind, Node, Tree
from service.conversation.world import written
from service.front_desk.words import Words
from service.languages import Language
from service.simulator.call import Call
from service.simulator.phone import Phone

AT_LEISURE = 30.0


@pytest.fixture(params=list(Language), ids=lambda language: language.value)
def language(request: pytest.FixtureRequest) -> Language:
    return Language(request.param)


@pytest.fixture
def texter(phone: Phone, language: Language) -> Phone:
    """A person who has chosen their language by text, and has read the first words."""
    phone.text({Language.ENGLISH: "ENGLISH", Language.SPANISH: "ESPANOL"}[language])
    return phone


@pytest.fixture
def call(texter: Phone) -> Call:
    return texter.call()


def page_text(words: Words, node: Node, number: int, language: Language) -> str:
    return words.writer.text(Reply((ShowPage(node.topic, number),)), language)


def test_by_code_a_text_reaches_every_place(texter: Phone, words: Words, language: Language, clock: Clock) -> None:
    for node in places(words.tree):
        if len(node.code) == 1:
            continue  # a digit alone answers the last question; the next walk sends it
        clock.pass_time(AT_LEISURE)
        (came,) = texter.text(node.code)
        assert came.startswith(first_words(words, node, language)), node.code


def test_by_digits_a_text_reaches_every_place(texter: Phone, words: Words, language: Language, clock: Clock) -> None:
    for node in places(words.tree):
        texter.text("MENU")
        for digit in node.code:
            clock.pass_time(AT_LEISURE)
            (came,) = texter.text(digit)
        assert came.startswith(first_words(words, node, language)), node.code


def test_more_reaches_every_page_by_text(texter: Phone, words: Words, language: Language, clock: Clock) -> None:
    for node in topics(words.tree):
        texter.text(node.code)
        for number in range(2, words.tree.pages[node.topic] + 1):
            clock.pass_time(AT_LEISURE)
            (came,) = texter.text("1" if node.topic in words.tree.gated and number == 2 else "MORE")
            assert came == page_text(words, node, number, language), (node.code, number)


def test_by_keys_a_call_reaches_every_place(call: Call, words: Words, language: Language, clock: Clock) -> None:
    for node in places(words.tree):
        heard = []
        for key in f"******{node.code}":
            clock.pass_time(AT_LEISURE)
            heard = [item.words for item in call.press(key)]
        assert heard[: len(spoken(words, node, 1, language))] == spoken(words, node, 1, language), node.code


def test_6_reaches_every_page_of_a_call(call: Call, words: Words, language: Language, clock: Clock) -> None:
    for node in topics(words.tree):
        for key in f"******{node.code}":
            clock.pass_time(AT_LEISURE)
            call.press(key)
        for number in range(2, words.tree.spoken_pages[node.topic] + 1):
            clock.pass_time(AT_LEISURE)
            key = "1" if node.topic in words.tree.gated and number == 2 else "6"
            heard = [item.words for item in call.press(key)]
            assert heard[: len(spoken(words, node, number, language))] == spoken(words, node, number, language)


def test_three_keys_in_one_go_reach_every_code(texter: Phone, words: Words, language: Language, clock: Clock) -> None:
    for node in topics(words.tree):
        call = texter.call()
        clock.pass_time(AT_LEISURE)
        heard = [item.words for item in call.press(node.code)]
        # The same key twice in one go is a trembling hand.
        if node.code != "11":
            assert heard[: len(spoken(words, node, 1, language))] == spoken(words, node, 1, language), node.code
        call.hang_up()


def test_what_callers_get_texters_get(words: Words, language: Language) -> None:
    for topic in words.library.topics.values():
        wording = topic[language]
        stated = {fact for page in wording.text for fact in page.facts}
        assert stated == {fact for page in wording.speech for fact in page.facts}, topic.id


def test_both_languages_state_the_same_facts(words: Words) -> None:
    for topic in words.library.topics.values():
        stated = [{fact for page in topic[language].text for fact in page.facts} for language in Language]
        assert stated[0] == stated[1], topic.id


def places(tree: Tree) -> list[Node]:
    """All but the main menu."""
    return [node for code, node in tree.nodes.items() if code]


def topics(tree: Tree) -> list[Node]:
    return [node for node in tree.nodes.values() if node.kind is Kind.TOPIC]


def first_words(words: Words, node: Node, language: Language) -> str:
    """What a text for `node` must begin with."""
    if node.kind is Kind.MENU:
        return words.writer.menu(node.code, language)
    if node.kind is Kind.ACTION:
        return words.writer.text(Reply((Say(node.action),)), language)
    return page_text(words, node, 1, language)


def spoken(words: Words, node: Node, number: int, language: Language) -> list[str]:
    """What a caller must hear first at `node`."""
    speaker = Speaker(words.library, words.tree, {"line_phone": written("+15555550100")})
    if node.kind is Kind.MENU:
        prompts = speaker.prompts(ShowMenu(node.code), language)
    elif node.kind is Kind.ACTION:
        prompts = speaker.prompts(Say(node.action), language)
    else:
        prompts = speaker.prompts(ShowPage(node.topic, number), language)
    return [prompt.words for prompt in prompts]
