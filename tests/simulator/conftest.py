"""The stand-in line and a pretend phone that reaches it, without sockets."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from stand_in import WORDS, line

from service.settings import Settings, from_environment
from service.simulator.phone import Phone, through


@pytest.fixture
def tryout(tmp_path: Path) -> Settings:
    return from_environment({"PORT": "8077"}, tmp_path)


@pytest.fixture
def stand_in(tryout: Settings, tmp_path: Path) -> Flask:
    return line(tryout, tmp_path)


@pytest.fixture
def handset(stand_in: Flask, tryout: Settings) -> Phone:
    return Phone(
        base_url=tryout.public_url,
        auth_token=tryout.auth_tokens[0],
        account_sid=tryout.account_sid,
        number="+15555550123",
        line=tryout.line_from,
        post=through(stand_in.test_client()),
        transcript=lambda url: WORDS.get(url.partition("/audio/")[2]),
    )
