"""The small folder of content for every test that wants to break something."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_library import Small, copy


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return copy(tmp_path)
