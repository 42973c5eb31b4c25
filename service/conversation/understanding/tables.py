"""The tables of understanding, read once from `service/content/understanding/` and checked for their shape."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from service.content import library
from service.content.library import ContentError

FOLDER = library.HERE / "understanding"
NAMES = (
    "answers",
    "bereavement",
    "commands",
    "context",
    "crisis",
    "danger",
    "lists",
    "opt_out",
    "ordinary_words",
    "reactions",
    "scoring",
    "temperature",
    "text_speak",
    "topics",
)
# YAML reads these bare words as true and false; in a table they are words people write.
TRAPS = "yes, no, on and off must stand in quotes"


def load(folder: Path = FOLDER) -> Mapping[str, Any]:
    """Every table by its name. Raises ContentError naming the file and what is wrong with it."""
    tables: dict[str, Any] = {}
    for name in NAMES:
        path = folder / f"{name}.yaml"
        tables[name] = library.read(path)
        _check(path, tables[name])
    return tables


def _check(path: Path, value: Any, inside: str = "") -> None:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            if not isinstance(key, str):
                raise ContentError(f"{path}: {key!r} is a name but no word ({TRAPS})")
            _check(path, entry, key)
    elif isinstance(value, list):
        for entry in value:
            _check(path, entry, inside)
    elif isinstance(value, bool) and inside != "person":
        raise ContentError(f"{path}: {inside} holds {value!r}, which is no word ({TRAPS})")
    elif value is None:
        raise ContentError(f"{path}: {inside} holds an empty entry")
