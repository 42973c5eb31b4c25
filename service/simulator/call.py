"""One call, heard as Twilio plays it: it goes on by itself until the line waits for a key, a word or a silence."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from service.simulator.twiml import PhoneError, known, words

KEYS = frozenset("0123456789*#")
# More pages than this with nothing said by the caller is a loop; Twilio would go on and bill it.
STEPS_ALONE = 50


class Line(Protocol):
    """What a call needs of the phone it is made with."""

    @property
    def base_url(self) -> str: ...
    def hear(self, url: str, form: Mapping[str, str]) -> list[Element]: ...
    def tell(self, url: str, form: Mapping[str, str]) -> object: ...
    def parties(self) -> dict[str, str]: ...
    def transcript(self, url: str, /) -> str | None: ...
    def seconds(self, url: str, /) -> float | None: ...


@dataclass(frozen=True)
class Heard:
    """One thing heard on a call: its words, the address of its recording ("" for <Say>), its seconds if known."""

    words: str
    url: str = ""
    seconds: float | None = None


class Call:
    """A call from ringing to its end. Wherever the line waits, the caller may press, say, wait or hang up."""

    def __init__(self, phone: Line) -> None:
        self.phone = phone
        self.sid = "CA" + secrets.token_hex(16)
        self.heard: list[Heard] = []
        self.ended = False
        self.calling = ""  # the number that the line is dialling for the caller, while it rings
        self._status = "ringing"
        self._gather: Element | None = None
        self._dial: Element | None = None
        self._to_do: list[Element] = []
        self._alone = 0
        self._url = phone.base_url + "/twilio/voice"
        self._fetch(self._url)

    @property
    def words(self) -> str:
        """All that was heard so far, a line for each recording."""
        return "\n".join(item.words for item in self.heard)

    @property
    def listens_for_speech(self) -> bool:
        """Would the line hear a spoken word just now?"""
        return self._gather is not None and _takes(self._gather, "speech")

    def press(self, keys: str) -> list[Heard]:
        """Press keys quickly one after another, then wait as long as the line waits after the last one.

        A key stops the audio, so prompts between two quick keys are not heard. Gives what was heard since."""
        if not keys or not set(keys) <= KEYS:
            raise PhoneError(f"A phone has the keys 0 to 9, * and #; {keys!r} is something else.")
        before, typed = self._act(), ""
        for position, key in enumerate(keys, 1):
            gather = self._waiting()
            if not _takes(gather, "dtmf"):
                continue
            last = key in gather.get("finishOnKey", "#")
            typed += "" if last else key
            if last or len(typed) == int(gather.get("numDigits") or 0):
                self._gathered(typed, hurried=position < len(keys))
                typed = ""
        if typed:
            self._gathered(typed)
        return self.heard[before:]

    def say(self, spoken: str, confidence: float = 0.9) -> list[Heard]:
        """Speak. Where the line listens for keys only, nobody hears it and the silence runs out."""
        if not self.listens_for_speech:
            return self.wait()
        before = self._act()
        self._fetch(self._leave(self._waiting()), SpeechResult=spoken, Confidence=str(confidence))
        return self.heard[before:]

    def wait(self) -> list[Heard]:
        """Do nothing until the line goes on by itself. While it dials for us, nobody answers."""
        if self.calling:
            return self.dialled("no-answer")
        before = self._act()
        self._gathered("")
        # A gather may fall through to another that adds only its own patience: silence lasts until something happens.
        while self._gather is not None and not self._alone and len(self.heard) == before:
            self._gathered("")
        return self.heard[before:]

    def dialled(self, outcome: str) -> list[Heard]:
        """End the line's own call to somebody as `completed`, `busy`, `no-answer`, `failed` or `canceled`."""
        before, dial = self._act(), self._dial
        if dial is None:
            raise PhoneError("The line is not calling anybody now.")
        self._dial, self.calling = None, ""
        if dial.get("action") is None:
            self._go_on()
        else:
            self._fetch(self._leave(dial), DialCallStatus=outcome, DialCallSid="CA" + secrets.token_hex(16))
        return self.heard[before:]

    def hang_up(self) -> None:
        """Put the phone down; the line is told at /twilio/voice/status, as Twilio does."""
        if not self.ended:
            self._end()

    def _act(self) -> int:
        """The caller does something: gives where the new part of `heard` begins."""
        if self.ended:
            raise PhoneError("The call has ended.")
        self._alone = 0
        return len(self.heard)

    def _waiting(self) -> Element:
        if self._gather is None:
            state = "has ended" if self.ended else f"is ringing at {self.calling} and takes no keys"
            raise PhoneError(f"The call {state}.")
        return self._gather

    def _gathered(self, digits: str, hurried: bool = False) -> None:
        """End a gather. One that got nothing falls through to the next verb, unless it asked to be told."""
        gather = self._waiting()
        if digits or gather.get("actionOnEmptyResult", "false").lower() == "true":
            self._fetch(self._leave(gather), hurried, Digits=digits)
        else:
            self._gather = None
            self._go_on(hurried)

    def _leave(self, verb: Element) -> str:
        """Where a verb leads: its action, or the same page again."""
        self._gather = None
        if verb.get("method", "POST").upper() != "POST":
            raise PhoneError(f"<{verb.tag}> asks to be fetched by {verb.get('method')}; our doors take POST alone.")
        return urljoin(self._url, verb.get("action") or self._url)

    def _fetch(self, url: str, hurried: bool = False, **form: str) -> None:
        self._alone += 1
        if self._alone > STEPS_ALONE:
            raise PhoneError(f"The line went through {STEPS_ALONE} pages without waiting for the caller.")
        self._url = url
        self._to_do = self.phone.hear(url, {**self._form(), **form})
        self._status = "in-progress"
        self._go_on(hurried)

    def _go_on(self, hurried: bool = False) -> None:
        """Run verbs until the line waits for the caller or has no more to say."""
        while self._to_do:
            verb = self._to_do.pop(0)
            known(verb, "Say", "Play", "Pause", "Gather", "Redirect", "Dial", "Hangup", "Reject")
            if verb.tag == "Gather":
                self._gather = verb
                self._listen([] if hurried else verb)
                return
            if verb.tag == "Dial":
                self._dial, self.calling = verb, words(verb)
                return
            if verb.tag == "Redirect":
                self._fetch(urljoin(self._url, words(verb)), hurried)
                return
            if verb.tag in ("Hangup", "Reject"):
                break
            self._listen([verb])
        self._end()

    def _listen(self, prompts: Iterable[Element]) -> None:
        for prompt in prompts:
            known(prompt, "Say", "Play", "Pause")
            if prompt.tag == "Say":
                self.heard.append(Heard(words(prompt)))
            elif prompt.tag == "Play":
                url = urljoin(self._url, words(prompt))
                name = urlsplit(url).path.rpartition("/")[2]
                self.heard.append(Heard(self.phone.transcript(url) or f"({name})", url, self.phone.seconds(url)))

    def _end(self) -> None:
        self.ended, self._status = True, "completed"
        self._gather, self._dial, self.calling = None, None, ""
        form = {"CallDuration": "1", "Duration": "1", "SequenceNumber": "0", "CallbackSource": "call-progress-events"}
        self.phone.tell(self.phone.base_url + "/twilio/voice/status", {**self._form(), **form})

    def _form(self) -> dict[str, str]:
        parties = self.phone.parties()
        call = {"CallSid": self.sid, "CallStatus": self._status, "Direction": "inbound"}
        return {**parties, **call, "Caller": parties["From"], "Called": parties["To"]}


def _takes(gather: Element, kind: str) -> bool:
    return kind in gather.get("input", "dtmf").split()
