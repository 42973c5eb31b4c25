"""What stands in one cell: dates and times as people and Excel write them, status words, languages, needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from service.languages import Language
from service.reminders.imports.finding import told
from service.reminders.imports.reading import normal
from service.reminders.rules.reason import Reason
from service.reminders.rules.tables import table

# Excel counts days from here (its year 1900 has a day too many, so day 60 and later fit).
EXCEL_BEGINS = date(1899, 12, 30)
EXCEL_DAY = re.compile(r"(\d{5})(?:[.,](\d+))?")
# Further away than this a date is taken for a mistyped year.
FARTHEST = timedelta(days=3 * 366)
DAY_FORMATS = (
    "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m-%d-%y", "%m.%d.%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d",
    "%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y",
)  # fmt: skip
TIME = re.compile(r"(\d{1,2})[:.h]?(\d{2})?(?:[:.](\d{2})(?:\.\d+)?)?\s*([ap])?\.?\s*(?:m\b\.?)?", re.IGNORECASE)
DAY_NAME = re.compile(r"^(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)[a-z]*[.,]?\s+", re.IGNORECASE)
# A date and a time in one cell: the time is what follows the last space or the T.
BOTH = re.compile(
    r"(?P<day>.*?\d)(?:\s+at\s+|,\s*|\s+|T)(?P<time>\d{1,2}(?::\d{2}){1,2}(?:\.\d+)?\s*(?:[ap]\.?\s*m?\.?)?|\d{1,2}\s*[ap]\.?m\.?|\d{3,4})"
    r"(?:\s*(?:[ECMP][SD]?T|Z))?",
    re.IGNORECASE,
)


class Status(StrEnum):
    """What a status word means for us."""

    BOOKED = "booked"
    DONE = "done"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    DIED = "died"
    LEFT = "left"


def read_status(cell: str) -> Status | Reason:
    """The meaning of a status cell; an empty one is booked."""
    if not cell:
        return Status.BOOKED
    found = _statuses().get(normal(cell))
    return found or told("row.status", cell=cell)


def read_day(cell: str, today: date) -> date | Reason:
    """A date, month first as Americans write it, or an Excel day. Far from `today` it is refused as mistyped."""
    found = _day(cell)
    if isinstance(found, Reason):
        return found
    return told("row.far_day", cell=cell, day=found) if abs(found - today) > FARTHEST else found


def read_past_day(cell: str) -> date | Reason:
    """A date however long ago."""
    return _day(cell)


def read_start(day_cell: str, time_cell: str, zone: str, today: date) -> datetime | Reason:
    """When a visit starts, in UTC: from one cell with both or from two, as the clocks at `zone` show it.

    A time that the clocks skip in spring is refused; of one that comes twice in autumn the first counts."""
    excel = EXCEL_DAY.fullmatch(day_cell)
    if excel and excel[2] and not time_cell:
        day_cell, time_cell = excel[1], f"0.{excel[2]}"
    elif not time_cell:
        both = BOTH.fullmatch(day_cell)
        if both and not isinstance(_day(both["day"]), Reason):
            day_cell, time_cell = both["day"], both["time"]
    elif (both := BOTH.fullmatch(day_cell)) and _is_midnight(both["time"]):
        # A date column that prints 00:00 beside a column for the time.
        day_cell = both["day"]
    day = read_day(day_cell, today)
    if isinstance(day, Reason):
        return day
    clock = _time(time_cell)
    if isinstance(clock, Reason):
        return clock
    if clock == time(0, 0):
        # What systems print where they give a date alone; nobody is seen at midnight.
        return told("row.no_time")
    local = datetime.combine(day, clock, ZoneInfo(zone))
    start = local.astimezone(UTC)
    if start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        return told("row.clock_change", cell=time_cell)
    return start


def read_language(cell: str) -> Language | Reason:
    """The language to send in; an empty cell is English, another language a reason."""
    word = normal(cell)
    if not word:
        return Language.ENGLISH
    return _languages().get(word) or told("row.language", cell=cell)


def read_yes(cell: str) -> bool:
    """Is this a yes? Ticks, x, 1, y, si."""
    return normal(cell) in {"y", "yes", "true", "1", "x", "si", "never"} or cell.strip() in {"✓", "✔"}


def read_needs(cell: str) -> tuple[str, ...]:
    """The needs that a cell names, in our own words; what we do not know is passed over."""
    words = normal(cell)
    return tuple(need for need, names in _NEEDS.items() if any(re.search(rf"\b{name}", words) for name in names))


def read_whose(cell: str) -> str:
    """self, caregiver or shared."""
    word = normal(cell)
    if word in {"", "self", "patient", "own", "pt", "paciente", "mismo", "misma"}:
        return "self"
    return "shared" if word in {"shared", "home", "family", "compartido", "casa"} else "caregiver"


_NEEDS: Mapping[str, tuple[str, ...]] = {
    "interpreter": ("interpret", "translator", "traduct"),
    "relay": ("relay", "tty", "tdd", "711", "rele"),
    "deaf": ("deaf", "hearing", "hoh", "sord", "asl"),
    "slow": ("slow", "aphasia", "afasia", "lento"),
    "ride": ("ride", "transport", "wheelchair", "silla"),
}


def _day(cell: str) -> date | Reason:
    if not cell:
        return told("row.no_day")
    excel = EXCEL_DAY.fullmatch(cell)
    if excel and 25000 < int(excel[1]) < 80000:
        return EXCEL_BEGINS + timedelta(days=int(excel[1]))
    tidy = " ".join(DAY_NAME.sub("", cell).replace(",", " ").split())
    tidy = re.sub(r"\b(\d{1,2})(?:st|nd|rd|th)\b", r"\1", re.sub(r"\b[Ss]ept\b", "Sep", tidy.replace(". ", " ")))
    for form in DAY_FORMATS:
        try:
            return datetime.strptime(tidy, form).date()
        except ValueError:
            continue
    swapped = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2,4})", tidy)
    if swapped and int(swapped[1]) > 12 >= int(swapped[2]):
        return told("row.day_first", cell=cell)
    both = BOTH.fullmatch(cell)
    return _day(both["day"]) if both else told("row.bad_day", cell=cell)


def _time(cell: str) -> time | Reason:
    if not cell:
        return told("row.no_time")
    if re.fullmatch(r"0?[.,]\d+", cell):
        minutes = round(float(cell.replace(",", ".")) * 24 * 60)
        return time(minutes // 60 % 24, minutes % 60)
    tidy = cell.strip()
    if re.fullmatch(r"\d{3,4}", tidy):
        tidy = f"{tidy[:-2]}:{tidy[-2:]}"
    found = TIME.fullmatch(tidy)
    if not found or (found[2] is None and found[4] is None):
        return told("row.bad_time", cell=cell)
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[4] or "").lower()
    if half and not 1 <= hour <= 12:
        half = "" if 12 < hour < 24 else "x"
    if half in ("a", "p"):
        hour = hour % 12 + (12 if half == "p" else 0)
    if half == "x" or hour > 23 or minute > 59:
        return told("row.bad_time", cell=cell)
    return time(hour, minute)


def _is_midnight(cell: str) -> bool:
    return _time(cell) == time(0, 0)


@cache
def _statuses() -> Mapping[str, Status]:
    return {normal(str(word)): Status(name) for name, words in table("status_words").items() for word in words}


@cache
def _languages() -> Mapping[str, Language]:
    english = (
        "english",
        "eng",
        "en",
        "e",
        "ingles",
        "en us",
        "unknown",
        "declined",
        "not specified",
        "other english",
    )
    spanish = ("spanish", "spa", "es", "sp", "s", "span", "espanol", "castilian", "spanish castilian", "castellano",
               "spanish latin america", "es us", "es mx")  # fmt: skip
    return {**dict.fromkeys(english, Language.ENGLISH), **dict.fromkeys(spanish, Language.SPANISH)}
