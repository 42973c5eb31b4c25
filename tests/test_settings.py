"""Settings: what the environment says is checked at start, in one sentence that says what to set."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.settings import TRYOUT_NUMBER, TRYOUT_SID, BadSettings, from_environment

REAL = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+12025550134",
    "PUBLIC_URL": "https://line.example.org",
    "SECRET_KEY": "s" * 40,
    "DATA_KEYS": "k2:" + "0" * 64 + ",k1:" + "ab" * 32,
}


def test_with_nothing_set_the_line_can_be_tried_out(tmp_path: Path) -> None:
    settings = from_environment({}, tmp_path)
    assert (settings.tryout, settings.public_url, settings.bind) == (True, "http://localhost:8000", "127.0.0.1")
    assert (settings.account_sid, settings.line_from, settings.numbers) == (
        TRYOUT_SID,
        TRYOUT_NUMBER,
        (TRYOUT_NUMBER,),
    )
    assert (settings.content_review, settings.carrier_keywords) == ("advisory", "us")


def test_try_out_secrets_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: from_environment({}, tmp_path), range(8)))
    assert len({(one.secret_key, one.auth_tokens, one.data_keys) for one in made}) == 1
    kept = [path for path in (tmp_path / "var").iterdir() if path.name.startswith("tryout")]
    assert len(kept) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_a_real_account(tmp_path: Path) -> None:
    settings = from_environment(REAL, tmp_path)
    assert (settings.tryout, settings.bind, settings.content_review) == (False, "0.0.0.0", "required")
    assert settings.carrier_keywords == "twilio"
    assert settings.data_keys == (("k2", b"\0" * 32), ("k1", b"\xab" * 32))
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"PUBLIC_URL": "http://line.example.org"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "line.example.org"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://x?y"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://x#y"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://x:99999"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://x:0"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://[::1"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://x:y"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "ftp://x"}, "PUBLIC_URL"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "http"}, "PORT"),
        ({"TWILIO_FROM": ""}, "TWILIO_FROM"),
        ({"TWILIO_FROM": "202-555-0134"}, "TWILIO_FROM"),
        ({"TWILIO_FROM": "+1202555013４"}, "TWILIO_FROM"),
        ({"TWILIO_NUMBERS": "+12025550134,x"}, "TWILIO_NUMBERS"),
        ({"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
        ({"TWILIO_AUTH_TOKEN": "a,b,c"}, "TWILIO_AUTH_TOKEN"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "dev"}, "SECRET_KEY"),
        ({"DATA_KEYS": ""}, "DATA_KEYS"),
        ({"DATA_KEYS": "k1:xyz"}, "DATA_KEYS"),
        ({"DATA_KEYS": "k1:" + "0" * 62}, "DATA_KEYS"),
        ({"DATA_KEYS": "0" * 64}, "DATA_KEYS"),
        ({"CLINIC_PHONE": "555"}, "CLINIC_PHONE"),
        ({"CLINIC_PHONE_NIGHT": "911"}, "CLINIC_PHONE_NIGHT"),
        ({"CONTENT_REVIEW": "never"}, "CONTENT_REVIEW"),
        ({"CARRIER_KEYWORDS": "no"}, "CARRIER_KEYWORDS"),
        ({"UNKNOWN": "guess"}, "UNKNOWN"),
        ({"SEND": "all"}, "SEND"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_in_one_sentence(change: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=f"^Set {named}\\b") as refused:
        from_environment({**REAL, **change}, tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATA_KEYS", "TWILIO_AUTH_TOKEN"])
def test_a_secret_is_never_repeated_in_what_is_said(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as refused:
        from_environment({**REAL, name: "hush,hush,hush,k1:hush"}, tmp_path)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "line", "reminders", "numbers"),
    [
        ({}, "+12025550134", "+12025550134", ("+12025550134",)),
        (
            {"TWILIO_REMINDERS_FROM": "+12025550135"},
            "+12025550134",
            "+12025550135",
            ("+12025550134", "+12025550135"),
        ),
        (
            {"TWILIO_FROM": "", "TWILIO_LINE_FROM": "+12025550136", "TWILIO_NUMBERS": "+12025550136, +12025550137"},
            "+12025550136",
            "",
            ("+12025550136", "+12025550137"),
        ),
        ({"TWILIO_FROM": "", "TWILIO_NUMBERS": "+12025550137"}, "", "", ("+12025550137",)),
    ],
)
def test_each_number_has_its_role(
    change: dict[str, str], line: str, reminders: str, numbers: tuple[str, ...], tmp_path: Path
) -> None:
    settings = from_environment({**REAL, **change}, tmp_path)
    assert (settings.line_from, settings.reminders_from, settings.numbers) == (line, reminders, numbers)


def test_a_token_may_be_replaced_while_both_are_good(tmp_path: Path) -> None:
    assert from_environment({**REAL, "TWILIO_AUTH_TOKEN": "old, new"}, tmp_path).auth_tokens == ("old", "new")


def test_an_address_loses_its_last_slash(tmp_path: Path) -> None:
    settings = from_environment({**REAL, "PUBLIC_URL": "https://line.example.org:8443/clearline/"}, tmp_path)
    assert settings.public_url == "https://line.example.org:8443/clearline"


def test_phones_are_hashed_under_a_key_of_their_own(tmp_path: Path) -> None:
    settings = from_environment(REAL, tmp_path)
    assert settings.phone_key != settings.secret_key
