"""Texts that reached us late, after an outage of ours or of the phone company: answered as what they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from service.conversation.reply import SILENT, Reply, Say, ShowMenu
from service.conversation.state import State
from service.languages import Language
from service.reminders.rules import written_dates

# Past this many seconds the person no longer waits, and must be told to what we answer.
LATE = 15 * 60

# What only ever stands behind another answer.
AFTERWORDS = (Say("first_words"), Say("stopped_note"))


def late_turn(before: State, new: State, reply: Reply, written_at: int, zone: str) -> tuple[State, Reply]:
    """The turn for a text of `written_at` (seconds since 1970): it begins `You wrote this at 9:10 AM.`, and opens no
    menu again, so that the digits of whatever was put to the person since stay good."""
    state = replace(before, language=new.language)
    parts = tuple(part for part in reply.parts if not isinstance(part, ShowMenu))
    if all(part in AFTERWORDS for part in parts):
        return state, replace(SILENT, effects=reply.effects)
    wrote = datetime.fromtimestamp(written_at, UTC).astimezone(ZoneInfo(zone)).time()
    time = written_dates.clock(wrote, new.language or Language.ENGLISH)
    return state, replace(reply, parts=(Say("reminder.wrote_at", (("time", time),)), *parts))
