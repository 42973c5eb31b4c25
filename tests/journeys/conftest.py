"""The whole service in one process: talks move its clock, and its worker runs when the inbox is opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from hand_clock import Clock
from player import Inbox

from service.app import Parts, put_together, serve_parts
from service.reminders.errands import run_errands
from service.settings import from_environment
from service.simulator.phone import Phone, through
from service.storage import migrate


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def parts(tmp_path: Path, clock: Clock) -> Parts:
    parts = put_together(from_environment({}, tmp_path), clock)
    migrate.upgrade(parts.database)
    return parts


@pytest.fixture
def app(parts: Parts) -> Flask:
    return serve_parts(parts)


@pytest.fixture
def phone(app: Flask, parts: Parts) -> Phone:
    settings = parts.settings
    return Phone(
        base_url=settings.public_url,
        auth_token=settings.auth_tokens[0],
        account_sid=settings.account_sid,
        number="+15555550123",
        line=settings.line_from,
        post=through(app.test_client()),
        transcript=lambda url: parts.recordings.words(url.partition("/audio/")[2]),
    )


@pytest.fixture
def inbox(app: Flask, parts: Parts) -> Inbox:
    """What the line sent to a number by itself, after the worker had its turn."""

    def opened(number: str) -> list[str]:
        run_errands(parts.database, parts.vault, parts.gateway, parts.almanac().writer, parts.clock)
        answer = app.test_client().get("/phone/inbox", query_string={"number": number})
        return [message["body"] for message in answer.get_json()["messages"]]

    return opened
