"""Federal holidays: the days on which we start no text and no call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

from service.languages import Language
from service.reminders.rules.tables import table


def holiday(day: date, language: Language = Language.ENGLISH) -> str:
    """The name of the federal holiday on `day`, or of one on the weekend that is kept on `day`; else empty."""
    return _of_year(day.year, language).get(day, "")


@cache
def _of_year(year: int, language: Language) -> Mapping[date, str]:
    """The holidays of a year, and of the next year's first day, which may be kept on December 31."""
    rules = table("holidays")
    days = {
        date(y, row["month"], row["day"]): row[language.value] for row in rules["fixed"] for y in (year, year + 1)
    }
    days |= {_nth(year, row["month"], row["weekday"], row["nth"]): row[language.value] for row in rules["weekday"]}
    kept = {day + _shift(day): name for day, name in days.items()}
    return {day: name for day, name in (kept | days).items() if day.year == year}


def _shift(day: date) -> timedelta:
    """From a holiday to the weekday on which it is kept."""
    return timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    """The `nth` such weekday of a month, or its last for -1."""
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)
