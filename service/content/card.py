"""The card: one large-print sheet set per language with the number, a QR code to text or call it, and all codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import segno

from service.content.library import HERE, Library, read
from service.content.phrase import fill
from service.languages import Language

TEMPLATE = "card.html"
# How the branches share the two code sheets, a column each, so that no theme is torn apart.
COLUMNS = (("1", "2"), ("3",), ("4",), ("5",))


@dataclass(frozen=True)
class Theme:
    """A branch of the tree: its name, and code and title of every page below it. A group is one menu."""

    title: str
    groups: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True)
class Card:
    """All that the card says. `number` is E.164, `shown` as people write it; `columns` hold the themes."""

    language: Language
    number: str
    shown: str
    words: Mapping[str, str]
    steps: tuple[str, ...]
    columns: tuple[tuple[Theme, ...], ...]

    @property
    def call_code(self) -> segno.QRCode:
        """A QR code that offers to call the number."""
        return segno.make(f"tel:{self.number}", error="q", micro=False)

    @property
    def text_code(self) -> segno.QRCode:
        """A QR code that opens a text to the number."""
        return segno.make(f"sms:{self.number}", error="q", micro=False)


def build(library: Library, language: Language, number: str) -> Card:
    """The card in `language` for `number` (E.164)."""
    words = dict(read(HERE / "card.yaml")[language.value])
    steps = tuple(words.pop("steps"))
    shown = as_written(number)
    filled = {name: fill(said, {"number": shown}) for name, said in words.items()}
    columns = tuple(tuple(_theme(library, language, branch) for branch in branches) for branches in COLUMNS)
    return Card(language, number, shown, filled, steps, columns)


def as_written(number: str) -> str:
    """A US number as people write it (202-555-0134); any other as it is."""
    if number.startswith("+1") and len(number) == 12:
        return f"{number[2:5]}-{number[5:8]}-{number[8:]}"
    return number


def as_html(card: Card) -> str:
    """The card as one page for a browser or a printer, with its QR codes drawn inside."""
    # Only the command that writes the page pays for loading the template engine.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    codes = {
        name: code.svg_inline(omitsize=True, border=2, dark="#10242b", light="#ffffff", svgclass="qr")
        for name, code in (("text", card.text_code), ("call", card.call_code))
    }
    return environment.get_template(TEMPLATE).render(card=card, words=card.words, codes=codes)


def as_text(card: Card) -> str:
    """The card as plain text for a Braille house: one thing a line, headings alone, nothing drawn."""
    words = card.words
    lines = [
        words["name"],
        words["says"],
        "",
        f"{words['call_or_text']} {card.shown}",
        "",
        words["emergency"],
        words["crisis"],
        "",
        words["steps_heading"],
        *card.steps,
        "",
        words["honest"],
        words["stop"],
        words["other_language"],
        "",
        words["codes_heading"],
        words["codes_note"],
    ]
    for theme in (theme for column in card.columns for theme in column):
        lines += ["", theme.title, *(f"{code} {title}" for group in theme.groups for code, title in group)]
    return "\n".join(lines) + "\n"


def _theme(library: Library, language: Language, branch: str) -> Theme:
    places = [(topic.code, topic[language].title) for topic in library.topics.values()]
    places += [(menu.code, menu.title[language]) for menu in library.menus.values() if menu.action]
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, title in sorted(place for place in places if place[0].startswith(branch)):
        groups.setdefault(code[:2] if len(code) > 2 else branch, []).append((code, title))
    in_order = sorted(groups.values(), key=lambda group: group[0][0])
    return Theme(library.menus[branch].title[language], tuple(tuple(group) for group in in_order))
