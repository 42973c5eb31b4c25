"""A small stand-in for Twilio's API on this machine, which answers well or badly as a test tells it."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

SID = "SM" + "1" * 32
GOOD = json.dumps({"sid": SID, "status": "queued", "error_code": None})
Door = Callable[["Answering"], None]


class Answering(BaseHTTPRequestHandler):
    """One request: `answer` writes an answer, the other doors break the connection in some way."""

    server: StandIn

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        self.server.came.append((self.path, form, dict(self.headers)))
        self.server.door(self)

    def answer(self, status: int, body: str, **headers: str) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def reset(self) -> None:
        """Take the request and break the connection."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class StandIn(ThreadingHTTPServer):
    """`door` decides how the next request is answered; `came` holds path, form and headers of each."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.door: Door = lambda request: request.answer(201, GOOD)
        self.came: list[tuple[str, dict[str, str], dict[str, str]]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A broken connection is what the test asked for."""


@contextmanager
def running() -> Iterator[StandIn]:
    """A stand-in on a free port."""
    server = StandIn()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
