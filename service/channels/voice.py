"""A reply as TwiML: recordings, the keys we wait for, and what happens on silence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Protocol
from xml.sax.saxutils import escape

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from service.channels.prompts import Prompt, Speaker
from service.conversation.pace import Pace
from service.conversation.reply import OfferChoice, Part, Reply, Say, ShowMenu, ShowPage, Then
from service.languages import Language

# Seconds after a key in which a code may go on, and the seconds we let a person's phone ring.
CODE_PAUSE = 2
RING = 25
# Fields that name somebody's visit.
NEVER_KEPT = frozenset({"words", "moment"})
STEP, DIALED, PERSON = "@step@", "@dialed@", "@person@"


class Recordings(Protocol):
    """Where recordings are found."""

    def url(self, language: Language, pace: Pace, prompt: Prompt) -> str | None:
        """The path of the recording of these very words, or None where there is none."""


@dataclass(frozen=True)
class Voice:
    """Renders replies. What does not change from call to call is rendered once and kept in `_ready`."""

    speaker: Speaker
    recordings: Recordings
    public_url: str
    _ready: dict[tuple[Reply, Language, Pace], str] = field(default_factory=dict)

    def document(self, reply: Reply, language: Language, pace: Pace) -> str:
        """The document for `reply`, with the marks that `fill_in` replaces."""
        if any(name in NEVER_KEPT for part in reply.parts if isinstance(part, Say) for name, _ in part.fields):
            return self.render(reply, language, Pace.SLOW if reply.slowly else pace)
        key = (replace(reply, effects=()), language, pace)
        document = self._ready.get(key)
        if document is None:
            # Bounded: replies are made of our own phrases, places and a few fields, never of what a caller said.
            document = self._ready[key] = self.render(reply, language, Pace.SLOW if reply.slowly else pace)
        return document

    def take_over(self, earlier: Voice, changed: Collection[str]) -> None:
        """Keep what was rendered before, save what says words of the topics `changed` (ids) or names topics."""
        for key, document in list(earlier._ready.items()):
            if not any(_names(part, changed) for part in key[0].parts):
                self._ready[key] = document

    def render(self, reply: Reply, language: Language, pace: Pace) -> str:
        """The document with marks where addresses and the number to dial go."""
        response = VoiceResponse()
        if reply.then is Then.LISTEN:
            self._listen(response, reply, language, pace)
            return str(response)
        self._play(response, reply, language, pace)
        if reply.then is Then.DIAL:
            dial = Dial(timeout=RING, action=DIALED, method="POST")
            dial.number(PERSON)
            response.append(dial)
        else:
            response.hangup()
        return str(response)

    def _listen(self, response: VoiceResponse, reply: Reply, language: Language, pace: Pace) -> None:
        wait = reply.wait
        if reply.code:
            # A code keyed fast arrives whole: up to three keys with short pauses, and only then one key at leisure.
            code = Gather(
                input="dtmf", num_digits=3, timeout=CODE_PAUSE, finish_on_key="", action=STEP, method="POST"
            )
            self._play(code, reply, language, pace)
            response.append(code)
            wait -= CODE_PAUSE
        key = self._gather(reply, language, wait)
        if not reply.code:
            self._play(key, reply, language, pace)
        response.append(key)
        response.redirect(STEP, method="POST")

    def _gather(self, reply: Reply, language: Language, wait: int) -> Gather:
        spoken = {}
        if reply.speech:
            spoken = {
                "speech_timeout": "4",
                "hints": self._hints(reply, language),
                "language": language.twilio,
                "profanity_filter": False,
            }
        return Gather(
            input="dtmf speech" if reply.speech else "dtmf",
            num_digits=reply.keys,
            timeout=wait,
            # No key ends the gathering, so that * and # arrive like any other.
            finish_on_key="",
            action=STEP,
            method="POST",
            action_on_empty_result=True,
            **spoken,
        )

    def _hints(self, reply: Reply, language: Language) -> str:
        menus = [part.code for part in reply.parts if isinstance(part, ShowMenu)]
        nodes = self.speaker.tree.nodes
        words = [nodes[code].spoken[language].replace(",", "") for menu in menus for code in nodes[menu].choices]
        return ",".join(words)[:4000]

    def _play(self, into: VoiceResponse | Gather, reply: Reply, language: Language, pace: Pace) -> None:
        for part in reply.parts:
            for prompt in self.speaker.prompts(part, language):
                url = self.recordings.url(prompt.language, pace, prompt)
                if url:
                    into.play(self.public_url + url)
                else:
                    into.say(prompt.words, language=prompt.language.twilio)


def _names(part: Part, changed: Collection[str]) -> bool:
    if isinstance(part, ShowPage):
        return part.topic in changed
    return bool(changed) and isinstance(part, ShowMenu | OfferChoice)


def fill_in(document: str, step: str, dialed: str = "", person: str = "") -> str:
    """`document` with the addresses of what comes next and the number to dial in their places."""
    return document.replace(STEP, escape(step)).replace(DIALED, escape(dialed)).replace(PERSON, escape(person))
