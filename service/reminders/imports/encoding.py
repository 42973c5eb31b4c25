"""In which encoding a list is written, found by reading all of it once, or why it is no list at all."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from service.reminders.imports.finding import BadFile, told

MOST_MEGABYTES = 200
CHUNK = 1 << 16
# How files that are no text begin.
STRANGE = {
    b"%PDF": "PDF",
    b"{\\rtf": "Word",
    b"<html": "HTML",
    b"<!DOC": "HTML",
    b"<tabl": "HTML",
}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
BYTE_ORDER = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# What Windows programs write where they do not say: a superset of Latin-1.
WINDOWS = "cp1252"


@dataclass
class _Decoded:
    """How far a file could be read in one encoding: `line` (from 1) is where it stopped. `plain`: nothing but ASCII
    stands before that place; `cut`: the file ends in the middle of a letter."""

    line: int = 1
    plain: bool = True
    broken: bool = False
    cut: bool = False


def written_in(path: Path) -> tuple[str, str, int]:
    """The encoding of a file, its SHA-256, and its size in bytes.

    Raises BadFile for what is no text, naming the line where a letter is broken or cut off."""
    size = path.stat().st_size
    if size > MOST_MEGABYTES * 1_000_000:
        raise BadFile(told("file.too_big", most=MOST_MEGABYTES))
    with path.open("rb") as raw:
        encoding = _by_its_beginning(raw.read(CHUNK))
        raw.seek(0)
        sha256, nulls = _digest(raw)
        if nulls and not encoding.startswith("utf-16"):
            raise BadFile(told("file.strange_bytes"))
        found = _decoded(raw, encoding)
        if encoding == "utf-8" and (found.broken or (found.cut and found.plain)):
            # An accent of Windows at the very end looks like the beginning of a letter, where no other letter says
            # what the file is written in.
            encoding = WINDOWS
            found = _decoded(raw, encoding)
    if found.cut:
        raise BadFile(told("file.cut_letter", line=found.line))
    if found.broken:
        raise BadFile(told("file.broken_letter", line=found.line))
    return encoding, sha256, size


def _by_its_beginning(head: bytes) -> str:
    if head.startswith(WORKBOOKS):
        raise BadFile(told("file.excel"))
    for beginning, what in STRANGE.items():
        if head.lstrip()[: len(beginning)].lower() == beginning.lower():
            raise BadFile(told("file.not_text", what=what))
    for mark, encoding in BYTE_ORDER.items():
        if head.startswith(mark):
            return encoding
    # UTF-16 without its mark: every other byte of plain letters is zero.
    even, odd = head[0:2000:2].count(0), head[1:2000:2].count(0)
    half = min(len(head), 2000) // 4
    if half and odd > half:
        return "utf-16-le"
    return "utf-16-be" if half and even > half else "utf-8"


def _digest(raw: BinaryIO) -> tuple[str, bool]:
    """The SHA-256 of a file, and whether a zero byte stands in it."""
    digest, nulls = hashlib.sha256(), False
    for chunk in _chunks(raw):
        digest.update(chunk)
        nulls = nulls or b"\0" in chunk
    return digest.hexdigest(), nulls


def _decoded(raw: BinaryIO, encoding: str) -> _Decoded:
    raw.seek(0)
    found, decoder = _Decoded(), codecs.getincrementaldecoder(encoding)()
    for chunk in _chunks(raw):
        try:
            letters = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            # The error counts from what was left over of the chunk before.
            found.line += error.object[: error.start].decode(encoding, "ignore").count("\n")
            found.broken = True
            return found
        found.plain = found.plain and letters.isascii()
        found.line += letters.count("\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        found.cut = True
    return found


def _chunks(raw: BinaryIO) -> Iterator[bytes]:
    while chunk := raw.read(CHUNK):
        yield chunk
