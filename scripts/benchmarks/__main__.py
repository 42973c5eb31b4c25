"""`python -m scripts.benchmarks`: measures, prints a table and writes JSON."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from scripts.benchmarks import console, reminders, steady, webhooks
from scripts.benchmarks.load import Measured

CONNECTIONS = [1, 32, 256]
ROUNDS = 5
# Which of ours stands against which, and the least ratio we want.
TARGETS = [
    ("call ours", "call floor (c)", 0.8),
    ("call ours", "call usual (b)", 3.0),
    ("text ours FULL", "text floor (t) FULL", 0.5),
    ("text ours NORMAL", "text floor (t) NORMAL", 0.5),
    ("text ours FULL", "text usual (b) FULL", 1.3),
    ("text ours NORMAL", "text usual (b) NORMAL", 1.8),
]


def main() -> None:
    """Measure what was asked for; exit code 0 whether or not a target was met: this is a measure and not a test."""
    asked = argparse.ArgumentParser(prog="scripts/bench", description="Speed and memory, side by side in one run.")
    parts = ["web", "console", *reminders.PARTS]
    asked.add_argument("--only", nargs="+", choices=parts, default=parts, help="only these parts (default: all)")
    asked.add_argument("--seconds", type=int, default=4, help="of each run of load on the web (default 4)")
    asked.add_argument("--minutes", type=float, default=5, help="of the steady stream of texts (default 5)")
    asked.add_argument("--people", type=int, default=5000, help="who are planned and sent to (default 5000)")
    asked.add_argument("--rounds", type=int, default=3, help="of each way of sending (default 3)")
    asked.add_argument("--full", action="store_true", help="100,000 people")
    wanted = asked.parse_args()
    people, rounds = (100_000, 3) if wanted.full else (wanted.people, wanted.rounds)
    say = partial(print, file=sys.stderr)
    found: dict[str, object] = {
        "at": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    with tempfile.TemporaryDirectory() as name:
        if "web" in wanted.only:
            found |= web(Path(name), wanted.seconds, wanted.minutes, say)
        if "console" in wanted.only:
            pages = console.run(Path(name), say)
            print(f"\n{console.table(pages)}")
            found["console"] = console.rows(pages)
        if sent := [part for part in wanted.only if part in reminders.PARTS]:
            measured = reminders.measure(sent, Path(name), people, rounds, say)
            print(f"\n{reminders.table(measured)}")
            found["reminders"] = measured.row()
    out = Path("var/bench.json")
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(found, indent=1))


def web(folder: Path, seconds: int, minutes: float, say: Callable[[str], None]) -> dict[str, object]:
    """The webhooks under load, and what two idle processes weigh; prints what it found."""
    runs = webhooks.measure(folder, ROUNDS, seconds, CONNECTIONS, say)
    steadily = steady.stream(folder, 50, int(minutes * 60))
    memory = steady.memory(folder)
    middle = {name: {count: webhooks.median(got) for count, got in counts.items()} for name, counts in runs.items()}
    print(table(middle, runs))
    took = f"p50 {steadily['p50']:.1f} ms, p99 {steadily['p99']:.1f} ms, {steadily['errors']:.0f} errors"
    print(f"\n50 texts/s for {minutes} min: {took}")
    both = sum(memory.values())
    print(f"idle memory (PSS): web {memory['web']:.0f} MB + worker {memory['worker']:.0f} MB = {both:.0f} MB")
    rows = {name: {str(c): [m.row() for m in got] for c, got in counts.items()} for name, counts in runs.items()}
    return {"runs": rows, "steady": steadily, "memory": memory}


def table(middle: dict[str, dict[int, Measured]], runs: webhooks.Rounds) -> str:
    """Markdown: every server at every number of connections, then the ratios at 32."""
    lines = ["| server | " + " | ".join(f"x{c}: req/s (spread), p50, p99 ms" for c in CONNECTIONS) + " |"]
    lines.append("| --- |" + " --- |" * len(CONNECTIONS))
    for name, counts in middle.items():
        cells = []
        for count, got in counts.items():
            rates = [run.rate for run in runs[name][count]]
            cells.append(
                f"{got.rate:.0f} ({min(rates):.0f}-{max(rates):.0f}), {got.p50:.1f}, {got.p99:.1f}"
                + (f", {got.errors} errors" if got.errors else "")
            )
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", "| ratio at 32 connections | wanted | measured |", "| --- | --- | --- |"]
    for ours, other, wanted in TARGETS:
        ratio = middle[ours][32].rate / middle[other][32].rate
        lines.append(f"| {ours} / {other} | {wanted} | {ratio:.2f}{'' if ratio >= wanted else ' (missed)'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
