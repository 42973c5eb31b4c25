"""An endpoint that answers like Twilio after a pause, as cheaply as Python allows, and counts who was sent to."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PORT = 8597
ANSWER = (
    '{"sid": "SM%032x", "status": "queued", "to": null, "from": null, "body": "", "error_code": null, '
    '"date_created": "Wed, 02 Dec 2026 17:00:00 +0000", "direction": "outbound-api"}'
)


@dataclass(frozen=True)
class Seen:
    """What the endpoint has counted: how many people were sent to, how many of them more than once, and the seconds
    between the first request and the last."""

    people: int
    doubled: int
    seconds: float


@contextmanager
def answering(pause: float) -> Iterator[str]:
    """The endpoint in a process of its own; gives its address. Each request is answered after `pause` seconds."""
    command = [sys.executable, __file__, str(PORT), str(pause)]
    process = subprocess.Popen(command, env={**os.environ})  # noqa: S603 - our own endpoint
    try:
        address = f"http://127.0.0.1:{PORT}"
        _wait(address)
        yield address
    finally:
        process.terminate()
        process.wait()


def seen(address: str) -> Seen:
    """What the endpoint at `address` has counted so far. Raises OSError where it does not answer."""
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own endpoint
        return Seen(**json.load(answer))


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            seen(address)
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing answers at {address}")


class Answering(asyncio.Protocol):
    """One connection. `sent` counts by recipient over all connections."""

    sent: dict[bytes, int]
    pause: float
    made = 0
    first = last = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.waiting = b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        head, found, body = self.waiting.partition(b"\r\n\r\n")
        if not found:
            return
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0)
        if len(body) < length:
            return
        self.waiting = body[length:]
        answer = _count if head.startswith(b"POST") else _tell
        asyncio.get_running_loop().call_later(self.pause, self._answer, answer, body[:length])

    def _answer(self, answer: object, body: bytes) -> None:
        if not self.transport.is_closing():
            text = answer(body)  # type: ignore[operator]
            head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
            self.transport.write((head + text).encode())  # type: ignore[attr-defined]


def _count(body: bytes) -> str:
    to = next(field for field in body.split(b"&") if field.startswith(b"To="))
    Answering.sent[to] = Answering.sent.get(to, 0) + 1
    Answering.made += 1
    Answering.last = time.monotonic()
    Answering.first = Answering.first or Answering.last
    return ANSWER % Answering.made


def _tell(_: bytes) -> str:
    doubled = sum(times > 1 for times in Answering.sent.values())
    seconds = Answering.last - Answering.first
    return json.dumps({"people": len(Answering.sent), "doubled": doubled, "seconds": seconds})


async def serve(port: int, pause: float) -> None:
    """Answer on `port` until stopped, each request after `pause` seconds."""
    Answering.sent, Answering.pause = {}, pause
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    # Started as a file, so that it imports nothing of ours.
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
