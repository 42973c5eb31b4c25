"""The file of a backup: compressed lines of JSON, and a last line that counts, signs and checks all before it."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

FORMAT = "clearline backup 1"


class Damaged(Exception):
    """A file that is no backup of ours, or is not whole any more."""


@dataclass(frozen=True)
class Head:
    """What a backup begins with: the revision of the tables, and when it was made, in seconds since 1970."""

    revision: str
    made_at: int
    format: str = FORMAT


@dataclass(frozen=True)
class Tail:
    """What a backup ends with: rows by table, the ids of the DATA_KEYS that its sealed values need, a fingerprint of
    the secret that its blind indexes were made with, and the SHA-256 of every line before this one."""

    rows: Mapping[str, int]
    keys: Sequence[str]
    secret: str
    sha256: str


@dataclass(frozen=True)
class Row:
    """One row of a table, its values in the order of `columns`."""

    table: str
    columns: tuple[str, ...]
    values: tuple[Any, ...]


def write(path: Path, head: Head, rows: Iterator[Row], keys: Callable[[], Sequence[str]], secret: str) -> Tail:
    """Write a backup to `path`, readable by its owner only: whole, or not at all. `keys` is asked after the last row.

    Raises OSError, such as for a full disk."""
    half = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            with gzip.open(file, "wt", encoding="utf-8", newline="\n") as lines:
                tail = _write(lines, head, rows, keys, secret)
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)
    return tail


def check(path: Path) -> tuple[Head, Tail]:
    """Read a backup from end to end: what it begins and ends with. Raises Damaged where anything is amiss."""
    counted: Counter[str] = Counter()
    head: Head | None = None
    for found in _read(path):
        if isinstance(found, Row):
            counted[found.table] += 1
        elif isinstance(found, Head):
            head = found
        elif head and dict(found.rows) == dict(counted):
            return head, found
    raise Damaged("it has no end")


def rows(path: Path) -> Iterator[Row]:
    """The rows of a backup that `check` found whole. Raises Damaged."""
    return (found for found in _read(path) if isinstance(found, Row))


def _write(lines: TextIO, head: Head, rows: Iterator[Row], keys: Callable[[], Sequence[str]], secret: str) -> Tail:
    digest, counted, table = hashlib.sha256(), Counter[str](), ""

    def put(value: object) -> None:
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
        digest.update(line.encode())
        lines.write(line)

    put(asdict(head))
    for row in rows:
        if row.table != table:
            table = row.table
            put({"table": table, "columns": row.columns})
        put(row.values)
        counted[table] += 1
    tail = Tail(dict(counted), list(keys()), secret, digest.hexdigest())
    lines.write(json.dumps(asdict(tail)) + "\n")
    return tail


def _read(path: Path) -> Iterator[Head | Row | Tail]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            yield from _parsed(lines)
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise Damaged(type(error).__name__) from error


def _parsed(lines: TextIO) -> Iterator[Head | Row | Tail]:
    digest, table, columns = hashlib.sha256(), "", tuple[str, ...]()
    head = json.loads(first := lines.readline())
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise Damaged("it is no backup of ours")
    digest.update(first.encode())
    yield Head(**head)
    for line in lines:
        found = json.loads(line)
        if isinstance(found, list):
            if len(found) != len(columns):
                raise Damaged("a row does not fit its table")
            yield Row(table, columns, tuple(found))
        elif "table" in found:
            table, columns = found["table"], tuple(found["columns"])
        else:
            if found["sha256"] != digest.hexdigest() or lines.readline():
                raise Damaged("its checksum differs")
            yield Tail(**found)
            return
        digest.update(line.encode())
