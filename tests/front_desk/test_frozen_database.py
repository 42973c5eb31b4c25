"""A database server that takes a connection and then says nothing keeps nobody waiting."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from line import Twilio, heard

from service.app import Parts, serve_parts
from service.settings import Settings
from service.storage.database import Database, StorageDown

# Twilio waits fifteen seconds; our own budget for a person is five.
BUDGET = 5.0


@pytest.fixture
def frozen() -> Iterator[str]:
    """The address of a PostgreSQL that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"postgresql://clearline@127.0.0.1:{server.getsockname()[1]}/clearline"


def test_texts_and_calls_are_answered_beside_a_frozen_server(
    build: Callable[[Settings], Parts], settings: Settings, frozen: str
) -> None:
    parts = build(replace(settings, database_url=frozen))
    twilio = Twilio(serve_parts(parts).test_client(), settings)
    began = time.monotonic()
    assert "988" in twilio.text("i want to die").text
    assert time.monotonic() - began < BUDGET
    began = time.monotonic()
    assert "911" in heard(parts, twilio.step().text)
    assert time.monotonic() - began < 1.0, "a call does not wait for storage at all"
    assert len(parts.spool) == 1


def test_work_that_hangs_is_called_down_in_time(frozen: str) -> None:
    database = Database(frozen, patience=0.1)
    with pytest.raises(StorageDown, match="does not answer"):
        database.in_time(lambda: time.sleep(2))
