"""What came from a person: words in a text, keys, speech or silence on a call."""

from __future__ import annotations

from dataclasses import dataclass

from service.conversation.understanding.reading import Reading


@dataclass(frozen=True)
class Text:
    """A text, read. `minute` is now in minutes since 1970, `first` whether this phone never wrote before, `stopped`
    whether it opted out, `clinic` whether it came to a clinic's own number, `blind` whether we could not remember,
    `empty` whether there were no words (a picture, a space)."""

    reading: Reading
    minute: int
    first: bool = False
    stopped: bool = False
    clinic: bool = False
    blind: bool = False
    empty: bool = False


@dataclass(frozen=True)
class Keys:
    """Keys pressed on a call (one, or up to three where a code may come), `seconds` after the step began."""

    digits: str
    seconds: float = 60.0


@dataclass(frozen=True)
class Speech:
    """Words spoken on a call, read against the menu's own words."""

    reading: Reading


@dataclass(frozen=True)
class Silence:
    """Nothing came within the time allowed."""


@dataclass(frozen=True)
class Arrived:
    """A call begins."""


@dataclass(frozen=True)
class Unanswered:
    """The person we dialled was busy, did not answer, or could not be reached."""


Said = Text | Keys | Speech | Silence | Arrived | Unanswered
