"""The pages of Twilio's API on which an account is set up, behind a real socket, for one test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from tests.twilio.description import check


@dataclass
class AccountStandIn:
    """`numbers` as the account's list has them, `regions` by number, `service` as fetched; `status` other than 200
    refuses everything. While `answering` is unset, nobody answers."""

    address: str = ""
    numbers: list[dict[str, Any]] = field(default_factory=list)
    regions: dict[str, str] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    asked: list[str] = field(default_factory=list)
    answering: Event = field(default_factory=Event)

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON for a GET of `path`."""
        self.asked.append(path)
        self.answering.wait(20)
        if self.status != 200:
            return self.status, {"code": 20003, "message": "Authenticate", "status": self.status}
        if path.endswith("/IncomingPhoneNumbers.json"):
            check("GET", path, {}, {})
            return 200, {"incoming_phone_numbers": self.numbers, "page": 0, "next_page_uri": None}
        if path.startswith("/v2/PhoneNumbers/"):
            number = path.rpartition("/")[2].replace("%2B", "+")
            if number in self.regions:
                return 200, {"phone_number": number, "voice_region": self.regions[number]}
        if path.startswith("/v1/Services/") and self.service:
            return 200, self.service
        return 404, {"code": 20404, "message": "not found", "status": 404}


@contextmanager
def account_running() -> Iterator[AccountStandIn]:
    """The stand-in on a free port of this machine."""
    stand_in = AccountStandIn()
    stand_in.answering.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = stand_in.answer(urlsplit(self.path).path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing: addresses hold numbers."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        stand_in.answering.set()
        server.shutdown()
        server.server_close()
        thread.join()
