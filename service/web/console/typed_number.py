"""A phone number as people at the console type it."""

from __future__ import annotations

from phonenumbers import PhoneNumberFormat, format_number, is_possible_number, parse
from phonenumbers.phonenumberutil import NumberParseException


def typed_number(typed: str) -> str:
    """The number in E.164, read as one of the United States where no country is named; empty where it is none."""
    try:
        number = parse(typed[:40], "US")
    except NumberParseException:
        return ""
    return format_number(number, PhoneNumberFormat.E164) if is_possible_number(number) else ""
