"""Texts and calls a second, side by side: every server in every round, so that a noisy machine is noisy for all."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from scripts.benchmarks import load, servers
from scripts.benchmarks.load import Measured

PUBLIC, TOKEN = "http://bench.test", "b" * 32
ACCOUNT, LINE = "AC" + "0" * 32, "+15555550100"
LOAD_CORE = 1
Rounds = dict[str, dict[int, list[Measured]]]


def measure(folder: Path, rounds: int, seconds: int, connections: list[int], say: Callable[[str], None]) -> Rounds:
    """Requests a second and latencies by server and number of connections, `rounds` of each, interleaved."""
    texts, keys = folder / "texts", folder / "keys"
    load.write_requests(texts, "text", 120_000, PUBLIC, TOKEN, ACCOUNT, LINE)
    load.write_requests(keys, "key", 20_000, PUBLIC, TOKEN, ACCOUNT, LINE)
    results: Rounds = {}
    with ExitStack() as stack:
        running = []
        for place, (name, target, kind, extra) in enumerate(_servers(folder)):
            port = 8500 + place
            stack.enter_context(servers.serving(target, port, {"PUBLIC_URL": PUBLIC, "BENCH_TOKEN": TOKEN, **extra}))
            running.append((name, port, texts if kind == "text" else keys))
            results[name] = {count: [] for count in connections}
        skip = dict.fromkeys(results, 0)
        for number in range(rounds):
            for count in connections:
                for name, port, requests in running:
                    got = load.run(requests, port, count, seconds, skip[name], LOAD_CORE)
                    # The next round goes on behind what this one used, so that MessageSids stay new.
                    skip[name] += int(got.rate * seconds * 1.1) + count
                    results[name][count].append(got)
                    figures = f"{got.rate:.0f}/s p99 {got.p99:.1f} ms errors {got.errors}"
                    say(f"round {number + 1} {name} x{count}: {figures}")
    return results


def median(runs: list[Measured]) -> Measured:
    """The middle of each figure; errors added up."""
    return Measured(
        *(statistics.median(getattr(run, name) for run in runs) for name in ("rate", "p50", "p99")),
        sum(run.errors for run in runs),
    )


def _servers(folder: Path) -> list[tuple[str, str, str, dict[str, str]]]:
    ours = {"TWILIO_AUTH_TOKEN": TOKEN, "CLEARLINE_VAR": str(folder / "var"), "BENCH_TOKEN": TOKEN}
    found = [
        ("call floor (c)", "scripts.benchmarks.floors:call_floor", "key", {}),
        ("call usual (b)", "scripts.benchmarks.floors:usual_build", "key", _stored(folder, "usual-call", "FULL")),
        ("call ours", "scripts.benchmarks.ours:app", "key", {**ours, **_stored(folder, "ours-call", "FULL")}),
    ]
    for level in ("FULL", "NORMAL"):
        floor, usual, own = (_stored(folder, f"{name}-{level}", level) for name in ("floor", "usual", "ours"))
        found += [
            (f"text floor (t) {level}", "scripts.benchmarks.floors:text_floor", "text", floor),
            (f"text usual (b) {level}", "scripts.benchmarks.floors:usual_build", "text", usual),
            (f"text ours {level}", "scripts.benchmarks.ours:app", "text", {**ours, **own}),
        ]
    return found


def _stored(folder: Path, name: str, level: str) -> dict[str, str]:
    return {"BENCH_DATABASE": str(folder / f"{name}.db"), "BENCH_SYNCHRONOUS": level}
