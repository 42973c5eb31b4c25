"""What clinics send: planning, sending beside a bare loop and the usual build, and the memory of a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from scripts.benchmarks import sending, usual_build
from scripts.benchmarks.fresh import Fresh, databases, to_plan
from scripts.benchmarks.sending import BARE, TWO, Memory
from scripts.benchmarks.usual_build import Missing, Usual
from service.reminders.broadcast import plan_broadcast

PARTS = ("planning", "sending", "usual", "memory")
# One worker beside the bare loop, two workers beside one, and the most that a worker may weigh, in megabytes.
ONE_WORKER, TWO_WORKERS, HEAVIEST = 0.9, 1.7, 150


@dataclass
class Found:
    """What was measured, of the parts that were asked for: seconds to plan, messages a second, megabytes."""

    people: int
    planning: dict[str, float] = field(default_factory=dict)
    rates: dict[str, list[float]] = field(default_factory=dict)
    usual: Usual | None = None
    usual_missing: str = ""
    memory: Memory | None = None

    def row(self) -> dict[str, object]:
        """For the JSON file."""
        return asdict(self)


def measure(parts: Collection[str], folder: Path, people: int, times: int, say: Callable[[str], None]) -> Found:
    """Measure `parts` with so many people; sending `times` each way, one after the other."""
    found = Found(people)
    with ExitStack() as stack:
        fresh = stack.enter_context(databases(folder)) if set(parts) != {"usual"} else {}
        if "planning" in parts:
            for name, empty in fresh.items():
                say(f"planning {people:,} on {name}")
                found.planning[name] = _plan(empty(), folder, people)
        if "sending" in parts:
            found.rates = sending.rounds(fresh, folder, people, times, say)
        if "usual" in parts:
            say(f"the usual build: {people:,} tasks (installed into {usual_build.HOME} by the first run)")
            try:
                found.usual = usual_build.measure(folder, people)
            except Missing as error:
                found.usual_missing = str(error)
        if "memory" in parts:
            say(f"the memory of a worker that sends {people:,}")
            found.memory = _memory(fresh, folder, people)
    return found


def table(found: Found) -> str:
    """Markdown. A missed target is told, never hidden."""
    blocks = [_planning(found), _sending(found), _usual(found), _weight(found)]
    return "\n\n".join(block for block in blocks if block)


def _plan(url: str, folder: Path, people: int) -> float:
    """Seconds to plan a broadcast to so many people."""
    sample = to_plan(url, folder, people)
    began = time.perf_counter()
    with sample.database.write() as connection:
        facts = {"clinic": "Lakeside Clinic", "phone": "+15550100100"}
        run = plan_broadcast(connection, sample.clinic_id, "visit", facts, "Ana", sample.now)
    seconds = time.perf_counter() - began
    sample.database.close()
    if run is None or run.count != people:
        raise SystemExit(f"{people} were to be planned, and {run} was")
    return seconds


def _memory(fresh: Fresh, folder: Path, people: int) -> Memory:
    return sending.memory(fresh["SQLite"](), folder, people)


def _planning(found: Found) -> str:
    rows = [f"| {found.people:,} deliveries, {name} | {seconds:.1f} |" for name, seconds in found.planning.items()]
    return "\n".join(["| planning in one statement | seconds |", "| --- | --- |", *rows]) if rows else ""


def _sending(found: Found) -> str:
    if not found.rates:
        return ""
    middle = {name: median(rates) for name, rates in found.rates.items()}
    lines = [f"| sending {found.people:,} | messages a second, median (spread) | ratio | wanted |"]
    lines.append("| --- | --- | --- | --- |")
    for name, rates in found.rates.items():
        other, wanted = ("PostgreSQL", TWO_WORKERS) if name == TWO else (BARE, ONE_WORKER)
        ratio = middle[name] / middle[other]
        told = "" if name == BARE else f"{wanted} x {other}{'' if ratio >= wanted else ' (missed)'}"
        lines.append(f"| {name} | {middle[name]:.0f} ({min(rates):.0f}-{max(rates):.0f}) | {ratio:.2f} | {told} |")
    return "\n".join(lines)


def _usual(found: Found) -> str:
    if found.usual_missing:
        return f"The usual build (Celery, Redis) could not be measured: {found.usual_missing}"
    if not found.usual:
        return ""
    said = f"The usual build ({found.usual.versions}, 50 threads, SQLite): {found.usual.rate:.0f} messages a second"
    if "SQLite" in found.rates:
        said += (
            f"; one worker of ours on SQLite sends {median(found.rates['SQLite']) / found.usual.rate:.1f} x as many"
        )
    return said + "."


def _weight(found: Found) -> str:
    if not (weighed := found.memory):
        return ""
    told = f"start {weighed.start:.0f} MB, highest {weighed.highest:.0f} MB, end {weighed.end:.0f} MB"
    late = "" if weighed.highest < HEAVIEST else " (missed)"
    return f"Memory of a worker that sent {found.people:,} (PSS): {told}; wanted: under {HEAVIEST} MB{late}."
