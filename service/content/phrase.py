"""A fixed phrase: what we say in a text and on a call, in each language, with named fields to fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.languages import Language

FIELD = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Phrase:
    """`text` and `speech` by language; a phrase may exist for one channel only."""

    id: str
    text: Mapping[Language, str]
    speech: Mapping[Language, str]

    @property
    def fields(self) -> frozenset[str]:
        """The names to be filled in, over both channels and languages."""
        return frozenset(
            name for words in (*self.text.values(), *self.speech.values()) for name in FIELD.findall(words)
        )


def fill(words: str, fields: Mapping[str, str]) -> str:
    """`words` with each `{name}` replaced. Raises KeyError for a name that `fields` lacks.

    Our own substitution, so that nothing a person or a clinic typed is ever run as a template."""
    return FIELD.sub(lambda found: fields[found[1]], words)
