"""Where a talk stands, as a short string that is safe in an address and is checked when it comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from service.conversation.pace import Pace
from service.languages import Language

FORM = re.compile(r"[A-Za-z0-9_.]{0,40}", re.ASCII)


class BadState(ValueError):
    """A string that no talk of ours has written."""


@dataclass(frozen=True)
class State:
    """Where a talk stands.

    `place` is a code of the tree, or one of the few places outside it (see places.py); `page` counts from 1.
    `asked` is the last question: the code of a menu, or `gate.CODE`, `pick.CODE.CODE`, `heard.CODE`, else `none`.
    `asked_at`, `seen_at` and `fever_at` are minutes since 1970 (texts only; 0 is never). `held` is the key that came
    twice within a second. `offered` counts the choices read out one at a time, 0 when they are not. `texting` is set
    once the caller was asked to press 8 again, `texted` holds the pages texted in this call, `told` whether 6, 7, 8
    were explained, `misses` and `silences` count since the last thing that was understood. `door`: the call came to a
    clinic's own number and has not asked for facts, so that nothing of them is said."""

    language: Language | None = None
    pace: Pace = Pace.NORMAL
    place: str = ""
    page: int = 1
    asked: str = "none"
    asked_at: int = 0
    seen_at: int = 0
    fever_at: int = 0
    misses: int = 0
    silences: int = 0
    offered: int = 0
    last_key: str = ""
    held: str = ""
    told: bool = False
    texting: bool = False
    texted: str = ""
    door: bool = False

    def but(self, **changes: Any) -> State:
        """This state with some fields changed: what `dataclasses.replace` does, in a fifth of its time, as a turn
        does it several times. Raises TypeError for a field that there is not."""
        new = object.__new__(State)
        values = new.__dict__
        values.update(self.__dict__)
        values.update(changes)
        if len(values) != FIELDS:
            raise TypeError(f"a state has no {', '.join(changes.keys() - self.__dict__.keys())}")
        return new


def encode(state: State) -> str:
    """`state` as at most a hundred or so characters out of letters, digits, `_`, `.` and `-`."""
    return "-".join(
        [
            state.language.value if state.language else "",
            state.pace.value[0],
            state.place,
            *(str(number) if number != 1 else "" for number in (state.page,)),
            "" if state.asked == "none" else (state.asked or "_"),
            *(str(n) if n else "" for n in (state.asked_at, state.seen_at, state.fever_at)),
            *(str(n) if n else "" for n in (state.misses, state.silences, state.offered)),
            state.last_key,
            state.held,
            ("t" if state.told else "") + ("x" if state.texting else "") + ("d" if state.door else ""),
            state.texted,
        ]
    )


def decode(text: str) -> State:
    """The state that `encode` wrote. Raises BadState for anything else."""
    parts = text.split("-")
    if len(parts) != 15 or not all(FORM.fullmatch(part) for part in parts):
        raise BadState(f"{text[:60]!r} is no state")
    language, pace, place, page, asked, asked_at, seen_at, fever_at, misses, silences, offered, *rest = parts
    last_key, held, flags, texted = rest
    try:
        return State(
            language=Language(language) if language else None,
            pace={"n": Pace.NORMAL, "s": Pace.SLOW}[pace],
            place=place,
            page=int(page or 1),
            asked={"": "none", "_": ""}.get(asked, asked),
            asked_at=int(asked_at or 0),
            seen_at=int(seen_at or 0),
            fever_at=int(fever_at or 0),
            misses=int(misses or 0),
            silences=int(silences or 0),
            offered=int(offered or 0),
            last_key=last_key,
            held=held,
            told="t" in flags,
            texting="x" in flags,
            texted=texted,
            door="d" in flags,
        )
    except (ValueError, KeyError) as error:
        raise BadState(f"{text[:60]!r} is no state") from error


def came_by_door(text: str) -> bool:
    """Does the state that `encode` wrote stand behind a clinic's own door? False for anything else."""
    parts = text.split("-")
    return len(parts) == 15 and "d" in parts[-2]


def place_of(text: str) -> str:
    """The place in the state that `encode` wrote; empty for anything else."""
    parts = text.split("-")
    return parts[2] if len(parts) == 15 else ""


FIELDS = len(fields(State))
assert FIELDS == 17, "a new field of State needs its place in encode and decode"
