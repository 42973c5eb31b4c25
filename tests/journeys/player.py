"""Plays a talk written in plain text: who texts or calls, what they send, and what must come back.

A line is one of:
    # a comment
    text from +15555550123      a person begins to text
    call from +15555550123      a person calls
    > chemo                     what they text; `> (empty)` is a text without words
    > 441                       keys pressed quickly; with spaces between them, each is waited for
    > (silence)                 on a call: nothing; also (busy), (no answer), (answered), (hang up)
    > say: treatments           on a call: a spoken word
    < Fever 100.4+              what must come back to the last `>`, in this order
    < (nothing)                 no text comes back; on a call `< (ended)`: the call has ended
    !< Stopped                  what must not come back
    text arrives: Chemo is      a text that the line sends by itself
    rings: +12025550199         on a call: the line is dialling this number for the caller
    later: 3 hours              time passes; between two `>` there are twelve seconds anyway
    setting: CLINIC_PHONE=...   at the top: what the installation has set"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from service.simulator.call import Call, Heard
from service.simulator.phone import Phone

OUTCOMES = {"(busy)": "busy", "(no answer)": "no-answer", "(answered)": "completed"}
LISTENING = 12.0  # seconds between two things that a person does
UNITS = {"minutes": 60.0, "hours": 3600.0, "days": 86400.0}

Inbox = Callable[[str], list[str]]
PassTime = Callable[[float], None]


class TalkError(AssertionError):
    """What did not come back as written; the message names the file and the line."""


def play(path: Path, phone: Phone, inbox: Inbox, pass_time: PassTime) -> None:
    """Play one file. `inbox(number)` gives the texts that the line sent to a number by itself, `pass_time` moves the
    service's clock by seconds. Raises TalkError."""
    talk = Talk(phone, inbox, pass_time)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            talk.take(line.strip())
        except Exception as error:
            raise TalkError(f"{path.name}, line {number}: {line}\n{error}") from error
    talk.hang_up()


def settings_of(path: Path) -> dict[str, str]:
    """The settings that a talk asks for at its top."""
    lines = path.read_text(encoding="utf-8").splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("setting:"))
    return dict(setting.split("=", 1) for setting in named)


class Talk:
    """One talk as it goes on: a person's phone, perhaps a call, and what came back last."""

    def __init__(self, phone: Phone, inbox: Inbox, pass_time: PassTime) -> None:
        self.phone, self.inbox, self.pass_time = phone, inbox, pass_time
        self.call: Call | None = None
        self.came: list[str] = []
        self.place = 0  # how far into what came back the last fragment reached

    def take(self, line: str) -> None:
        """One line of the file. Raises AssertionError where it is not as written."""
        if not line or line.startswith(("#", "setting:")):
            return
        if line.startswith("!<"):
            self._must_not_come(line[2:].strip())
        elif line.startswith("<"):
            self._must_come(line[1:].strip())
        elif line.startswith(">"):
            self._send(line[1:].strip())
        elif line.startswith("text arrives:"):
            self._must_arrive(line.partition(":")[2].strip())
        elif line.startswith("rings:"):
            calling = self.call.calling if self.call else ""
            assert calling == line.partition(":")[2].strip(), f"it rings at {calling or 'nobody'}"
        elif line.startswith("later:"):
            count, unit = line.partition(":")[2].split()
            self.pass_time(float(count) * UNITS[unit])
        elif line.startswith("text from "):
            self.hang_up()
            self.phone = self.phone.as_number(line.removeprefix("text from ").strip())
        elif line.startswith("call from "):
            self.hang_up()
            self.phone = self.phone.as_number(line.removeprefix("call from ").strip())
            self.call = self.phone.call()
            self._came([item.words for item in self.call.heard])
        else:
            raise AssertionError("no line of a talk begins so")

    def hang_up(self) -> None:
        """End the call, if one is on."""
        if self.call:
            self.call.hang_up()
        self.call = None

    def _send(self, said: str) -> None:
        self.pass_time(LISTENING)
        if self.call is None:
            self._came(self.phone.text("" if said == "(empty)" else said))
        elif said == "(hang up)":
            self.call.hang_up()
        else:
            self._came([item.words for item in self._do(self.call, said)])

    def _came(self, words: list[str]) -> None:
        self.came, self.place = words, 0

    def _must_come(self, fragment: str) -> None:
        if fragment == "(nothing)":
            assert not self.came, f"nothing should have come back, but: {self.came}"
        elif fragment == "(ended)":
            assert self.call is None or self.call.ended, "the call is still on"
        else:
            found = _plain("\n".join(self.came)).find(_plain(fragment), self.place)
            assert found >= 0, f"it came back:\n{chr(10).join(self.came) or '(nothing)'}"
            self.place = found + len(_plain(fragment))

    def _must_not_come(self, fragment: str) -> None:
        assert _plain(fragment) not in _plain("\n".join(self.came)), f"it came back:\n{chr(10).join(self.came)}"

    def _must_arrive(self, fragment: str) -> None:
        messages = self.inbox(self.phone.number)
        assert any(_plain(fragment) in _plain(message) for message in messages), f"these texts arrived: {messages}"

    def _do(self, call: Call, said: str) -> list[Heard]:
        """What is heard after a caller's line."""
        if said == "(silence)":
            return call.wait()
        if said in OUTCOMES:
            return call.dialled(OUTCOMES[said])
        if said.startswith("say:"):
            return call.say(said.removeprefix("say:").strip())
        heard = []
        for keys in said.split():
            heard += call.press(keys)
            self.pass_time(LISTENING)
        return heard


def _plain(words: str) -> str:
    """Words for comparing: case and line ends do not count."""
    return " ".join(words.lower().split())
