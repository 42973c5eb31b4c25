"""Helplines: only numbers that were read in a source are given, none that waits for verification."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.content.finding import Finding, Level
from service.content.manuscript import Manuscript

# Ten or eleven digits however they are spaced (a spoken number may have commas), letters of the keypad for the last.
NUMBER = re.compile(r"(?<!\w)(?:1[\s.,-]*)?(?:\d[\s.,()-]*){3}(?:[\dA-Z][\s.,()-]*){6}[\dA-Z](?!\w)")
# Numbers that belong to nobody, kept for examples in every area code.
FICTION = re.compile(r"\d{3}55501\d\d")
LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


def verified(manuscript: Manuscript) -> Iterator[Finding]:
    """Every phone number in our words is on the list of helplines, with the source in which it was read."""
    lines = {_digits(str(line["number"])): line for line in manuscript.lists["helplines"]}
    for piece in manuscript.pieces:
        for found in NUMBER.finditer(piece.words):
            line = lines.get(_digits(found[0]))
            if line is None and FICTION.fullmatch(_digits(found[0])):
                continue
            if line is None:
                yield manuscript.at(piece, f"{found[0].strip()} is not on the list of helplines", find=found[0][:6])
            elif not line["verified"]:
                reason = f"{line['name']} ({found[0].strip()}) is waiting for verification"
                yield manuscript.at(piece, reason, find=found[0][:6])


def dialled(manuscript: Manuscript) -> Iterator[Finding]:
    """A number that was read but never called may still be wrong."""
    for line in manuscript.lists["helplines"]:
        if line["verified"] and not line["dialled"]:
            reason = f"{line['name']}, {line['number']}: nobody has dialled this yet"
            yield manuscript.found("helplines.yaml", line["id"], reason=reason, level=Level.NOTE)


def _digits(number: str) -> str:
    """The digits alone, letters as on a keypad, without the 1 of the United States."""
    digits = re.sub(r"\D", "", number.upper().translate(LETTERS))
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
