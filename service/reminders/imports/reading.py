"""Reading a list as a clinic's system wrote it: its letters, its separators, its header, and its rows one by one."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from service.reminders.imports.encoding import written_in
from service.reminders.imports.finding import BadFile, Finding, bad, told

# How many lines we look through for the header: titles and filters of a report stand above it.
DEEPEST_HEADER = 25
# A cell over so many lines is a quotation mark that never closes.
MOST_LINES_A_ROW = 40
DELIMITERS = ",\t;|"
# In so many letters a header has come, or there is none.
LONGEST_TOP = 1 << 18


@dataclass(frozen=True)
class Row:
    """One row: the line it begins on (from 1), and its cells by heading."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A file that we can read. `header` are its headings, the same one twice with a number behind it."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    # The headings as they stand in the file: some may be empty, or there twice.
    written: tuple[str, ...]
    header_row: int
    sha256: str
    size: int

    def rows(self, progress: Callable[[int], None] = lambda done: None) -> Iterator[Row | Finding]:
        """Every row below the header, or what is wrong with it, one by one; empty lines and lines that only total or
        title are passed over. `progress` gets the bytes read so far. Raises BadFile for a mark that never closes."""
        for line, cells in self.raw(progress):
            if not self._is_no_row(cells):
                yield self._row(line, cells)

    def raw(self, progress: Callable[[int], None] = lambda done: None) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header as it stands, with the line it begins on."""
        with self.path.open("rb") as raw:
            reader = csv.reader(io.TextIOWrapper(raw, self.encoding, newline=""), delimiter=self.delimiter)
            for count, (line, cells) in enumerate(_numbered(reader)):
                if count % 500 == 0:
                    progress(raw.tell())
                if count > self.header_row:
                    yield line, cells
            progress(self.size)

    def first(self, most: int = 5) -> list[Row]:
        """The first rows, to show."""
        return list(islice((row for row in self.rows() if isinstance(row, Row)), most))

    def _row(self, line: int, cells: Sequence[str]) -> Row | Finding:
        while len(cells) > len(self.header) and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) > len(self.header):
            return bad(line, told("row.wide", found=len(cells), expected=len(self.header)))
        padded = [*cells, *[""] * (len(self.header) - len(cells))]
        return Row(line, {name: _clean(cell) for name, cell in zip(self.header, padded, strict=True)})

    def _is_no_row(self, cells: Sequence[str]) -> bool:
        filled = sum(bool(cell.strip()) for cell in cells)
        return filled == 0 or (filled == 1 and len(self.header) >= 4)


def open_sheet(path: Path, is_heading: Callable[[str], bool]) -> Sheet:
    """Find out how `path` is written and where its header stands. `is_heading` knows headings of the wanted kind.

    Raises BadFile where it is no text, or no line holds headings that we know."""
    encoding, sha256, size = written_in(path)
    with path.open(encoding=encoding, newline="") as text:
        top = text.read(LONGEST_TOP)
    if not top.strip():
        raise BadFile(told("file.empty"))
    best = max(
        (
            (sum(is_heading(cell) for cell in cells), -row, len(cells), delimiter, cells)
            for delimiter in DELIMITERS
            for row, cells in enumerate(_top_rows(top, delimiter))
        ),
        key=lambda found: found[:3],
        default=(0, 0, 0, "", []),
    )
    known, above, _, delimiter, cells = best
    if not known:
        raise BadFile(told("file.no_header", examples="phone, MRN, date", found=top.strip().splitlines()[0]))
    return Sheet(path, encoding, delimiter, _headings(cells), tuple(cells), -above, sha256, size)


def normal(heading: str) -> str:
    """A heading in small letters without accents and marks, to compare: `Appt Dt/Tm` is `appt dt tm`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", heading.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


def _top_rows(top: str, delimiter: str) -> Iterator[list[str]]:
    """The first rows of a file, as far as they can be parted by `delimiter`."""
    rows = csv.reader(io.StringIO(top, newline=""), delimiter=delimiter)
    with suppress(csv.Error):
        yield from islice(rows, DEEPEST_HEADER)


def _headings(cells: Sequence[str]) -> tuple[str, ...]:
    names: list[str] = []
    for position, cell in enumerate(cells, 1):
        name = _clean(cell) or f"column {position}"
        names.append(name if name not in names else f"{name} ({position})")
    return tuple(names)


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each begins."""
    begins = 1
    try:
        for cells in reader:
            ends: int = reader.line_num  # type: ignore[attr-defined]
            if ends - begins > MOST_LINES_A_ROW:
                raise BadFile(told("file.quote", line=begins))
            yield begins, cells
            begins = ends + 1
    except csv.Error as error:
        raise BadFile(told("file.quote", line=begins)) from error
    except UnicodeError as error:
        raise BadFile(told("file.broken_letter", line=begins)) from error


def _clean(cell: str) -> str:
    """A cell on one line, without zero bytes, which PostgreSQL cannot keep; the `'` that keeps a spreadsheet from
    reading a formula is taken off."""
    tidy = " ".join(re.sub(r"[\ufeff\0]", "", cell).split())
    return tidy[1:] if re.match(r"'[=+\-@＝＋－＠]", tidy) else tidy
