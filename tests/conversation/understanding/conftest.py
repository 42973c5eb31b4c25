"""One reader for all tests of understanding: it is built from the real library and the real tables."""

from __future__ import annotations

import pytest

from service.content import library
from service.content.library import Library
from service.conversation.understanding.reader import Reader


@pytest.fixture(scope="session")
def words_of_the_line() -> Library:
    return library.load()


@pytest.fixture(scope="session")
def reader(words_of_the_line: Library) -> Reader:
    return Reader(words_of_the_line)
