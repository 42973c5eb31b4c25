"""The words of the console, read from its content files: every string that staff see, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from service.content.library import HERE, ContentError, read
from service.content.phrase import fill
from service.languages import Language

FOLDER = HERE / "console"
NOT_WORDS = ("common_passwords",)

# Words in one language, or a pair `one` and `other` that the field `count` decides between.
Said = str | Mapping[str, str]


@cache
def entries(folder: Path = FOLDER) -> Mapping[str, Mapping[str, Said]]:
    """Every phrase by its name, such as `today.title` from `today.yaml`, each with its languages.

    Raises ContentError for a phrase that lacks a language."""
    found: dict[str, Mapping[str, Said]] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.stem not in NOT_WORDS:
            for name, entry in read(path).items():
                _refuse_gaps(path, name, entry)
                found[f"{path.stem}.{name}"] = entry
    return found


def say(language: Language, name: str, /, **fields: object) -> str:
    """The phrase `name` with its `{fields}` filled in. Raises ContentError for an unknown phrase and
    KeyError for a missing field."""
    if not known(name):
        raise ContentError(f"the console has no phrase {name}")
    said = entries()[name][language.value]
    if not isinstance(said, str):
        said = said["one" if fields["count"] == 1 else "other"]
    return fill(said, {field: str(value) for field, value in fields.items()})


def known(name: str) -> bool:
    """Is there a phrase of this name?"""
    return name in entries()


def _refuse_gaps(path: Path, name: str, entry: Any) -> None:
    for language in Language:
        said = entry.get(language.value) if isinstance(entry, dict) else None
        if (
            not said
            or not isinstance(said, str | dict)
            or (isinstance(said, dict) and said.keys() != {"one", "other"})
        ):
            raise ContentError(f"{path}: {name} needs words in {language.value} (or a pair of one and other)")
