"""The information line in the console: every topic, in both languages, to read and to hear, and who has read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from clock import Clock
from console_staff import NOW, Browser, Hire, Person

from service.app import Parts
from service.content.library import HERE
from service.content.library import read as load_file
from service.content.review_items import chosen
from service.content.reviews import Review, fingerprint, topic_words
from service.languages import Language
from service.settings import Settings
from service.storage.content_decisions import Decider, keep_reviews, withdraw

SitDown = Callable[[Person], Browser]
BEN = Decider(1, 1, "Ben Okafor")
ITEM = re.compile(r'href="/console/content/(\d+)"')


@pytest.fixture
def nurse(hire: Hire, sit_down: SitDown) -> Browser:
    return sit_down(hire("Ben Okafor", "nurse"))


def plain(page: str) -> str:
    return page.replace("&#39;", "'").replace("&#34;", '"')


def read(parts: Parts, topic: str, on: date = date(2026, 11, 22), **older: str) -> None:
    """Somebody has read a topic, in its present words or with `older` ones in the place of its English title."""
    words = topic_words(parts.library.topics[topic])
    words["en"] |= older
    review = Review(f"topic.{topic}", "Ben Okafor", "RN", on, fingerprint(words), words)
    with parts.database.write() as connection:
        keep_reviews(connection, [review], BEN, NOW)
    parts.noticeboard.reread()


def test_every_topic_is_listed_by_its_code(parts: Parts, clinic_id: int, nurse: Browser) -> None:
    page = nurse.get("/console/content").text
    assert ITEM.findall(page) == sorted(topic.code for topic in parts.library.topics.values())
    assert "0 of 56 topics reviewed" in page


def test_the_list_shows_each_state_by_itself_and_counts_what_is_reviewed(
    parts: Parts, clinic_id: int, nurse: Browser
) -> None:
    read(parts, "nausea")
    read(parts, "chemo", title="Old title")
    with parts.database.write() as connection:
        withdraw(connection, "fatigue", "a wrong number", BEN, NOW)
    parts.noticeboard.reread()
    assert "1 of 56 topics reviewed" in nurse.get("/console/content").text
    for state, topic in (("read", "nausea"), ("changed", "chemo"), ("withdrawn", "fatigue")):
        listed = ITEM.findall(nurse.get(f"/console/content?state={state}").text)
        assert listed == [parts.library.topics[topic].code], state
    assert len(ITEM.findall(nurse.get("/console/content?state=unread").text)) == 53
    assert "Ben Okafor, RN, Sunday Nov 22 (for English, Spanish)" in nurse.get("/console/content?state=read").text


@pytest.mark.parametrize(("day", "state"), [(date(2026, 11, 22), "read"), (date(2025, 11, 22), "expired")])
def test_a_review_grows_old(
    parts: Parts, clinic_id: int, clock: Clock, hire: Hire, sit_down: SitDown, day: date, state: str
) -> None:
    clock.pass_time((day.year == 2025) * 300 * 86400)
    read(parts, "nausea", on=day)
    listed = sit_down(hire("Ben Okafor", "nurse")).get(f"/console/content?state={state}").text
    assert ITEM.findall(listed) == [parts.library.topics["nausea"].code]


def test_a_topic_is_shown_in_both_languages_for_eyes_and_ears(parts: Parts, clinic_id: int, nurse: Browser) -> None:
    topic = parts.library.topics["fever"]
    page = nurse.get(f"/console/content/{topic.code}")
    told = plain(re.sub(r"</?span[^>]*>", "", page.text))
    for language in Language:
        for shown in (*topic[language].text, *topic[language].speech):
            assert shown.words in told
    assert "autoplay" not in page.text
    addresses = re.findall(r'<audio[^>]* src="([^"]+)"', page.text)
    assert len(addresses) >= 2
    for address in addresses:
        assert nurse.client.get(address).status_code == 200


def test_a_topic_names_its_facts_and_their_sources(parts: Parts, clinic_id: int, nurse: Browser) -> None:
    page = plain(nurse.get("/console/content/441").text)
    assert parts.library.facts["chemo.1"].statement in page
    assert "counts as 2 texts" in page


def test_what_changed_since_the_review_is_marked_word_by_word(parts: Parts, clinic_id: int, nurse: Browser) -> None:
    read(parts, "chemo", title="Strong chemo")
    page = nurse.get("/console/content/441").text
    assert re.search(r"<del>.*Strong chemo.*</del>", page)
    assert re.search(r"<ins>.*Chemo.*</ins>", page)
    assert "<strong>English, title</strong>" in page


@pytest.mark.parametrize(
    "path", ["/console/content/999", "/console/content/sentence/nope", "/console/content/set/branch.77"]
)
def test_a_code_that_is_nothing_leads_back_to_the_list(clinic_id: int, nurse: Browser, path: str) -> None:
    assert nurse.get(path).location == "/console/content"


@pytest.mark.parametrize("what", ["safety", *(f"branch.{code}" for code in "12345")])
def test_a_whole_branch_can_be_read_on_one_page_that_is_not_too_large(
    parts: Parts, clinic_id: int, nurse: Browser, what: str
) -> None:
    page = nurse.get(f"/console/content/set/{what}")
    assert page.status_code == 200
    assert len(page.data) < 100_000
    branch = what.removeprefix("branch.") if what != "safety" else "1"
    topics = [topic for topic in parts.library.topics.values() if topic.code.startswith(branch)]
    shown = plain(page.text)
    for topic in topics:
        assert topic["es"].speech[0].words in shown  # type: ignore[index]


BAR = "37 safety texts wait for a clinician to read them."


def test_in_try_out_no_page_asks_for_a_review(clinic_id: int, nurse: Browser) -> None:
    assert BAR not in nurse.get("/console/").text


class TestWithARealAccount:
    """Where a review is required, as with a real account."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, content_review="required")

    @pytest.mark.parametrize("path", ["/console/", "/console/visits", "/console/content/441"])
    def test_every_page_tells_what_must_be_read_before_anything_is_sent(
        self, clinic_id: int, nurse: Browser, path: str
    ) -> None:
        page = nurse.get(path).text
        assert BAR in page
        assert 'href="/console/content/set/safety"' in page

    def test_it_asks_no_more_once_all_of_them_are_read(self, parts: Parts, clinic_id: int, nurse: Browser) -> None:
        words = chosen(parts.library, (), (), load_file(HERE / "safety_set.yaml"))
        day = date(2026, 11, 22)
        reviews = [Review(name, "Ben Okafor", "RN", day, fingerprint(said), said) for name, said in words.items()]
        with parts.database.write() as connection:
            keep_reviews(connection, reviews, BEN, NOW)
        parts.noticeboard.reread()
        assert "wait for a clinician" not in nurse.get("/console/").text
        assert "37 of 37 safety texts reviewed" in nurse.get("/console/content").text

    def test_new_words_are_told_apart_from_those_that_people_still_get(
        self, parts: Parts, clinic_id: int, nurse: Browser
    ) -> None:
        read(parts, "chemo", title="Strong chemo")
        page = nurse.get("/console/content/441").text
        assert "People still get the words that were reviewed last." in page
        assert "<h1>Chemo</h1>" in page
