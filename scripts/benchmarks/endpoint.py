"""An endpoint that answers like Twilio after a pause, as cheaply as Python allows, and counts who was sent to."""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import parse_qs

ANSWER = (
    '{"sid": "SM%032x", "status": "queued", "to": null, "from": null, "body": "", "error_code": null, '
    '"date_created": "Wed, 02 Dec 2026 17:00:00 +0000", "direction": "outbound-api"}'
)


class Answering(asyncio.Protocol):
    """One connection. `sent` counts by recipient over all connections."""

    sent: dict[str, int]
    pause: float
    made = 0

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
        asyncio.get_running_loop().call_later(self.pause, self._answer, head.split(b" ", 2)[:2], body[:length])

    def _answer(self, request: list[bytes], body: bytes) -> None:
        if self.transport.is_closing():
            return
        if request[0] == b"GET":
            doubled = sum(times > 1 for times in self.sent.values())
            text = f'{{"people": {len(self.sent)}, "doubled": {doubled}}}'
        else:
            to = parse_qs(body.decode())["To"][0]
            self.sent[to] = self.sent.get(to, 0) + 1
            Answering.made += 1
            text = ANSWER % Answering.made
        head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        self.transport.write((head + text).encode())  # type: ignore[attr-defined]


async def serve(port: int, pause: float) -> None:
    """Answer on `port` until stopped, each request after `pause` seconds."""
    Answering.sent, Answering.pause = {}, pause
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
