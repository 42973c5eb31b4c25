"""A reading: what we took one message to mean."""

from __future__ import annotations

from dataclasses import dataclass

from service.languages import Language


@dataclass(frozen=True)
class Reading:
    """What one message means.

    `label` is a topic (`topic:chemo`), an action (`action:stop`), `digit` (a bare 1 to 5), `code` (two or three
    digits from 1 to 5) or `choice` (a near tie of two `choices`, topics or `action:stop`, the likelier first). An
    emergency's `reason` names its family of signs (`fever`, `spine`, `breathing`, ...), an urgent one's the sign; a
    stop's may be `cancel` (the word may have meant the visit), `less` (fewer messages would do) or `wrong-number`.
    `value` is what was read: the digit, the code, the four digits after JOIN, the temperature. `carrier` is true
    where the whole message is one of the English words on which carriers act by themselves. `confident` is false
    where speech should be asked back.
    """

    label: str
    reason: str = ""
    value: str = ""
    choices: tuple[str, ...] = ()
    also_stop: bool = False
    language: Language | None = None
    carrier: bool = False
    liked: bool = False
    confident: bool = True
