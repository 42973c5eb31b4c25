"""The pretend phone's own words in one language, as written in the content files."""

from __future__ import annotations

from collections.abc import Mapping

from service.content.library import HERE, read
from service.languages import Language

PREFIX = "simulator."


def strings(language: Language) -> Mapping[str, str]:
    """Words by their name without `simulator.`, such as `send`. Raises ContentError if the file cannot be read."""
    entries = read(HERE / "phrases" / "simulator.yaml")
    return {name.removeprefix(PREFIX): entry[language.value]["text"] for name, entry in entries.items()}
