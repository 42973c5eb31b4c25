"""The running service as a terminal on the same machine reaches it: its phone, its recordings, its inbox."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from service.settings import Settings
from service.simulator.phone import Phone, over_http

HEADER_BYTES = 200  # a WAV says its length within its first bytes


@dataclass(frozen=True)
class Service:
    """The running service as the terminal reaches it, at `address` such as http://127.0.0.1:8000."""

    settings: Settings
    address: str

    @classmethod
    def of(cls, settings: Settings) -> Service:
        """The service that these settings would start on this machine."""
        host = settings.bind if settings.bind not in ("0.0.0.0", "::", "") else "127.0.0.1"  # noqa: S104 - read, not bound
        return cls(settings, f"http://{f'[{host}]' if ':' in host else host}:{settings.port}")

    def phone(self, number: str, line: str) -> Phone:
        """A phone that reaches it over HTTP and knows the words and the length of its recordings."""
        return Phone(
            base_url=self.settings.public_url,
            auth_token=self.settings.auth_tokens[0],
            account_sid=self.settings.account_sid,
            number=number,
            line=line,
            post=over_http(self.settings.public_url, self.address),
            transcript=self.transcript,
            seconds=self.seconds,
        )

    def running(self) -> bool:
        """Does anything answer there?"""
        try:
            return self._get("/healthz").status_code < 500
        except requests.RequestException:
            return False

    def transcript(self, url: str) -> str | None:
        """The words of a recording, or None."""
        name = urlsplit(url).path.removeprefix("/audio/")
        words: str | None = self._json("/phone/transcript", name=name).get("words")
        return words

    def seconds(self, url: str) -> float | None:
        """The length of a recording, read from its first bytes as a player does; None where it cannot be had."""
        try:
            answer = self._get(urlsplit(url).path, {"Range": f"bytes=0-{HEADER_BYTES - 1}"})
        except requests.RequestException:
            return None
        return wav_seconds(answer.content[:HEADER_BYTES]) if answer.ok else None

    def inbox(self, number: str, after: int) -> list[dict[str, Any]]:
        """Texts that the line sent to `number` by itself, after the one with this id."""
        messages: list[dict[str, Any]] = self._json("/phone/inbox", number=number, after=str(after)).get(
            "messages", []
        )
        return messages

    def _json(self, path: str, **asked: str) -> dict[str, Any]:
        try:
            answer = self._get(path, params=asked)
            found: dict[str, Any] = answer.json() if answer.ok else {}
        except requests.RequestException:
            return {}
        return found

    def _get(
        self, path: str, headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False  # nothing here goes through a proxy
            return session.get(self.address + path, headers=headers, params=params, timeout=5)


def wav_seconds(head: bytes) -> float | None:
    """Seconds of sound in a WAV (RIFF) of which these are the first bytes, or None where they do not say."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    place, rate = 12, 0
    while place + 8 <= len(head):
        name, size = struct.unpack_from("<4sI", head, place)
        if name == b"fmt " and place + 20 <= len(head):
            (rate,) = struct.unpack_from("<I", head, place + 16)
        if name == b"data":
            return float(size) / rate if rate else None
        place += 8 + size + size % 2
    return None
