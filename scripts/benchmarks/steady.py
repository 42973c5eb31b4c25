"""A steady stream of texts, and what two idle processes weigh."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import aiohttp

from scripts.benchmarks import servers
from scripts.benchmarks.webhooks import ACCOUNT, LINE, PUBLIC, TOKEN, load


def stream(folder: Path, a_second: int, seconds: int) -> dict[str, float]:
    """Post `a_second` texts for `seconds` to our server; latencies in milliseconds and errors."""
    requests = folder / "steady"
    load.write_requests(requests, "text", a_second * seconds, PUBLIC, TOKEN, ACCOUNT, LINE)
    with servers.serving("scripts.benchmarks.ours:app", 8590, _environment(folder)):
        latencies, errors = asyncio.run(_post(requests.read_text().splitlines(), 8590, a_second))
    latencies.sort()
    return {
        "texts": len(latencies),
        "a_second": a_second,
        "p50": latencies[len(latencies) // 2],
        "p99": latencies[int(len(latencies) * 0.99)],
        "errors": errors,
    }


def memory(folder: Path) -> dict[str, float]:
    """Megabytes (PSS) of the web process and of the worker, both idle."""
    environment = _environment(folder) | {
        "DATABASE_URL": f"sqlite:///{folder / 'idle.db'}",
        "BENCH_DATABASE": str(folder / "idle.db"),
    }
    with servers.serving("scripts.benchmarks.ours:app", 8591, environment) as web:
        worker = subprocess.Popen([sys.executable, "-m", "service.cli", "worker"], env={**os.environ, **environment})
        try:
            time.sleep(6)
            return {"web": servers.pss_megabytes(web), "worker": servers.pss_megabytes(worker.pid)}
        finally:
            worker.terminate()
            worker.wait(timeout=20)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PUBLIC_URL": PUBLIC,
        "BENCH_TOKEN": TOKEN,
        "CLEARLINE_VAR": str(folder / "var"),
        "BENCH_DATABASE": str(folder / "steady.db"),
        "BENCH_SYNCHRONOUS": "NORMAL",
    }


async def _post(lines: list[str], port: int, a_second: int) -> tuple[list[float], int]:
    latencies: list[float] = []
    errors = 0

    async def one(session: aiohttp.ClientSession, line: str) -> None:
        nonlocal errors
        path, signature, body = line.split()
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        begun = time.perf_counter()
        async with session.post(f"http://127.0.0.1:{port}{path}", data=body, headers=headers) as answer:
            await answer.read()
            errors += answer.status != 200
        latencies.append((time.perf_counter() - begun) * 1000)

    async with aiohttp.ClientSession() as session:
        begun = asyncio.get_running_loop().time()
        tasks = []
        for number, line in enumerate(lines):
            await asyncio.sleep(max(0.0, begun + number / a_second - asyncio.get_running_loop().time()))
            tasks.append(asyncio.create_task(one(session, line)))
        await asyncio.gather(*tasks)
    return latencies, errors
