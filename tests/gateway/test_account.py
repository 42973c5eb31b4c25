"""What Twilio has set for our numbers is told in sentences."""

from dataclasses import replace
from pathlib import Path

import pytest

from service.gateway.account import NumberSettings, compare
from service.settings import Settings, from_environment

RIGHT = NumberSettings(
    number="+12025550134",
    sms_url="https://line.example.org/twilio/sms#rc=3&rp=all",
    sms_method="POST",
    sms_fallback="https://elsewhere.example.net/sms",
    voice_url="https://line.example.org/twilio/voice",
    voice_method="POST",
    voice_fallback="https://elsewhere.example.net/voice",
    status_callback="https://line.example.org/twilio/voice/status",
)


@pytest.fixture
def real(tmp_path: Path) -> Settings:
    return from_environment(
        {
            "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
            "TWILIO_AUTH_TOKEN": "token",
            "TWILIO_FROM": "+12025550134",
            "PUBLIC_URL": "https://line.example.org",
            "SECRET_KEY": "s" * 32,
            "DATA_KEYS": "k1:" + "ab" * 32,
        },
        tmp_path,
    )


def test_a_number_set_right_needs_nothing(real: Settings) -> None:
    assert compare([RIGHT], real) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": "+12025550199"}, "is not a number of this account"),
        ({"sms_url": ""}, "set the messaging webhook to https://line.example.org/twilio/sms; it is empty"),
        ({"voice_url": "https://old.example.org/voice"}, "set the voice webhook"),
        ({"sms_method": "GET"}, "to POST"),
        ({"voice_fallback": ""}, "set a voice fallback on another host"),
        ({"sms_fallback": "https://line.example.org/fallback"}, "put the messaging fallback on another host"),
        ({"status_callback": ""}, "set the call status callback"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_set(real: Settings, change: dict[str, str], said: str) -> None:
    (sentence,) = compare([replace(RIGHT, **change)], real)
    assert said in sentence
