"""What an installation adds to a talk: whom to dial, and how the clinic is called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class World:
    """Facts of the moment handed to the engine. `person` is the number to dial now (E.164), empty where none is set;
    `line_number` is ours to call back; `can_text` whether this caller's phone can be sent a text."""

    person: str = ""
    clinic_name: str = ""
    line_number: str = ""
    can_text: bool = True

    def for_caller(self, caller: str, ours: str) -> World:
        """The same for a call from `caller` to our number `ours`."""
        # Withheld numbers come as words or as +266696687 and the like; only a US number can be texted.
        can_text = caller.startswith("+1") and len(caller) == 12 and caller != ours
        return _world(self.person, self.clinic_name, self.line_number, can_text)

    @property
    def person_spoken(self) -> str:
        """The number as people write it, such as 202-555-0134."""
        return written(self.person)


_world = lru_cache(64)(World)


def written(number: str) -> str:
    """A US number in E.164 as people write it (202-555-0134); any other as it is."""
    if len(number) == 12 and number.startswith("+1"):
        return f"{number[2:5]}-{number[5:8]}-{number[8:]}"
    return number
