"""The servers under load: the same granian for all of them, one process with four blocking threads, on one core."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError

CORE = 0


@contextmanager
def serving(target: str, port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """Serve the application factory `target` (`module:function`) on `port`; gives the process id."""
    command = ["taskset", "-c", str(CORE), sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"]
    options = [
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--port",
        str(port),
        "--host",
        "127.0.0.1",
        "--log-level",
        "error",
    ]
    env = {**os.environ, **environment, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen([*command, *options, target], env=env, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    try:
        _wait(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def pss_megabytes(pid: int) -> float:
    """Memory of a process and its children, each shared page counted by its share."""
    total = 0
    for one in [pid, *_children(pid)]:
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_children(int(child))]
    return found


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
            return
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"nothing listens on port {port}")
