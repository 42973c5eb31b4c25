"""Whom we may reach: reading a phone number as a clerk typed it, or saying why not.

The library phonenumbers knows the numbering plans, but calls 900 numbers and 911 in the middle valid and reads
formulas, letters and full-width digits; those gaps are closed here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import phonenumbers
from phonenumbers import PhoneNumberType

from service.reminders.rules.reason import Reason, because
from service.reminders.rules.tables import table


class Kind(StrEnum):
    """What a number can take. In the United States most cannot be told apart: EITHER."""

    FIXED = "fixed"
    MOBILE = "mobile"
    EITHER = "either"
    TOLL_FREE = "toll-free"


KINDS = {
    PhoneNumberType.FIXED_LINE: Kind.FIXED,
    PhoneNumberType.MOBILE: Kind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Kind.EITHER,
    PhoneNumberType.VOIP: Kind.EITHER,
    PhoneNumberType.TOLL_FREE: Kind.TOLL_FREE,
}
REFUSED = {
    PhoneNumberType.PREMIUM_RATE: "phone.premium",
    PhoneNumberType.SHARED_COST: "phone.premium",
    PhoneNumberType.PERSONAL_NUMBER: "phone.not_personal",
    PhoneNumberType.PAGER: "phone.not_personal",
    PhoneNumberType.VOICEMAIL: "phone.not_personal",
}


@dataclass(frozen=True)
class Phone:
    """A number that we may reach: in E.164 form (`+12025550134`), and what it can take."""

    e164: str
    kind: Kind


# One US number as people write it; the lookarounds keep a piece of a longer run of digits from passing as a number.
ONE_NUMBER = re.compile(r"(?<!\d)(?:\+?1[ .-]*)?\(?[0-9]{3}\)?[ ./-]*[0-9]{3}[ .-]*[0-9]{4}(?!\d)")
EXPONENT = re.compile(r"[+-]?\d+([.,]\d+)?[eE][+-]?\d+")
EXTENSION = re.compile(r"(?i)(?:ext?\.?|extension|x|#)\s*\d+\s*$")
# Marks that word processors and web pages leave around a number: no-break spaces, zero-width and direction marks.
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
DASHES = re.compile(r"[\u2010-\u2015\u2212]")
LONGEST_SHOWN = 40


def read_cell(cell: str) -> tuple[Phone | Reason, ...]:
    """Every phone in a cell, in order, the same one once: a cell may hold two (`202-555-0134 / 202-555-0135`).

    An empty cell gives one reason."""
    tidy = _tidied(cell)
    pieces = [found[0] for found in ONE_NUMBER.finditer(tidy)]
    if len(pieces) > 1 and _only_between(ONE_NUMBER.sub(" ", tidy)):
        return tuple(dict.fromkeys(read(piece) for piece in pieces))
    return (read(cell),)


def read(cell: str, *, toll_free: bool = False) -> Phone | Reason:
    """The one phone in `cell`, or why we cannot reach it. `toll_free` lets 800 numbers pass: a clinic's own phone."""
    tidy = _tidied(cell)
    shown = " ".join(tidy.split())[:LONGEST_SHOWN]
    refused = _mistyped(tidy)
    if refused:
        return because(refused, cell=shown)
    digits = re.sub(r"[^0-9]", "", tidy)
    if not tidy.lstrip(" (").startswith(("+", "011")):
        counted = _miscounted(digits, shown)
        if counted:
            return counted
        tidy = digits[-10:]
    return _reached(tidy, shown, toll_free)


def _reached(number: str, shown: str, toll_free: bool) -> Phone | Reason:
    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return because("phone.not_in_use", cell=shown)
    if parsed.country_code != 1:
        country = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
        return because("phone.other_country", cell=shown, country=country)
    local = phonenumbers.national_significant_number(parsed)
    if len(local) != 10:
        return because("phone.too_short" if len(local) < 10 else "phone.too_long", cell=shown, digits=len(local))
    rules = table("phones")
    if local[:3] in rules["services"] or local[3:6] in rules["services"] or local[:3] == rules["crisis"]:
        return because("phone.service", cell=shown)
    region = _region(local[:3])
    if region and region not in rules["regions"]:
        return because("phone.other_country", cell=shown, country=region)
    kind = phonenumbers.number_type(parsed)
    if kind in REFUSED:
        return because(REFUSED[kind], cell=shown)
    if kind not in KINDS or not phonenumbers.is_valid_number(parsed):
        return because("phone.not_in_use", cell=shown)
    if KINDS[kind] is Kind.TOLL_FREE and not toll_free:
        return because("phone.toll_free", cell=shown)
    return Phone(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), KINDS[kind])


@cache
def _region(area_code: str) -> str:
    """The region of an area code: of an invented number in it the library may know nothing, so several are asked."""
    for middle in ("555", "234", "467", "982"):
        region = phonenumbers.region_code_for_number(phonenumbers.PhoneNumber(1, int(f"{area_code}{middle}0100")))
        if region:
            return region
    return ""


def _mistyped(tidy: str) -> str:
    """The code of what is wrong with the characters themselves; empty where nothing is."""
    if not tidy:
        return "phone.empty"
    if tidy.startswith(("=", "＝", "@")):
        return "phone.formula"
    if EXPONENT.fullmatch(tidy):
        return "phone.exponent"
    if any(c.isnumeric() and c not in "0123456789" for c in tidy):
        return "phone.odd_digits"
    if EXTENSION.search(tidy) and len(re.sub(r"\D", "", tidy)) > 7:
        return "phone.extension"
    if any(c.isalpha() for c in tidy):
        return "phone.letters"
    return "" if re.fullmatch(r"[0-9+().\s/*-]+", tidy) else "phone.odd_digits"


def _miscounted(digits: str, shown: str) -> Reason | None:
    rules = table("phones")
    if digits in rules["services"]:
        return because("phone.service", cell=shown)
    if digits == rules["crisis"]:
        return because("phone.crisis", cell=shown)
    if len(digits) == 7:
        return because("phone.no_area_code", cell=shown)
    if len(digits) < 10:
        return because("phone.too_short", cell=shown, digits=len(digits))
    if len(digits) > 11 or (len(digits) == 11 and not digits.startswith("1")):
        return because("phone.too_long", cell=shown, digits=len(digits))
    return None


def _tidied(cell: str) -> str:
    """`cell` without labels (`cell:`, `(h)`), invisible marks, and the `.0` that spreadsheets put behind numbers."""
    tidy = DASHES.sub("-", INVISIBLE.sub("", cell.replace("\u00a0", " "))).strip().strip("'\"").strip()
    tidy = re.sub(r"^(\d{10,11})\.0+$", r"\1", tidy)
    return _labels().sub(" ", tidy).strip(" :\t")


@cache
def _labels() -> re.Pattern[str]:
    words = "|".join(sorted((re.escape(word) for word in table("phones")["labels"]), key=len, reverse=True))
    # A label stands apart from other letters; "#" and "no." come with "phone no.".
    return re.compile(rf"(?i)\(\s*(?:{words})\s*\)|(?<![^\W\d_])(?:{words})(?![^\W\d_])(?:\s*(?:no\.?|#))?\s*[.:=]?")


def _only_between(rest: str) -> bool:
    """Does `rest`, what stands around the numbers of a cell, hold only what may stand between two numbers?"""
    words = "|".join(re.escape(word) for word in table("phones")["between"])
    return re.fullmatch(rf"(?i)(?:\s|{words}|:)*", rest) is not None
