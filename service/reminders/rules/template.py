"""A template: what a clinic sends, with fixed fields, in both languages, put into one plain text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from service.content.phrase import FIELD, fill
from service.languages import Language
from service.reminders.rules.tables import table
from service.segments import BASIC, EXTENDED, Cut, cut, plain

FIELDS = frozenset({"clinic", "when", "town", "initial", "more", "phone", "by"})
LONGEST_FIELD = 80
ONE_TEXT = 160


@dataclass(frozen=True)
class Template:
    """`forms` by language, from the longest to the shortest; `asks` are the digits that answer it."""

    id: str
    asks: tuple[int, ...]
    forms: Mapping[Language, tuple[str, ...]]

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields in any form."""
        return frozenset(name for forms in self.forms.values() for form in forms for name in FIELD.findall(form))


@dataclass(frozen=True)
class Rendered:
    """A text as it will be sent, and what it costs."""

    text: str
    cut: Cut

    @property
    def one_plain_text(self) -> bool:
        """Is it one text of at most 160 characters of the cheap alphabet?"""
        return self.cut.alphabet == "GSM-7" and self.cut.units <= ONE_TEXT


@cache
def templates() -> Mapping[str, Template]:
    """The templates that come with Clearline, by id."""
    return {name: from_row(name, row) for name, row in table("templates").items()}


def from_row(name: str, row: Mapping[str, object]) -> Template:
    """A template from a file's or a database's row: `asks`, and the forms under each language."""
    forms = {language: tuple(str(form) for form in _listed(row[language.value])) for language in Language}
    return Template(name, tuple(int(str(digit)) for digit in _listed(row.get("asks", ()))), forms)


def render(template: Template, language: Language, fields: Mapping[str, str]) -> Rendered:
    """The longest form that fits one plain text, its fields filled with their accents folded; where none fits, the
    shortest one. Raises KeyError naming a field that is missing.

    Only `{name}` is ever replaced, once, so nothing that a person or a clinic typed is run as a template."""
    clean = {name: clean_field(value) for name, value in fields.items()}
    rendered = [_rendered(form, clean) for form in template.forms[language]]
    return next((one for one in rendered if one.one_plain_text), rendered[-1])


def clean_field(value: str) -> str:
    """A field's value on one line, at most 80 characters, without characters that nobody sees."""
    visible = "".join(c for c in value.replace("\n", " ") if unicodedata.category(c)[0] != "C")
    return fold(visible)[:LONGEST_FIELD]


def fold(text: str) -> str:
    """`text` in the cheap alphabet (GSM-7): quotes and dashes made plain, accents it lacks dropped (á, í, ó, ú; é and
    ñ it has), and what has no plain letter left out."""
    return "".join(c if _cheap(c) else _folded(c) for c in plain(text))


def _rendered(form: str, fields: Mapping[str, str]) -> Rendered:
    text = fold(fill(form, fields))
    return Rendered(text, cut(text))


def _folded(character: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", character) if _cheap(c))


def _cheap(character: str) -> bool:
    return character in BASIC or character in EXTENDED


def _listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)
