"""A talk with the engine alone: what a person sends or presses, and where that leaves them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from service.conversation.engine import advance
from service.conversation.reply import OfferChoice, Reply, Say, ShowMenu, ShowPage
from service.conversation.said import Arrived, Keys, Silence, Speech, Text, Unanswered
from service.conversation.state import State
from service.conversation.tree import Tree
from service.conversation.understanding.reading import Reading
from service.conversation.world import World
from service.languages import Language

NOWHERE = World()
NOON = 29_000_000  # minutes since 1970, some day in 2025


class Texter:
    """One phone's texts, read already. `stopped` and `first` are as the front desk would find them."""

    def __init__(self, tree: Tree, world: World = NOWHERE) -> None:
        self.tree, self.world, self.state, self.minute = tree, world, State(), NOON
        self.reply = Reply()

    def send(self, label: str, value: str = "", *, after: int = 0, reading: Any = None, **known: Any) -> Reply:
        """A text that was read as `label`, `after` so many minutes."""
        self.minute += after
        read = Reading(label, value=value, **(reading or {}))
        self.state, self.reply = advance(self.tree, self.state, Text(read, self.minute, **known), self.world)
        return self.reply

    def digit(self, digit: str, *, after: int = 0, **known: Any) -> Reply:
        """A text of one digit."""
        return self.send("digit", digit, after=after, **known)


class Caller:
    """One call. Keys come `seconds` after the step was put, by default at leisure."""

    def __init__(self, tree: Tree, world: World = NOWHERE, language: Language | None = Language.ENGLISH) -> None:
        self.tree, self.world, self.state = tree, world, State(language=language)
        self.reply = Reply()
        self._turn(Arrived())

    def press(self, keys: str, seconds: float = 60.0) -> Reply:
        """Keys that arrive together."""
        return self._turn(Keys(keys, seconds))

    def one_by_one(self, keys: str, seconds: float = 60.0) -> Reply:
        """Keys that each arrive alone."""
        for key in keys:
            self.press(key, seconds)
        return self.reply

    def silent(self, times: int = 1) -> Reply:
        """Nothing, as long as the line waits."""
        for _ in range(times):
            self._turn(Silence())
        return self.reply

    def say(self, label: str, value: str = "", *, confident: bool = True) -> Reply:
        """A spoken word, read as `label`."""
        return self._turn(Speech(Reading(label, value=value, confident=confident)))

    def unanswered(self) -> Reply:
        """The person whom the line dialled did not come."""
        return self._turn(Unanswered())

    def moved(self, place: str, page: int = 1) -> Caller:
        """The caller somewhere else, as a deploy may find them."""
        self.state = replace(self.state, place=place, page=page)
        return self

    def _turn(self, said: Any) -> Reply:
        self.state, self.reply = advance(self.tree, self.state, said, self.world)
        return self.reply


def shown(reply: Reply) -> list[str]:
    """The parts of a reply in short: `menu 44`, `chemo 1`, `offer 4`, or the id of a phrase."""
    return [_short(part) for part in reply.parts]


def _short(part: object) -> str:
    if isinstance(part, ShowMenu):
        return f"menu {part.code}".strip()
    if isinstance(part, ShowPage):
        return f"{part.topic} {part.number}"
    if isinstance(part, OfferChoice):
        return f"offer {part.code}" if part.asked else f"name {part.code}"
    assert isinstance(part, Say)
    return part.phrase
