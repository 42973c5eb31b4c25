"""Dates and times of day in words: `March 3, 2026` as March third, 2:30 PM as two thirty in the afternoon."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from babel.dates import get_month_names

from service.audio.numbers import cardinal, ordinal, year
from service.languages import Language

ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
TIME = re.compile(r"\b(\d{1,2})(?::(\d\d))?\s?([AaPp])\.?\s?[Mm]\b(\.?)|\b([01]?\d|2[0-3]):([0-5]\d)\b")
# The hours at which the parts of the day begin, as English and Spanish speakers in the US say them.
PARTS = {
    Language.ENGLISH: ((21, "night"), (17, "evening"), (12, "afternoon"), (0, "morning")),
    Language.SPANISH: ((19, "night"), (12, "afternoon"), (0, "morning")),
}


def dates_in_words(words: str, language: Language) -> str:
    """`words` with its dates said: `2026-03-03`, `March 3, 2026` and `Dec 3` in English, `1 de mayo` in Spanish."""
    words = ISO.sub(lambda found: _iso(found, language), words)
    if language is Language.SPANISH:
        months = "|".join(_months(language, "wide"))
        return re.sub(rf"\b1 de ({months})\b", r"primero de \1", words)
    return _american_date().sub(_american, words)


def times_in_words(words: str, language: Language, clock: Mapping[str, str]) -> str:
    """`words` with its times of day said. A time with a colon and no AM or PM is read on the 24-hour clock."""

    def one(found: re.Match[str]) -> str:
        hour, minute = int(found[1] or found[5]), int(found[2] or found[6] or 0)
        if found[3]:
            if not (1 <= hour <= 12 and minute < 60):
                return found[0]
            hour = hour % 12 + (12 if found[3].lower() == "p" else 0)
        # The full stop of "p.m." ends the sentence too, where a capital or nothing follows.
        ends = found[4] and re.match(r"\s*($|[A-ZÁÉÍÓÚÑ¿¡])", words[found.end() :])
        return time_in_words(hour, minute, language, clock) + ("." if ends else "")

    return TIME.sub(one, words)


def time_in_words(hour: int, minute: int, language: Language, clock: Mapping[str, str]) -> str:
    """The time of day with its part rather than AM or PM; `hour` is 0 to 23. Spanish comes without its article."""
    if minute == 0 and hour % 12 == 0:
        return clock["noon" if hour else "midnight"]
    part = clock[next(name for begins, name in PARTS[language] if hour >= begins)]
    twelve = hour % 12 or 12
    if language is Language.ENGLISH:
        said = [cardinal(twelve, language)]
        if minute:
            said += [clock["oh"]] * (minute < 10) + [cardinal(minute, language)]
    else:
        said = ["una" if twelve == 1 else cardinal(twelve, language)]
        if minute:
            named = {15: clock["quarter"], 30: clock["half"]}
            said += [clock["and"], named.get(minute) or cardinal(minute, language)]
    return " ".join((*said, part))


def _iso(found: re.Match[str], language: Language) -> str:
    number, month, day = int(found[1]), int(found[2]), int(found[3])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return found[0]
    name = _months(language, "wide")[month - 1]
    if language is Language.ENGLISH:
        return f"{name} {ordinal(day, language)}, {year(number, language)}"
    first = ordinal(1, language) if day == 1 else cardinal(day, language)
    return f"{first} de {name} de {year(number, language)}"


def _american(found: re.Match[str]) -> str:
    wide = _months(Language.ENGLISH, "wide")
    month = next(name for name in wide if name.startswith(found[1]))
    said = f"{month} {ordinal(int(found[2]), Language.ENGLISH)}"
    return f"{said}, {year(int(found[3]), Language.ENGLISH)}" if found[3] else said


@cache
def _american_date() -> re.Pattern[str]:
    names = {*_months(Language.ENGLISH, "wide"), *_months(Language.ENGLISH, "abbreviated")}
    months = "|".join(sorted(names, key=len, reverse=True))
    return re.compile(rf"\b({months})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (\d{{4}})\b)?")


@cache
def _months(language: Language, width: str) -> list[str]:
    names = get_month_names(width, locale=language.value)  # type: ignore[arg-type]
    return [str(names[month]) for month in range(1, 13)]
