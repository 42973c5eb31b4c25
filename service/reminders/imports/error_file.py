"""The error file: the rows that were left out, each with what is wrong, to be corrected and loaded again."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from service.languages import Language
from service.reminders.imports.finding import Finding
from service.reminders.imports.reading import Sheet

LINE, WRONG = "Clearline: line", "Clearline: what is wrong"
# Cells that a spreadsheet would run as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


def is_correction(header: Sequence[str]) -> bool:
    """Is this an error file come back? It names single rows, so nothing counts as no longer listed."""
    return WRONG in header


def write_errors(sheet: Sheet, bad: Mapping[int, Finding], path: Path, language: Language = Language.ENGLISH) -> int:
    """Write the rows of `sheet` named in `bad` to `path`, readable by its owner only; returns how many."""
    written = 0
    with open(
        os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8-sig", newline=""
    ) as f:
        out = csv.writer(f)
        kept = [position for position, name in enumerate(sheet.written) if name.strip() not in (LINE, WRONG)]
        out.writerow([LINE, WRONG, *(safe(sheet.written[position]) for position in kept)])
        for line, cells in sheet.raw():
            if line in bad:
                own = [cells[position] if position < len(cells) else "" for position in kept]
                own += cells[len(sheet.written) :]
                out.writerow([line, bad[line].reason.say(language), *map(safe, own)])
                written += 1
    return written


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; our own reading takes the mark off again."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
