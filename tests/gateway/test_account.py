"""What Twilio has set for our numbers, compared with what it should be, and said in both languages."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from service.gateway.account import Account, NumberSettings, ServiceSettings, State, compare, fetch
from service.gateway.twilio import account_client
from service.languages import Language
from service.settings import Settings, from_environment
from service.web.console.words import say
from tests.twilio.account_stand_in import AccountStandIn, account_running

NUMBER = "+12025550134"
ENV = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": NUMBER,
    "PUBLIC_URL": "https://line.example.org",
    "SECRET_KEY": "s" * 32,
    "DATA_KEYS": "k1:" + "ab" * 32,
}
RIGHT = NumberSettings(
    number=NUMBER,
    sms_url="https://line.example.org/twilio/sms#rc=3&rp=all",
    sms_method="POST",
    sms_fallback="https://elsewhere.example.net/sms",
    voice_url="https://line.example.org/twilio/voice",
    voice_method="POST",
    voice_fallback="https://elsewhere.example.net/voice",
    status_callback="https://line.example.org/twilio/voice/status",
)
# The same as Twilio writes it.
LISTED = {
    "phone_number": NUMBER,
    "sms_url": RIGHT.sms_url,
    "sms_method": "POST",
    "sms_fallback_url": RIGHT.sms_fallback,
    "voice_url": RIGHT.voice_url,
    "voice_method": "POST",
    "voice_fallback_url": RIGHT.voice_fallback,
    "status_callback": RIGHT.status_callback,
    "capabilities": {"sms": True, "mms": True, "voice": True, "fax": False},
}


@pytest.fixture
def real(tmp_path: Path) -> Settings:
    return from_environment(ENV, tmp_path)


@pytest.fixture
def twilio() -> Iterator[AccountStandIn]:
    with account_running() as stand_in:
        stand_in.numbers = [LISTED, LISTED | {"phone_number": "+12025550199"}]
        yield stand_in


def wrong(account: Account, settings: Settings, language: Language = Language.ENGLISH) -> list[str]:
    """The sentences about what is wrong."""
    found = [one for one in compare(account, settings) if one.state is State.WRONG]
    return [say(language, f"connect.{one.name}", **one.fields) for one in found]


def test_a_number_set_right_needs_nothing_but_a_look_at_opt_outs(real: Settings) -> None:
    assert wrong(Account((RIGHT,)), real) == []
    (look,) = [one for one in compare(Account((RIGHT,)), real) if one.state is State.LOOK]
    assert look.name == "opt_out_look"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": "+12025550199"}, "TWILIO_NUMBERS"),
        ({"sms_url": ""}, "https://line.example.org/twilio/sms"),
        ({"voice_url": "https://old.example.org/voice"}, "https://old.example.org/voice"),
        ({"sms_method": "GET"}, "POST"),
        ({"voice_fallback": ""}, "911, 988"),
        ({"sms_fallback": "https://line.example.org/fallback"}, ""),
        ({"status_callback": ""}, "https://line.example.org/twilio/voice/status"),
        ({"texts": False}, "SMS"),
        ({"calls": False}, "Voice"),
        ({"region": "ie1"}, "ie1"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_set(
    real: Settings, change: dict[str, str], said: str, language: Language
) -> None:
    (sentence,) = wrong(Account((replace(RIGHT, **change),)), real, language)
    assert said in sentence


@pytest.mark.parametrize(
    ("service", "count"),
    [
        (None, 0),
        (ServiceSettings("", leaves_it_to_the_number=True), 0),
        (ServiceSettings("https://line.example.org/twilio/sms", leaves_it_to_the_number=False), 0),
        (ServiceSettings("", leaves_it_to_the_number=False), 1),
    ],
)
def test_a_messaging_service_that_swallows_texts_is_found(
    real: Settings, service: ServiceSettings | None, count: int
) -> None:
    assert len(wrong(Account((RIGHT,), service), real)) == count


@pytest.mark.parametrize(("regions", "region"), [({}, "us1"), ({NUMBER: "us1"}, "us1"), ({NUMBER: "ie1"}, "ie1")])
def test_the_account_is_read_as_twilio_writes_it(
    real: Settings, twilio: AccountStandIn, regions: dict[str, str], region: str
) -> None:
    """A number that Twilio never routed elsewhere is unknown to its routes, and stays in the United States."""
    twilio.regions = regions
    twilio.service = {"inbound_request_url": None, "use_inbound_webhook_on_number": True}
    asking = replace(real, api_url=twilio.address, messaging_service_sid="MG" + "2" * 32)
    account = fetch(account_client(asking), asking)
    assert account.numbers == (replace(RIGHT, region=region),)
    assert account.service == ServiceSettings("", leaves_it_to_the_number=True)


def test_the_command_says_what_is_wrong_and_ends_so(tmp_path: Path, twilio: AccountStandIn) -> None:
    env = ENV | {"CLEARLINE_VAR": str(tmp_path), "TWILIO_API_URL": twilio.address}
    assert CliRunner().invoke(main, ["check", "twilio"], env=env).exit_code == 0
    twilio.numbers = [LISTED | {"sms_method": "GET"}]
    done = CliRunner().invoke(main, ["check", "twilio"], env=env)
    assert done.exit_code == 1
    assert f"{NUMBER}: Set the messaging webhook to HTTP POST" in done.output
