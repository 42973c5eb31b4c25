"""The whole service in one process, in a folder of its own, with a clock that tests move and a phone to reach it."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from clock import Clock
from databases import emptied, migrated_sqlite, postgresql
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from line import Twilio, phone_to

from service.app import Parts, put_together, serve_parts
from service.content.library import Library, load
from service.conversation.tree import Tree
from service.front_desk.words import Words
from service.reminders.errands import run_errands
from service.settings import Settings, from_environment
from service.simulator.phone import Phone
from service.storage.database import Database

# Examples are drawn the same way on every machine; a slow machine is no failure.
hypothesis_settings.register_profile(
    "clearline",
    derandomize=True,
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# For scripts/proof: many more, and other ones each time.
hypothesis_settings.register_profile(
    "thorough",
    deadline=None,
    max_examples=5000,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    print_blob=True,
)
hypothesis_settings.load_profile("clearline")


@pytest.fixture(scope="session")
def library() -> Library:
    return load()


@pytest.fixture(scope="session")
def words(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Words:
    """The words of one day, made once for all tests: nothing in them depends on a database."""
    settings = from_environment({"PUBLIC_URL": "http://localhost"}, tmp_path_factory.mktemp("words"))
    return put_together(settings, Clock(), library).almanac()


@pytest.fixture(scope="session")
def tree(words: Words) -> Tree:
    return words.tree


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def empty_postgresql() -> Iterator[Callable[[], str]]:
    """Gives the address of this process's PostgreSQL database, emptied; the server starts when first asked for."""
    made: list[str] = []
    with ExitStack() as stack:

        def fresh() -> str:
            if not made:
                run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
                make = stack.enter_context(postgresql(Path(tempfile.gettempdir()) / f"clearline-{run[:12]}"))
                made.append(make(os.environ.get("PYTEST_XDIST_WORKER", "alone")))
            return emptied(made[0])

        yield fresh


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path, empty_postgresql: Callable[[], str]
) -> str:
    """SQLite, or what `on_both_databases` asks for."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return empty_postgresql()
    path = tmp_path / "var" / "clearline.db"
    path.parent.mkdir()
    shutil.copy(empty_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return from_environment({"PUBLIC_URL": "http://localhost", "DATABASE_URL": database_url}, tmp_path)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@dataclass(frozen=True)
class Printed:
    """An almanac that hands out the same words every day."""

    words: Words

    def __call__(self) -> Words:
        return self.words

    renew = __call__


@pytest.fixture
def build(library: Library, words: Words, clock: Clock) -> Iterator[Callable[[Settings], Parts]]:
    """Puts the parts of an installation together, with the words made before."""
    made = []

    def build(settings: Settings) -> Parts:
        parts = put_together(settings, clock, library)
        made.append(replace(parts, almanac=Printed(words), recordings=words.voice.recordings))
        return made[-1]

    yield build
    for parts in made:
        parts.database.close()


@pytest.fixture
def parts(build: Callable[[Settings], Parts], settings: Settings) -> Parts:
    return build(settings)


@pytest.fixture
def app(parts: Parts) -> Flask:
    return serve_parts(parts)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def twilio(client: FlaskClient, settings: Settings) -> Twilio:
    return Twilio(client, settings)


@pytest.fixture
def phone(app: Flask, parts: Parts) -> Phone:
    """A person's phone that reaches the line through its webhooks, signed as Twilio signs."""
    return phone_to(app, parts)


@pytest.fixture
def worker(parts: Parts) -> Callable[[], int]:
    """Sends what callers asked for; gives how many texts were tried."""
    return lambda: run_errands(
        parts.database, parts.vault, parts.gateway, lambda: parts.almanac().writer, parts.clock
    )


@pytest.fixture
def inbox(app: Flask, worker: Callable[[], int]) -> Callable[[str], list[str]]:
    """What the line sent to a number by itself, after the worker had its turn."""

    def opened(number: str) -> list[str]:
        worker()
        answer = app.test_client().get("/phone/inbox", query_string={"number": number})
        return [message["body"] for message in answer.get_json()["messages"]]

    return opened
