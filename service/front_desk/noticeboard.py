"""The noticeboard: what people decided about our pages, from the file and the database, as it was last read."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from service.content.library import ContentError, Library
from service.content.reviews import NONE_YET, Review, Reviews, as_plain, from_plain, load_reviews
from service.content.safety_set import unreviewed
from service.content.withdrawal import Withdrawal, closed
from service.storage import content_decisions
from service.storage.database import Database, StorageDown

log = logging.getLogger(__name__)

# A page that was taken back is closed in every process within a minute: this often, in seconds, each reads again.
EVERY = 20.0

Found = TypeVar("Found")


@dataclass(frozen=True)
class Posted:
    """All reviews, the pages taken back by topic, and the items of the safety set that nobody has read."""

    reviews: Reviews = NONE_YET
    withdrawn: Mapping[str, Withdrawal] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


class Noticeboard:
    """Holds what was last read; `edition` grows with every change. Nobody who asks waits for a database: `look` and
    `reread` are for a thread, a worker's job and the console. `copy` is a file in which the last state outlives a
    restart while the database is down."""

    def __init__(
        self, library: Library, database: Database, *, file: Path, copy: Path, clock: Callable[[], float]
    ) -> None:
        """Reads the file. Raises ContentError where it cannot be read."""
        self._library = library
        self._database = database
        self._file = file
        self._copy = copy
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._never_reached = True
        self._stamp = _stamp(file)
        self._filed = load_reviews(file)
        self._recorded: list[tuple[int, Review]] = []
        self._withdrawn: list[Withdrawal] = []
        self.edition = 0
        self.posted = self._post()

    def look(self) -> None:
        """Read again where the last time is long enough ago."""
        if not 0 <= self._clock() - self._looked_at < EVERY:
            self.reread()

    def reread(self) -> None:
        """Read again now. Where the database is down or the file broken, what was known stays."""
        with self._lock:
            self._looked_at = self._clock()
            before = (self._filed, self._recorded, self._withdrawn)
            try:
                # Each by itself: a broken file must not keep a page open that was taken back.
                for read in (self._read_file, self._read_withdrawals, self._read_reviews):
                    _telling(read)
                self._never_reached = False
            except StorageDown as error:
                log.warning("the last known reviews and withdrawals stand: %s", error)
                if self._never_reached:
                    self._recall()
            if before != (self._filed, self._recorded, self._withdrawn):
                self.posted = self._post()
                self.edition += 1
                if not self._never_reached:
                    self._keep()

    def _read_file(self) -> None:
        stamp = _stamp(self._file)
        if stamp != self._stamp:
            self._filed, self._stamp = load_reviews(self._file), stamp

    def _read_withdrawals(self) -> None:
        self._withdrawn = self._database.in_time(lambda: self._asked(content_decisions.withdrawn))

    def _read_reviews(self) -> None:
        self._recorded = self._database.in_time(lambda: self._asked(self._reviews))

    def _reviews(self, connection: Connection) -> list[tuple[int, Review]]:
        """What the database holds, of which only what is new is read."""
        recorded, last = self._recorded, self._recorded[-1][0] if self._recorded else 0
        if self._never_reached or content_decisions.count_reviews(connection, last) != len(recorded):
            recorded, last = [], 0
        return [*recorded, *content_decisions.reviews_after(connection, last)]

    def _asked(self, question: Callable[[Connection], Found]) -> Found:
        with self._database.read() as connection:
            return question(connection)

    def _post(self) -> Posted:
        reviews = self._filed.with_others(review for _, review in self._recorded)
        by_topic = {withdrawal.topic: withdrawal for withdrawal in self._withdrawn}
        shut = closed(self._library.topics.values(), by_topic)
        return Posted(
            reviews,
            {topic: withdrawal for topic, withdrawal in by_topic.items() if topic in shut},
            tuple(unreviewed(self._library, reviews)),
        )

    def _keep(self) -> None:
        plain = {
            "reviews": [[number, as_plain(review)] for number, review in self._recorded],
            "withdrawn": [asdict(withdrawal) for withdrawal in self._withdrawn],
        }
        written = self._copy.with_suffix(f".{os.getpid()}")
        try:
            self._copy.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(json.dumps(plain, default=str, ensure_ascii=False), encoding="utf-8")
            os.replace(written, self._copy)
        except OSError as error:
            log.warning("a restart without the database would not know what staff decided: %s", error)

    def _recall(self) -> None:
        """Take up what an earlier process knew."""
        try:
            plain = json.loads(self._copy.read_text(encoding="utf-8"))
            self._recorded = list(_recalled(plain["reviews"]))
            self._withdrawn = [Withdrawal(**withdrawal) for withdrawal in plain["withdrawn"]]
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, ContentError) as error:
            log.warning("the last known reviews and withdrawals cannot be read: %s", error)


def watch(look: Callable[[], None], every: float = EVERY) -> threading.Thread:
    """A thread that calls `look` every so many seconds for as long as this process lives."""

    def turn() -> None:
        while True:
            time.sleep(every)
            try:
                look()
            except Exception:
                log.exception("what people decided about our pages could not be looked at")

    thread = threading.Thread(target=turn, name="noticeboard", daemon=True)
    thread.start()
    return thread


def _telling(read: Callable[[], None]) -> None:
    try:
        read()
    except ContentError as error:
        log.critical("reviews could not be read: %s", error)


def _recalled(entries: Iterable[tuple[int, dict[str, Any]]]) -> Iterable[tuple[int, Review]]:
    for number, entry in entries:
        yield number, from_plain({**entry, "on": date.fromisoformat(entry["on"])})


def _stamp(file: Path) -> int:
    return file.stat().st_mtime_ns if file.exists() else 0
