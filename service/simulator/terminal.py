"""The terminal phone: type a text or the keys of a call, and read what the line says, one plain sentence a line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from service.content.phrase import fill
from service.simulator.call import KEYS, Call, Heard
from service.simulator.phone import Phone, PhoneError

OUTCOMES = {"busy": "busy", "answered": "completed", ".": "no-answer"}
INBOX_WAIT = 3.0  # seconds that a text sent by key 8 may take from the queue to the inbox

Show = Callable[[str], None]


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
