"""Pieces: dates, times and numbers on a call are put together from short recordings, each made once for everybody."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from typing import Any

from service.content.library import HERE, read
from service.content.phrase import FIELD
from service.languages import Language

# Fields of a phrase that hold a number to call; ids of pieces with spaces between them; a clinic's own words.
NUMBERS = frozenset({"phone", "night"})
LISTED = frozenset({"moment", "besides"})
OWN = frozenset({"clinic", "town"})
JOINED = NUMBERS | LISTED | OWN
# Times at these minutes are one piece each; in between the hour and the minutes are two.
STEP = 5
SIGNS = ".,;:?!"


@dataclass(frozen=True)
class Piece:
    """A recording that is part of a sentence: its clip id, its words, and the sign that follows it (or none)."""

    clip: str
    words: str
    sign: str = ""

    @property
    def written(self) -> str:
        """Its words with the sign behind them."""
        return self.words if self.words[-1] in SIGNS else self.words + self.sign

    @property
    def pause(self) -> str:
        """What the voice pauses for after it: `sentence`, `phrase`, or `word` where it goes straight on."""
        last = self.written[-1]
        return "sentence" if last in ".?!" else "phrase" if last in SIGNS else "word"


def sentence(pieces: Iterable[Piece]) -> str:
    """What pieces say together."""
    return " ".join(piece.written for piece in pieces)


def segments(phrase: str, words: str) -> list[Piece]:
    """The recorded parts of a phrase between its fields, counted from 1: `phrase.ID.1`, `phrase.ID.2` ..."""
    parts = [part for part in FIELD.split(words)[::2] if part.strip(SIGNS + " ")]
    return [
        Piece(f"phrase.{phrase}.{place}", part.lstrip(SIGNS + " ").rstrip()) for place, part in enumerate(parts, 1)
    ]


def compose(phrase: str, words: str, fields: Mapping[str, str], language: Language) -> tuple[Piece, ...]:
    """The pieces of a phrase in their order; a field that is empty is left out, but a number that is missing becomes
    "your clinic". Raises KeyError for a field that is not there, or a piece that nobody records."""
    recorded = iter(segments(phrase, words))
    said: list[Piece] = []
    for place, part in enumerate(FIELD.split(words)):
        if place % 2:
            said += _field(part, fields[part], language)
            continue
        if part and part.lstrip()[:1] in tuple(SIGNS) and said:
            said[-1] = Piece(said[-1].clip, said[-1].words, part.lstrip()[0])
        if part.strip(SIGNS + " "):
            said.append(next(recorded))
    return tuple(said)


def own(words: str) -> Piece:
    """A clinic's own name or town, recorded at set-up under an id that tells nothing."""
    return Piece(f"own.{hashlib.sha256(words.encode()).hexdigest()[:12]}", words)


@cache
def every_piece(language: Language) -> Mapping[str, str]:
    """The words of every piece by its id, such as `weekday.2` or `time.2.30`."""
    return dict(_every(_table(language)))


def day(on: date, language: Language) -> list[str]:
    """The ids of a day: Tuesday, December third; martes tres de diciembre."""
    numbers = {"weekday": on.isoweekday(), "month": on.month, "date": on.day}
    return [f"{name}.{numbers[name]}" for name in _table(language)["day"]]


def clock(at: time, language: Language) -> list[str]:
    """The ids of a time: at two thirty in the afternoon; at twelve noon."""
    if at.minute == 0 and at.hour % 12 == 0:
        return ["time.noon" if at.hour else "time.midnight"]
    hour = at.hour % 12 or 12
    begins = max(begin for begin in _table(language)["parts"] if begin <= at.hour)
    whole = [f"time.{hour}.{at.minute}"] if at.minute % STEP == 0 else [f"time.{hour}.0", f"minute.{at.minute}"]
    return [*whole, f"part.{begins}"]


def zone(name: str) -> str:
    """The id of a zone such as America/Chicago."""
    return f"zone.{name.rpartition('/')[2].lower()}"


def initial(letter: str) -> str:
    """The id for the initial of a first name, without its accent; empty for what is no letter from A to Z."""
    plain = unicodedata.normalize("NFD", letter)[:1].upper()
    return f"initial.{plain}.end" if re.fullmatch("[A-Z]", plain) else ""


def more(count: int) -> str:
    """The id for so many more visits that day; empty for none, or for more than anybody has."""
    return f"more.{count}" if 1 <= count <= 9 else ""


def closed(ids: list[str], language: Language) -> list[str]:
    """`ids` with the falling tone of a sentence's end on the last, where that is recorded."""
    end = f"{ids[-1]}.end" if ids else ""
    return [*ids[:-1], end] if end in every_piece(language) else ids


def phone(number: str) -> list[str]:
    """The ids of a phone number such as 202-555-0134: its digits one by one, with a pause after each group, and all
    of it twice, so that it can be written down; "your clinic" where there is none."""
    groups = ["".join(filter(str.isdecimal, group)) for group in number.split("-")]
    ids: list[str] = []
    for group in filter(None, groups):
        ids += [*(f"digit.{figure}" for figure in group[:-1]), f"digit.{group[-1]}.group"]
    if not ids:
        return ["joining.clinic"]
    once = [*ids[:-1], ids[-1].replace(".group", ".end")]
    return [*once, "joining.again", *once]


def _field(name: str, value: str, language: Language) -> list[Piece]:
    if name in OWN:
        return [own(value)] if value else []
    ids = phone(value) if name in NUMBERS else value.split()
    known = every_piece(language)
    return [Piece(f"piece.{one}", known[one]) for one in ids]


def _every(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("weekday", "month", "date"):
        yield from ((f"{name}.{place}", words) for place, words in enumerate(table[name], 1))
    for place, hour in enumerate(table["hour"], 1):
        yield f"time.{place}.0", hour
        for minute in range(STEP, 60, STEP):
            yield f"time.{place}.{minute}", f"{hour} {table['minute'][minute - 1]}"
    for minute, words in enumerate(table["minute"], 1):
        if minute % STEP:
            yield f"minute.{minute}", words
    for name in ("noon", "midnight"):
        yield from _both_tones(f"time.{name}", table[name])
    for begins, words in table["parts"].items():
        yield from _both_tones(f"part.{begins}", words)
    for name, words in table["zone"].items():
        yield from _both_tones(zone(name), words)
    for count, words in enumerate(table["more"], 1):
        yield from _both_tones(f"more.{count}", words)
    for letter, name in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", table["letter"], strict=True):
        yield f"initial.{letter}.end", table["initial"].replace("{0}", name) + "."
    for figure, words in enumerate(table["digit"]):
        yield f"digit.{figure}", words
        yield f"digit.{figure}.group", f"{words},"
        yield f"digit.{figure}.end", f"{words}."
    yield from ((f"joining.{name}", words) for name, words in table["joining"].items())


def _both_tones(name: str, words: str) -> Iterator[tuple[str, str]]:
    """Within a sentence, and at its end."""
    yield name, f"{words},"
    yield f"{name}.end", f"{words}."


@cache
def _table(language: Language) -> Mapping[str, Any]:
    table: Mapping[str, Any] = read(HERE / "reminders" / "spoken_dates.yaml")[language.value]
    return table
