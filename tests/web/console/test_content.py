"""The information line in the console: every topic, in both languages, with who read it and how it sounds."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from console_staff import Browser, Hire, Person

from service.app import Parts
from service.languages import Language

SitDown = Callable[[Person], Browser]


@pytest.fixture
def nurse(hire: Hire, sit_down: SitDown) -> Browser:
    return sit_down(hire("Ben Okafor", "nurse"))


def test_every_topic_is_listed_by_its_code(parts: Parts, clinic_id: int, nurse: Browser) -> None:
    page = nurse.get("/console/content").text
    listed = re.findall(r'href="/console/content/(\d+)"', page)
    assert listed == sorted(topic.code for topic in parts.almanac().library.topics.values())


def test_a_topic_is_shown_in_both_languages_for_eyes_and_ears(parts: Parts, clinic_id: int, nurse: Browser) -> None:
    topic = parts.almanac().library.topics["fever"]
    page = nurse.get(f"/console/content/{topic.code}")
    plain = page.text.replace("&#39;", "'").replace("&#34;", '"')
    for language in Language:
        for shown in (*topic[language].text, *topic[language].speech):
            assert shown.words in plain
    for address in re.findall(r'<audio[^>]* src="([^"]+)"', page.text):
        assert nurse.client.get(address).status_code == 200


def test_a_code_that_is_no_topic_leads_back_to_the_list(clinic_id: int, nurse: Browser) -> None:
    assert nurse.get("/console/content/999").location == "/console/content"
