"""The terminal phone: type a text or the keys of a call, and read what the line says, one plain sentence a line."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from service.content.phrase import fill
from service.settings import Settings
from service.simulator.call import KEYS, Call, Heard
from service.simulator.phone import Phone, PhoneError, over_http

OUTCOMES = {"busy": "busy", "answered": "completed", ".": "no-answer"}
INBOX_WAIT = 3.0  # seconds that a text sent by key 8 may take from the queue to the inbox
HEADER_BYTES = 200  # a WAV says its length within its first bytes

Show = Callable[[str], None]


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


class Terminal:
    """One person at the terminal: takes lines, shows sentences."""

    def __init__(self, phone: Phone, words: Mapping[str, str], show: Show, inbox: Callable[[str, int], Any]) -> None:
        self.phone, self.words, self.show, self.inbox = phone, words, show, inbox
        self.call: Call | None = None
        self.seen = max((message["id"] for message in inbox(phone.number, 0)), default=0)

    def talk(self, lines: Iterable[str]) -> None:
        """Take lines until they end or one says /quit. What a phone could not go on from is said, not raised."""
        self._tell("terminal_hello", line=self.phone.line)
        for line in lines:
            if line.strip() == "/quit":
                break
            try:
                self.take(line.rstrip("\r\n"))
            except PhoneError as error:
                self.call = None if self.call and self.call.ended else self.call
                self.show(str(error))
        if self.call:
            self.call.hang_up()

    def take(self, line: str) -> None:
        """One line. Raises PhoneError."""
        command = line.strip()
        if command == "/help":
            self._tell("terminal_help")
        elif command == "/inbox":
            if not self.new_texts():
                self._tell("terminal_inbox_empty")
        elif command == "/call" and not self.call:
            self.ring()
        elif self.call:
            self._in_call(self.call, command)
        elif command:
            self.send(line)
        self.new_texts()

    def send(self, body: str) -> None:
        """Send a text and show the answers. Raises PhoneError."""
        answers = self.phone.text(body)
        for answer in answers:
            self._message("line", answer)
        if not answers:
            self._tell("no_answer")

    def ring(self) -> None:
        """Start a call and show what is heard. Raises PhoneError."""
        self._tell("terminal_on")
        self.call = self.phone.call()
        self._heard(self.call, self.call.heard)

    def keys(self, typed: str) -> None:
        """Press keys in the call that is on, or wait at a full stop. Raises PhoneError."""
        if self.call:
            self._in_call(self.call, typed)

    def new_texts(self, wait: float = 0) -> bool:
        """Show texts that the line sent by itself, waiting up to `wait` seconds for one. Were there any?"""
        until = time.monotonic() + wait
        while not (messages := self.inbox(self.phone.number, self.seen)) and time.monotonic() < until:
            time.sleep(0.2)
        for message in messages:
            self.seen = max(self.seen, message["id"])
            self._message("line_sent", message["body"])
        return bool(messages)

    def _in_call(self, call: Call, command: str) -> None:
        if command == "/hangup":
            call.hang_up()
            self._heard(call, [])
        elif call.calling:
            if command in OUTCOMES:
                self._heard(call, call.dialled(OUTCOMES[command]))
            else:
                self._tell("terminal_dialling", number=call.calling)
        elif command == ".":
            self._tell("silent")
            self._heard(call, call.wait())
        elif command.startswith("say "):
            self._heard(call, call.say(command.removeprefix("say ").strip()))
        elif command and set(command) <= KEYS:
            self._heard(call, call.press(command))
        else:
            self._tell("terminal_unknown")

    def _heard(self, call: Call, items: Iterable[Heard]) -> None:
        for item in items:
            self.show(item.words)
            if item.seconds is not None:
                whole = max(1, round(item.seconds))
                self.show(
                    f"({self.words['one_second'] if whole == 1 else self._filled('seconds', seconds=str(whole))})"
                )
            elif not item.url:
                self.show(f"({self.words['no_recording']})")
        if call.calling:
            self._tell("terminal_dialling", number=call.calling)
        if call.ended:
            self._tell("status_ended")
            self.call = None

    def _message(self, who: str, words: str) -> None:
        self.show(f"{self.words[who]}:\n{words}")

    def _tell(self, name: str, **fields: str) -> None:
        self.show(self._filled(name, **fields))

    def _filled(self, name: str, **fields: str) -> str:
        return fill(self.words[name], fields)


def wav_seconds(head: bytes) -> float | None:
    """Seconds of sound in a WAV of which these are the first bytes (RIFF: bytes a second and bytes of sound), or None."""
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
