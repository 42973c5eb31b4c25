"""Dates and times as people in the United States write them: `Tuesday Dec 3, 2:30 PM`, `martes 3 dic, 2:30 PM`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.content.phrase import fill
from service.languages import Language
from service.reminders.rules.grouping import Told
from service.reminders.rules.tables import table


def moment(when: datetime, zone: str, language: Language, *, say_zone: bool = False) -> str:
    """An instant on the clock of `zone`: `Tuesday Dec 3, 2:30 PM`, with ` Central` behind it where `say_zone`."""
    local = when.astimezone(ZoneInfo(zone))
    said = f"{day(local.date(), language)}, {clock(local.time(), language)}"
    return f"{said} {zone_word(zone, language)}" if say_zone else said


def day(on: date, language: Language) -> str:
    """`Tuesday Dec 3`, `martes 3 dic`: never `Tue 3 Dec`."""
    words = _words(language)
    fields = {"weekday": words["weekdays"][on.weekday()], "month": words["months"][on.month - 1], "day": str(on.day)}
    return fill(words["day"], fields)


def clock(at: time, language: Language) -> str:
    """`2:30 PM`, `5 PM`, `12 noon`: 12 PM is read both ways."""
    if at.minute == 0 and at.hour % 12 == 0:
        return str(_words(language)["noon" if at.hour else "midnight"])
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {'PM' if at.hour >= 12 else 'AM'}"


def deadline(when: datetime, zone: str, language: Language) -> str:
    """By when we promise something: `Monday 5 PM`; the week day is enough within six days."""
    local = when.astimezone(ZoneInfo(zone))
    return f"{_words(language)['weekdays'][local.weekday()]} {clock(local.time(), language)}"


def told(message: Told, language: Language, *, say_zone: bool = False) -> str:
    """When the visits of one message are: the first arrival of a day, or the days of a week."""
    if len(message.days) == 1:
        return moment(message.first.start, message.first.zone, language, say_zone=say_zone)
    said = week(message.days, message.first.local.time(), language, same_time=message.same_time)
    return f"{said} {zone_word(message.first.zone, language)}" if say_zone else said


def week(days: Sequence[date], first: time, language: Language, *, same_time: bool = True) -> str:
    """Some days of one week: `Mon-Fri Dec 7-11, 8:15 AM`. With a gap all days are named; where their times differ,
    only the first day's is said."""
    words = _words(language)
    names = [words["short_weekdays"][on.weekday()] for on in days]
    gapless = days[-1] - days[0] == timedelta(days=len(days) - 1)
    listed = f"{names[0]}-{names[-1]}" if gapless and len(days) > 2 else " ".join(names)
    said = clock(first, language) if same_time else f"{words['first_day']} {clock(first, language)}"
    return f"{listed} {_from_to(days[0], days[-1], language)}, {said}"


def zone_matters(when: datetime, site_zone: str, others: Iterable[str]) -> bool:
    """Must the zone be said: does the clock in any of `others` (the clinic's other sites, the phone's zones) differ
    from the site's at that moment? Zones that only have different names do not count."""
    here = when.astimezone(ZoneInfo(site_zone)).utcoffset()
    return any(when.astimezone(ZoneInfo(other)).utcoffset() != here for other in others)


def zone_word(zone: str, language: Language) -> str:
    """`Central`, `Centro`. Raises KeyError for a zone outside the United States."""
    return str(table("zones")["names"][zone][language.value])


def more(count: int, language: Language) -> str:
    """`, and 2 more that day`; empty for none."""
    return fill(_words(language)["more"], {"count": str(count)}) if count else ""


def town(name: str, language: Language) -> str:
    """` in Evansville`; empty for no name."""
    return fill(_words(language)["town"], {"town": name}) if name else ""


def initial(letter: str, language: Language) -> str:
    """` for M`, on a phone that several patients share; empty for none."""
    return fill(_words(language)["initial"], {"initial": letter}) if letter else ""


def _from_to(first: date, last: date, language: Language) -> str:
    """`Dec 7-11`, `Nov 30-Dec 4`; `7-11 dic`, `30 nov-4 dic`."""
    months = _words(language)["months"]
    one, other = months[first.month - 1], months[last.month - 1]
    if language is Language.SPANISH:
        return f"{first.day}-{last.day} {one}" if one == other else f"{first.day} {one}-{last.day} {other}"
    return f"{one} {first.day}-{last.day}" if one == other else f"{one} {first.day}-{other} {last.day}"


def _words(language: Language) -> dict[str, Any]:
    words: dict[str, Any] = table("dates")[language.value]
    return words
