"""What people wish about their messages: fewer, only calls, a pause; and what is on for their phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from service.conversation.reply import Say
from service.languages import Language
from service.reminders import audit
from service.reminders.answers.known import Known, Site
from service.reminders.consent import Channel, in_force
from service.reminders.contacts import change_contact
from service.reminders.rules import spoken_dates, written_dates

PAUSE = 14 * 86400
FEWER = {"1": ("day before", "reminder.less_day_before"), "2": ("changes", "reminder.less_changes")}


def fewer(
    connection: Connection, people: Sequence[Known], digit: str, place: Site, phone: str, now: int, language: Language
) -> Say:
    """Keep the choice after LESS: 1 only the day before, 2 only changes, 3 calls not texts, 4 texts not calls, 5 a
    pause of two weeks. Calls or texts only where the person has agreed to those; else nothing changes."""
    if digit in FEWER:
        wish, phrase = FEWER[digit]
        _change(connection, people, now, fewer=wish)
        return Say(phrase)
    if digit == "5":
        _change(connection, people, now, paused_until=now + PAUSE)
        return Say("reminder.less_pause", _day(now + PAUSE, place.zone, language))
    wanted = Channel.CALL if digit == "3" else Channel.TEXT
    willing = [one for one in people if wanted in in_force(connection, one.clinic_id, one.contact_id)]
    if wanted is Channel.CALL:
        # Whoever is deaf or calls by relay is never called, and must not lose the texts by a wrong digit.
        willing = [one for one in willing if not one.cannot_hear]
    if not willing:
        return Say("reminder.less_no_consent", (("phone", phone),))
    _change(connection, willing, now, never_text=wanted is Channel.CALL, never_call=wanted is Channel.TEXT)
    return Say("reminder.less_calls" if wanted is Channel.CALL else "reminder.less_texts")


def what_is_on(
    connection: Connection, people: Sequence[Known], place: Site, phone: str, now: int, language: Language
) -> Say:
    """What this phone gets from the first clinic that may send to it."""
    for one in people:
        if not in_force(connection, one.clinic_id, one.contact_id):
            continue
        if one.paused_until > now:
            return Say("reminder.less_pause", _day(one.paused_until, place.zone, language))
        phrases = {"day before": "reminder.on_day_before", "changes": "reminder.on_changes"}
        return Say(phrases.get(one.fewer, "reminder.on_all"), (("phone", phone),))
    return Say("reminder.on_none", (("clinic", people[0].clinic_name), ("phone", phone)))


def _change(connection: Connection, people: Sequence[Known], now: int, **wishes: Any) -> None:
    for one in people:
        change_contact(connection, one.clinic_id, one.contact_id, **wishes)
        audit.note(connection, one.clinic_id, "the person", "wish changed", f"contact {one.contact_id}", now)


def _day(at: int, zone: str, language: Language) -> tuple[tuple[str, str], ...]:
    """A day as a text names it and as a call says it."""
    on = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).date()
    return ("when", written_dates.day(on, language)), ("moment", spoken_dates.day(on, language))
