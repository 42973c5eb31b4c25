"""Runs every proof with progress and writes what came out: scripts/proof, with --full for the largest figures."""

from __future__ import annotations

import argparse
import logging
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from databases import emptied, migrated_sqlite, postgresql  # noqa: E402

from service.reminders.privacy import Privacy  # noqa: E402
from service.reminders.rules.walk import places, years  # noqa: E402
from service.settings import from_environment  # noqa: E402
from service.storage.database import Database  # noqa: E402
from tests.proof.any_words import try_words  # noqa: E402
from tests.proof.kill_runs import NOON, kill_run  # noqa: E402
from tests.proof.receipt_storm import storm  # noqa: E402
from tests.proof.stop_race import race  # noqa: E402
from tests.reminders.sending.model import Deliveries  # noqa: E402

RESULT = ROOT / "docs" / "proof.md"
Said = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How much of each proof is run."""

    kills: int
    people: int
    a_run: int
    races: int
    callbacks: int
    examples: int
    years: int
    places: int


SMALL = Size(kills=20, people=500, a_run=10, races=1000, callbacks=3000, examples=100, years=1, places=3)
FULL = Size(kills=200, people=2000, a_run=20, races=10_000, callbacks=15_000, examples=1000, years=5, places=10**6)


@dataclass(frozen=True)
class Shown:
    """One row of the table; `held` says whether the promise was kept."""

    what: str
    where: str
    figures: str
    held: bool
    seconds: float


class Run:
    """One run of all proofs on both databases."""

    def __init__(self, size: Size, seed: int, folder: Path, urls: dict[str, Callable[[], str]]) -> None:
        self.size, self.seed, self.folder, self.urls = size, seed, folder, urls
        self.privacy = Privacy.of(from_environment({}, folder))

    def all(self) -> Iterator[tuple[str, Callable[[Said], Shown]]]:
        for name in self.urls:
            yield f"kill -9, {name}", lambda said, name=name: self.kills(name, said)
            yield f"STOP and claim, {name}", lambda said, name=name: self.stops(name, said)
            yield f"receipts, {name}", lambda said, name=name: self.receipts(name, said)
        yield "model of deliveries", self.model
        yield "quiet hours", self.hours
        yield "any words", self.words

    def kills(self, name: str, said: Said) -> Shown:
        began, done, lost, doubled, unknown, most_unknown, people = time.time(), 0, 0, 0, 0, 0, 0
        while done < self.size.kills:
            most = min(self.size.a_run, self.size.kills - done)
            already = done
            killed = kill_run(
                self.urls[name](),
                self.folder,
                self.seed + done,
                most,
                self.size.people,
                lambda words, already=already: said(f"{already} + {words}"),
            )
            done += killed.kills
            people += killed.people
            lost, doubled, unknown = lost + killed.lost, doubled + killed.doubled, unknown + killed.unknown
            most_unknown += killed.most_unknown
        figures = f"{done} kills, {people} messages: {lost} lost, {doubled} doubled, {unknown} left to a person"
        held = lost == doubled == 0 and unknown <= most_unknown
        return Shown("kill -9 while sending", name, figures, held, time.time() - began)

    def stops(self, name: str, said: Said) -> Shown:
        began = time.time()
        database = Database(self.urls[name](), patience=10)
        raced = race(database, self.privacy, int(NOON), self.size.races, self.seed, said)
        database.close()
        figures = f"{raced.races} races: {raced.sent} sent before, {raced.spared} spared, {raced.late} after the STOP"
        figures += f" (a request that had looked already started at most {raced.widest:.1f} ms after one)"
        return Shown("STOP racing a claim", name, figures, raced.late == 0, time.time() - began)

    def receipts(self, name: str, said: Said) -> Shown:
        began = time.time()
        database = Database(self.urls[name](), patience=10)
        settled = storm(database, self.privacy, int(NOON), self.size.callbacks // 2, self.seed, said)
        database.close()
        figures = f"{settled.callbacks} callbacks of {settled.messages} messages: {settled.different} states differ;"
        figures += f" {settled.planned} planned = {settled.counted} counted"
        held = settled.different == 0 and settled.planned == settled.counted
        return Shown("receipts shuffled, repeated, dropped", name, figures, held, time.time() - began)

    def model(self, said: Said) -> Shown:
        began = time.time()
        Deliveries.empty = migrated_sqlite(Path(tempfile.mkdtemp(dir=self.folder)))
        said(f"{self.size.examples} histories of up to 40 steps")
        size = hypothesis_settings(
            max_examples=self.size.examples, stateful_step_count=40, deadline=None, derandomize=True
        )
        run_state_machine_as_test(Deliveries, settings=size)
        figures = f"{self.size.examples} histories of up to 40 steps: every invariant held"
        return Shown("stateful model of deliveries", "SQLite", figures, True, time.time() - began)

    def hours(self, said: Said) -> Shown:
        began, minutes, wrong = time.time(), 0, 0
        wanted = places()[: self.size.places]
        for count, walked in enumerate(years(2026, self.size.years, wanted), 1):
            minutes += walked.minutes
            wrong += len(walked.wrong)
            said(f"{count} of {len(wanted)} places")
        figures = f"{minutes:,} minutes in {len(wanted)} places from 2026 on: {wrong} wrong"
        return Shown("quiet hours, minute by minute", "-", figures, wrong == 0, time.time() - began)

    def words(self, said: Said) -> Shown:
        began = time.time()
        profile = "thorough" if self.size is FULL else "clearline"
        said(f"every form, link and list with the {profile} examples")
        tried = try_words(profile, self.seed)
        figures = (
            f"{tried.held} properties of forms, links and lists held, {tried.failed} did not ({profile} examples)"
        )
        held = tried.held > 0 and not tried.failed
        return Shown("any words in the console", "both", figures, held, time.time() - began)


def main() -> int:
    """Run the proofs; 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="The largest figures (hours, not minutes).")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="Only proofs whose name holds this.")
    parser.add_argument("--keep", action="store_true", help=f"Write the table to {RESULT.relative_to(ROOT)}.")
    wanted = parser.parse_args()
    logging.disable(logging.WARNING)
    shown: list[Shown] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        make = stack.enter_context(postgresql(folder / "postgresql"))
        run = Run(FULL if wanted.full else SMALL, wanted.seed, folder, _databases(folder, make("proof")))
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
        )
        progress = stack.enter_context(Progress(*columns))
        for name, proof in run.all():
            if wanted.only in name:
                task = progress.add_task(name, said="", total=None)
                result = proof(lambda words, task=task: progress.update(task, said=words))
                progress.update(task, said=result.figures, total=1, completed=1)
                shown.append(result)
                # For a log file, which sees no bar move.
                progress.console.print(f"{result.what}, {result.where}: {result.figures} ({result.seconds:.0f} s)")
    table = _table(shown, wanted.seed, wanted.full)
    print(table)
    if wanted.keep:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(table)
    return 0 if shown and all(row.held for row in shown) else 1


