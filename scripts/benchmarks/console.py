"""The console of a large clinic: how long each page takes, and how heavy it is, on SQLite and on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

import yaml
from flask.testing import FlaskClient

from scripts.benchmarks.console_clinic import fill_large
from scripts.benchmarks.fresh import ROOT, databases, settings_of
from service.app import put_together, serve_parts
from tests.clock import Clock

PEOPLE, MESSAGES = 20_000, 300_000
# A page answers within so many milliseconds at the median, and weighs so many kilobytes at most.
SLOWEST, HEAVIEST = 100.0, 100.0
ADDRESSES = ROOT / "tests" / "browser" / "console" / "addresses"


@dataclass(frozen=True)
class Page:
    """One page on one database: the median and 99th percentile in milliseconds, its size in kilobytes, its status."""

    database: str
    path: str
    median: float
    p99: float
    kilobytes: float
    status: int

    @property
    def missed(self) -> bool:
        """Is it slower or heavier than it should be?"""
        return self.median > SLOWEST or self.kilobytes > HEAVIEST


def run(folder: Path, say: Callable[[str], None], people: int = PEOPLE, messages: int = MESSAGES) -> list[Page]:
    """Measure every page as the administrator of a clinic with so many people and messages."""
    found = []
    with databases(folder) as fresh:
        for name, empty in fresh.items():
            say(f"the console on {name}: {people:,} people, {messages:,} messages")
            found += list(_pages(name, empty(), folder, people, messages))
    return found


def table(pages: Sequence[Page]) -> str:
    """Markdown: each page, the slowest first, on both databases side by side. A missed target is told."""
    names = list(dict.fromkeys(page.database for page in pages))
    by_path: dict[str, dict[str, Page]] = {}
    for page in pages:
        by_path.setdefault(page.path, {})[page.database] = page
    lines = [
        "| page | kB | " + " | ".join(f"{name}: median, p99 ms" for name in names) + " |",
        "| --- |" + " --- |" * (len(names) + 1),
    ]
    slowest = sorted(by_path.items(), key=lambda one: -max(page.median for page in one[1].values()))
    for path, each in slowest:
        cells = [f"{page.median:.0f}, {page.p99:.0f}{' (missed)' if page.missed else ''}" for page in each.values()]
        heaviest = max(page.kilobytes for page in each.values())
        lines.append(f"| {path} | {heaviest:.0f} | " + " | ".join(cells) + " |")
    missed = sum(page.missed for page in pages)
    return "\n".join([*lines, "", f"wanted: median under {SLOWEST:.0f} ms and {HEAVIEST:.0f} kB; missed: {missed}"])


def rows(pages: Sequence[Page]) -> list[dict[str, object]]:
    """For the JSON file."""
    return [asdict(page) for page in pages]


def _pages(name: str, url: str, folder: Path, people: int, messages: int) -> Iterator[Page]:
    clock = Clock()
    clock.pass_time(8 * 3600)
    parts = put_together(settings_of(url, folder), clock)
    sample = fill_large(parts, people, messages)
    client = serve_parts(parts).test_client()
    client.set_cookie("clearline_session", sample.session(parts))
    try:
        for path in _paths(sample.ids):
            yield _measured(name, path, client)
    finally:
        parts.database.close()


def _paths(ids: dict[str, int]) -> list[str]:
    """Every page that the browser tests open, for somebody who is signed in."""
    found = [
        entry["path"].format(**ids)
        for path in sorted(ADDRESSES.glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
        if not entry.get("open")
    ]
    return list(dict.fromkeys([*found, "/console/people?q=Ortiz", "/console/people?q=L19999"]))


def _measured(name: str, path: str, client: FlaskClient, times: int = 15) -> Page:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        answer = client.get(path)
        took.append((time.perf_counter() - began) * 1000)
        if took[-1] > 2000 and len(took) >= 3:
            # Slow enough to know.
            break
    worst = quantiles(took, n=100)[98] if len(took) > 2 else max(took)
    return Page(name, path, median(took), min(worst, max(took)), len(answer.data) / 1000, answer.status_code)
