"""Effects: what a reply asks for, done in one transaction, or spooled and done later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection

from service.conversation import reply
from service.conversation.pace import Pace
from service.conversation.reply import Effect, OptIn, OptOut, Raise, SetLanguage, SetPace, TextPlace
from service.conversation.state import encode
from service.front_desk.standing import standing
from service.languages import Language
from service.phone_number import blind_index
from service.reminders.answers import staff, stopping
from service.reminders.privacy import Privacy
from service.storage import errands, talks
from service.storage.vault import Vault


@dataclass(frozen=True)
class Actor:
    """Whose effects these are: the phone, the number of ours it reached, and the call if it was one."""

    phone: str
    ours: str
    language: Language
    call_sid: str = ""


@dataclass(frozen=True)
class Performer:
    """Does effects. `phone_key` hides numbers of people who only ask, `vault` seals those we must send to."""

    phone_key: bytes
    vault: Vault

    @property
    def privacy(self) -> Privacy:
        """The same keys, for what belongs to clinics."""
        return Privacy(self.vault, self.phone_key)

    def index(self, phone: str) -> str:
        """The blind index under which a phone is known."""
        return blind_index(phone, self.phone_key)

    def perform(self, connection: Connection, effects: Sequence[Effect], actor: Actor, now: int) -> None:
        """Do `effects` in the transaction of `connection`; each may be done twice without harm."""
        if not effects:
            return
        index = self.index(actor.phone)
        for effect in effects:
            match effect:
                case OptOut(how):
                    stopping.stop(connection, index, how, now)
                    errands.cancel(connection, self.vault, actor.phone)
                case OptIn():
                    if talks.is_stopped(connection, index):
                        stopping.came_back(connection, index, actor.ours, now, by_key=bool(actor.call_sid))
                    talks.opt_in(connection, index, now)
                case SetLanguage(language):
                    # In the talk by text too, whose own language would otherwise stand before this choice.
                    state = replace(standing(talks.recall(connection, index)), language=language)
                    talks.remember(connection, index, {"language": language.value, "state": encode(state)})
                case SetPace(pace):
                    talks.remember(connection, index, {"pace": pace.value})
                case TextPlace(place, page):
                    wanted = errands.Wanted(actor.call_sid, actor.phone, actor.ours, actor.language, place, page)
                    errands.queue(connection, self.vault, wanted, now)
                    _continue_by_text(connection, index, effect, actor.language, now // 60)
                case Raise(kind):
                    staff.raise_it(connection, index, actor.ours, kind, now)


def _continue_by_text(connection: Connection, index: str, sent: TextPlace, language: Language, minute: int) -> None:
    """A page that went out as a text is where the talk by text goes on: its digits and MORE mean that page."""
    state = standing(talks.recall(connection, index))
    state = replace(state, language=language, place=sent.place, page=sent.page, seen_at=minute)
    if sent.asked != "none":
        state = replace(state, asked=sent.asked, asked_at=minute)
    talks.remember(connection, index, {"state": encode(state)})


def is_durable(effects: Sequence[Effect]) -> bool:
    """Must these survive a power cut? All but what only makes the next talk more comfortable."""
    return any(not isinstance(effect, SetLanguage | SetPace) for effect in effects)


def to_json(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """Effects as plain values for the spool."""
    return [{"effect": type(effect).__name__, **asdict(effect)} for effect in effects]


def from_json(entries: Sequence[dict[str, Any]]) -> tuple[Effect, ...]:
    """The effects that `to_json` wrote."""
    return tuple(_effect(dict(entry)) for entry in entries)


def _effect(entry: dict[str, Any]) -> Effect:
    kind = getattr(reply, entry.pop("effect"))
    if kind is SetLanguage:
        return SetLanguage(Language(entry["language"]))
    if kind is SetPace:
        return SetPace(Pace(entry["pace"]))
    effect: Effect = kind(**entry)
    return effect
