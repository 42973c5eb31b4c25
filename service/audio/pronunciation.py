"""The pronunciation tables: how abbreviations, units, signs and drug names are said, by language and by engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from service.content.library import ContentError, read
from service.languages import Language

FOLDER = Path(__file__).parent.parent / "content" / "pronunciation"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True)
class Table:
    """One language's table; the comments in the YAML files say what each part is for."""

    written: Mapping[str, str]
    units: Mapping[str, tuple[str, str]]
    symbols: Mapping[str, str]
    joining: Mapping[str, str]
    clock: Mapping[str, str]
    words: Mapping[str, str | Mapping[str, str]]
    letters: Mapping[str, str] = field(default_factory=dict)
    keyed: tuple[str, ...] = ()
    not_nouns: frozenset[str] = frozenset()
    feminine_articles: frozenset[str] = frozenset()
    feminine: frozenset[str] = frozenset()
    masculine: frozenset[str] = frozenset()

    @cached_property
    def abbreviation(self) -> re.Pattern[str]:
        """Finds what `written` holds, longest first, with a plural s or a hyphen to the next word."""
        keys = "|".join(re.escape(key) for key in sorted(self.written, key=len, reverse=True))
        return re.compile(rf"(?<!\w)({keys})(s(?!\w))?(?!\w)(-(?=[^\W\d_]))?")

    def said(self, key: str) -> str:
        """What a person says for `key`, with lone capitals as the names of letters: `M B C`, `eme be ce`."""
        return " ".join(self.letters.get(word, word) for word in self.written[key].split())

    def in_notation(self, words: str, engine: str) -> str:
        """`words` with each name of the table in the notation of `engine`; espeak-ng takes phonemes in brackets."""

        def one(found: re.Match[str]) -> str:
            entry = self.words.get(found[0].lower())
            notation = entry if entry is None or isinstance(entry, str) else entry.get(engine)
            if notation is None:
                return found[0]
            return f"[[{notation}]]" if engine == "espeak" and not isinstance(entry, str) else notation

        return WORD.sub(one, words)


@cache
def table(language: Language, folder: Path = FOLDER) -> Table:
    """The table of `language`. Raises ContentError naming the file that cannot be used and the reason."""
    path = folder / f"{language.value}.yaml"
    data = read(path)
    try:
        return Table(
            written=data["written"],
            units={unit: (one, more) for unit, (one, more) in data["units"].items()},
            symbols=data["symbols"],
            joining=data["joining"],
            clock=data["clock"],
            words=data["words"],
            letters=data.get("letters", {}),
            keyed=tuple(data.get("keyed", ())),
            **{
                name: frozenset(data.get(name, ()))
                for name in ("not_nouns", "feminine_articles", "feminine", "masculine")
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContentError(f"{path}: {error!r} is missing or of the wrong kind") from error