def _databases(folder: Path, url: str) -> dict[str, Callable[[], str]]:
    empty = migrated_sqlite(folder)

    def sqlite() -> str:
        path = Path(tempfile.mkdtemp(dir=folder)) / "proof.db"
        shutil.copy(empty, path)
        return f"sqlite:///{path}"

    return {"SQLite": sqlite, "PostgreSQL": lambda: emptied(url)}


def _table(shown: list[Shown], seed: int, full: bool) -> str:
    rows = "\n".join(
        f"| {row.what} | {row.where} | {row.figures} | {'yes' if row.held else '**NO**'} | {row.seconds:.0f} |"
        for row in shown
    )
    command = f"scripts/proof{' --full' if full else ''} --seed {seed}"
    machine = f"{os.cpu_count()} cores of {platform.machine()}, {platform.system()} {platform.release()}"
    return f"""# What was proved

Run on {datetime.now(UTC):%Y-%m-%d} with `{command}`, on {machine}, Python {platform.python_version()}.
Against a phone company of our own (`tests/twilio`), never against Twilio's or real carriers. "Left to a person" are
messages whose try was written down when a worker was killed, and which stand in no list of the phone company: perhaps
their request was on its way, so they are never sent again by themselves.

| proof | database | figures | held | seconds |
| --- | --- | --- | --- | --- |
{rows}
"""


if __name__ == "__main__":
    sys.exit(main())
