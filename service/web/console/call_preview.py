"""A template as a call says it: the recordings in the order in which a phone plays them, each with its words."""

from __future__ import annotations

from dataclasses import dataclass

from service.channels.prompts import Prompt
from service.conversation.pace import Pace
from service.conversation.reply import Say
from service.conversation.world import written
from service.languages import Language
from service.reminders.voice_reminders import ASKS, KINDS, message_parts
from service.web.console.seat import Seat
from service.web.console.wording import Place


@dataclass(frozen=True)
class Heard:
    """What is said in one go: its words, and the address of its recording; empty where that is still to be made."""

    words: str
    address: str


def heard_in_call(seat: Seat, kind: str, where: Place) -> dict[Language, tuple[Heard, ...]]:
    """A call with an ordinary message of `kind` in each language, from the opening to the answers; nothing for
    messages that go by text alone."""
    if kind not in KINDS:
        return {}
    return {language: tuple(_heard(seat, kind, where, language)) for language in Language}


def _heard(seat: Seat, kind: str, where: Place, language: Language) -> list[Heard]:
    facts = where.facts(kind)
    opening = Say("reminder.call_opening", (("clinic", facts["clinic"]),))
    end = Say("reminder.call_choices")
    if kind not in ASKS:
        end = Say("reminder.call_goodbye", (("phone", written(facts["phone"])),))
    speaker = seat.parts.almanac().voice.speaker
    said = (opening, *message_parts(kind, facts, language), end)
    return [_with_sound(seat, prompt, language) for part in said for prompt in speaker.prompts(part, language)]


def _with_sound(seat: Seat, prompt: Prompt, language: Language) -> Heard:
    return Heard(prompt.words, seat.parts.recordings.url(language, Pace.NORMAL, prompt) or "")
