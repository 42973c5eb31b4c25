"""Scoring: labelled texts in; what was read of each, and a table per class, out."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.content.library import Library
from service.conversation.understanding import tables
from service.conversation.understanding.reader import Reader
from service.conversation.understanding.reading import Reading

SAFETY = ("action:crisis", "action:emergency", "action:stop")
DANGER = ("action:crisis", "action:emergency", "action:urgent")
CLASSES = ("crisis", "emergency", "urgent", "stop", "other actions", "topics")


class Verdict(StrEnum):
    """How a reading compares with what was expected; the value heads its column."""

    EXACT = "exact"
    NEAR = "near miss"
    WRONG = "wrong, confident"
    CHOICE = "A or B?"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Row:
    """A labelled text. `expected` is empty where nobody has labelled it."""

    text: str
    expected: str = ""
    language: str = ""


@dataclass(frozen=True)
class Scored:
    """A row and the label we read; `verdict` is None for an unlabelled row."""

    row: Row
    got: str
    verdict: Verdict | None

    @property
    def missed_danger(self) -> bool:
        """A crisis, an emergency or a stop that was read as something else."""
        return self.row.expected in SAFETY and self.verdict is not Verdict.EXACT


@dataclass(frozen=True)
class Report:
    """All rows of a file, scored."""

    rows: tuple[Scored, ...]

    @property
    def lines(self) -> list[str]:
        """`got<TAB>text` for each row, in the file's order."""
        return [f"{scored.got}\t{' '.join(scored.row.text.split())}" for scored in self.rows]

    @property
    def missed(self) -> list[Scored]:
        """The rows whose safety class was missed; any of these fails the file."""
        return [scored for scored in self.rows if scored.missed_danger]

    @property
    def over_triage(self) -> tuple[int, int]:
        """How many labelled texts without danger were answered as an emergency or a crisis, and of how many."""
        safe = [scored for scored in self.rows if scored.row.expected and scored.row.expected not in DANGER]
        return sum(scored.got in ("action:crisis", "action:emergency") for scored in safe), len(safe)

    @property
    def table(self) -> str:
        """A table per class, with counts, as plain text; empty where no row has an expected label."""
        counts: dict[str, Counter[Verdict]] = {name: Counter() for name in CLASSES}
        for scored in self.rows:
            if scored.verdict:
                counts[_class(scored.row.expected)][scored.verdict] += 1
        if not any(counts.values()):
            return ""
        head = f"{'class':<15}{'texts':>7}" + "".join(f"{verdict:>18}" for verdict in Verdict)
        lines = [head, *(_line(name, counts[name]) for name in CLASSES)]
        lines.append(_line("all", sum(counts.values(), Counter())))
        over, of = self.over_triage
        lines.append(f"answered as an emergency without need: {over} of {of}")
        lines.append(f"safety words missed: {len(self.missed)}")
        return "\n".join(lines)


def read_rows(content: str) -> list[Row]:
    """The rows of a CSV file with the columns text, expected and lang (the last two may be missing).

    Raises ValueError naming the line and the reason.
    """
    lines = csv.reader(io.StringIO(content.removeprefix("\ufeff")))
    header = [name.strip().casefold() for name in next(lines, [])]
    if "text" not in header:
        raise ValueError("line 1: the first line must name the columns, with one called text")
    rows = []
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise ValueError(
                f"line {lines.line_num}: {len(cells)} columns where the first line names {len(header)} "
                "(a text with a comma needs quotation marks)"
            )
        named = dict(zip(header, cells, strict=True))
        rows.append(Row(named["text"], named.get("expected", "").strip(), named.get("lang", "").strip()))
    return rows


def score(rows: Iterable[Row], reader: Reader, library: Library) -> Report:
    """Read every row and compare it with its label, by the near misses and wider labels of `scoring.yaml`."""
    table = tables.load()["scoring"]
    return Report(tuple(_score(row, reader.read(row.text), library, table) for row in rows))


def _score(row: Row, reading: Reading, library: Library, table: Mapping[str, Any]) -> Scored:
    got = _label(reading, row.expected, library, table["wider"])
    if not row.expected:
        return Scored(row, got, None)
    if got == row.expected or (row.expected == "action:urgent" and got == "action:emergency"):
        return Scored(row, got, Verdict.EXACT)
    if row.expected == "action:stop" and reading.also_stop:
        return Scored(row, got, Verdict.EXACT)
    if reading.label == "choice":
        return Scored(row, got, Verdict.CHOICE)
    if got == "action:unknown":
        return Scored(row, got, Verdict.UNKNOWN)
    return Scored(row, got, Verdict.NEAR if _near(got, row.expected, table["near"]) else Verdict.WRONG)


def _label(reading: Reading, expected: str, library: Library, wider: Mapping[str, str]) -> str:
    """The label as printed: as fine as the row expects it, otherwise the wider one that label files use."""
    if reading.label == "choice":
        return f"choice:{'|'.join(reading.choices)}"
    if reading.label == expected:
        return reading.label
    if reading.label == "code":
        return _page(reading.value, library)
    return wider.get(reading.label, reading.label)


def _page(code: str, library: Library) -> str:
    """The topic or the action that a code opens; a menu's code is a menu, and one that leads nowhere is unknown."""
    if code in library.by_code:
        return library.by_code[code].label
    menu = library.menus.get(code)
    if menu is None:
        return "action:unknown"
    return f"action:{menu.action}" if menu.action else "action:menu"


def _near(got: str, expected: str, groups: Sequence[Sequence[str]]) -> bool:
    return any({got.removeprefix("topic:"), expected.removeprefix("topic:")} <= set(group) for group in groups)


def _class(expected: str) -> str:
    if expected.startswith("topic:"):
        return "topics"
    name = expected.removeprefix("action:")
    return name if name in CLASSES else "other actions"


def _line(name: str, counts: Counter[Verdict]) -> str:
    return f"{name:<15}{counts.total():>7}" + "".join(f"{counts[verdict]:>18}" for verdict in Verdict)
