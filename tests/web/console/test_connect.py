"""The page that asks Twilio: only when somebody presses the button, and without making anybody wait."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from console_staff import Browser, Hire, Person

from service.settings import Settings
from tests.twilio.account_stand_in import AccountStandIn, account_running

NUMBER = "+12025550134"


@pytest.fixture
def twilio() -> Iterator[AccountStandIn]:
    with account_running() as stand_in:
        stand_in.numbers = [
            {"phone_number": NUMBER, "sms_method": "GET", "capabilities": {"sms": True, "voice": True}}
        ]
        yield stand_in


@pytest.fixture
def settings(settings: Settings, twilio: AccountStandIn, request: pytest.FixtureRequest) -> Settings:
    """A real account, unless a test asks for the try-out."""
    if getattr(request, "param", "") == "tryout":
        return settings
    return replace(settings, tryout=False, carrier_keywords="twilio", api_url=twilio.address, numbers=(NUMBER,))


@pytest.fixture
def ana(hire: Hire, sit_down: Callable[[Person], Browser]) -> Browser:
    return sit_down(hire())


def ask(browser: Browser) -> str:
    """Press the button, and look until Twilio has answered."""
    browser.get("/console/connect")
    assert browser.send("/console/connect/ask").status_code == 303
    return browser.get("/console/connect").text


def test_nobody_is_asked_before_somebody_presses_the_button(ana: Browser, twilio: AccountStandIn) -> None:
    assert "http://localhost/twilio/sms" in ana.get("/console/connect").text
    assert twilio.asked == []


def test_what_is_missing_is_said_in_words_beside_its_state(ana: Browser) -> None:
    page = ask(ana)
    assert "Set the messaging webhook to HTTP POST" in page
    assert "Set a voice fallback" in page
    assert "Advanced Opt-Out" in page
    states = set(re.findall(r'<span class="badge \w+">([^<]+)</span>', page))
    assert {"right", "to do", "look yourself"} <= states


@pytest.mark.parametrize(("status", "said"), [(401, "refused"), (500, "status.twilio.com")])
def test_an_account_that_cannot_be_asked_is_said_without_what_twilio_wrote(
    ana: Browser, twilio: AccountStandIn, status: int, said: str
) -> None:
    twilio.status = status
    page = ask(ana)
    assert said in page
    assert "Authenticate" not in page


def test_a_silent_twilio_keeps_nobody_waiting(ana: Browser, twilio: AccountStandIn) -> None:
    twilio.answering.clear()
    page = ask(ana)
    assert "has not answered yet" in page
    assert ana.page is not None
    assert ana.page.headers["Refresh"] == "2"
    twilio.answering.set()
    assert "Set the messaging webhook" in ana.get("/console/connect").text


@pytest.mark.parametrize("settings", ["tryout"], indirect=True)
def test_the_tryout_says_that_there_is_no_account(ana: Browser, twilio: AccountStandIn) -> None:
    assert "there is no Twilio account" in ana.get("/console/connect").text
    ana.send("/console/connect/ask")
    assert twilio.asked == []
