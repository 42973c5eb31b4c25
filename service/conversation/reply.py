"""A reply: what is put to a person, in parts that either channel can say, and what is to be done besides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.conversation.pace import Pace
from service.languages import Language


@dataclass(frozen=True)
class Say:
    """A fixed phrase by its id, with its fields filled; `language` where it is not the talk's own."""

    phrase: str
    fields: tuple[tuple[str, str], ...] = ()
    language: Language | None = None


@dataclass(frozen=True)
class ShowMenu:
    """The choices at a code."""

    code: str


@dataclass(frozen=True)
class ShowPage:
    """One page of a topic, counted from 1. `placed` adds where it sits, for a person who came by a word or a code."""

    topic: str
    number: int
    placed: bool = False


@dataclass(frozen=True)
class OfferChoice:
    """One choice alone, which any key takes; or its bare name, where `asked` is False."""

    code: str
    asked: bool = True


Part = Say | ShowMenu | ShowPage | OfferChoice


class Then(StrEnum):
    """What a call does after the parts were heard."""

    LISTEN = "listen"
    DIAL = "dial"
    HANG_UP = "hang up"


@dataclass(frozen=True)
class OptOut:
    """No more texts or calls that we start to this phone, from now. `how` says where it came from."""

    how: str


@dataclass(frozen=True)
class OptIn:
    """The information line may answer this phone as before. Restores no consent for a clinic's messages."""


@dataclass(frozen=True)
class SetLanguage:
    """Remember this phone's language."""

    language: Language


@dataclass(frozen=True)
class SetPace:
    """Remember how this phone likes to be spoken to."""

    pace: Pace


@dataclass(frozen=True)
class TextPlace:
    """Text what stands at this place to the caller's phone. `asked` is the question in it, as in `State`."""

    place: str
    page: int
    asked: str = "none"


@dataclass(frozen=True)
class Raise:
    """Tell the clinic, where one knows this phone: `crisis`, `emergency`, `urgent`, `bereavement`, `visit` ..."""

    kind: str


Effect = OptOut | OptIn | SetLanguage | SetPace | TextPlace | Raise


@dataclass(frozen=True)
class Reply:
    """What comes back. `wait` is the seconds of silence to allow, `code` whether up to three digits may come fast,
    `keys` how many are gathered at leisure, `speech` whether spoken menu words are taken too, `slowly` whether to
    speak at the slow pace this once. No parts means no answer at all."""

    parts: tuple[Part, ...] = ()
    effects: tuple[Effect, ...] = ()
    then: Then = Then.LISTEN
    wait: int = 10
    code: bool = False
    speech: bool = False
    slowly: bool = False
    keys: int = 1


SILENT = Reply()


def topic_of(reply: Reply) -> str:
    """The topic whose page is put to the person; empty where none is."""
    for part in reply.parts:
        if isinstance(part, ShowPage):
            return part.topic
    return ""
