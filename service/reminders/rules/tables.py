"""The tables behind the rules, each read once from its file under service/content/reminders."""

from __future__ import annotations

from functools import cache
from typing import Any

from service.content.library import HERE, read

FOLDER = HERE / "reminders"


@cache
def table(name: str) -> Any:
    """What stands in `service/content/reminders/NAME.yaml`. Raises ContentError naming the file and the line."""
    return read(FOLDER / f"{name}.yaml")
