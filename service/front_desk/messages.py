"""What comes to the front desk: one text, or one step of a call."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InboundText:
    """A text as it came. Numbers are as Twilio writes them; `opt_out_type`: what Twilio did by itself, or empty."""

    sid: str
    sender: str
    to: str
    body: str
    opt_out_type: str = ""


@dataclass(frozen=True)
class CallStep:
    """One step of a call. `state` is what we put into the address (empty at the first step), `seconds` how long ago.

    `digits` and `speech` are what came, both empty for silence; `confidence` is Twilio's for the speech, or None;
    `dialed` is how a call to a person ended (`completed`, `busy` ...), empty at every other step."""

    call_sid: str
    caller: str
    to: str
    state: str = ""
    seconds: float = 60.0
    digits: str = ""
    speech: str = ""
    confidence: float | None = None
    dialed: str = ""
