"""What an installation adds to a talk: whom to dial, and how the clinic is called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class World:
    """Facts of the moment handed to the engine. `person` is the number to dial now (E.164), empty where none is set;
    `line_number` is ours to call back; `can_text` whether this caller's phone can be sent a text."""

    person: str = ""
    clinic_name: str = ""
    line_number: str = ""
    can_text: bool = True

    @property
    def person_spoken(self) -> str:
        """The number as people write it, such as 202-555-0134."""
        return written(self.person)


def written(number: str) -> str:
    """A US number in E.164 as people write it (202-555-0134); any other as it is."""
    if len(number) == 12 and number.startswith("+1"):
        return f"{number[2:5]}-{number[5:8]}-{number[8:]}"
    return number
