"""Numbers in words, as a person would say them: 911 digit by digit, 100.4 with its point, 2026 as a year."""

from __future__ import annotations

from enum import Enum

from num2words import num2words

from service.languages import Language


class Agreement(Enum):
    """How a Spanish number agrees with what follows it: `uno` alone, `un año`, `una semana`."""

    ALONE = "alone"
    MASCULINE = "masculine"
    FEMININE = "feminine"


def digits(figures: str, language: Language) -> str:
    """Each digit of `figures` as a word; anything else in it is passed over."""
    return " ".join(cardinal(int(figure), language) for figure in figures if figure.isdecimal())


def cardinal(number: int, language: Language, agreement: Agreement = Agreement.ALONE) -> str:
    """`number` in words: `one hundred five`, `doscientas` before a feminine noun."""
    words = str(num2words(number, lang=language.value)).replace(",", "")
    if language is Language.ENGLISH:
        return words.replace(" and ", " ")
    return _agreeing(words, agreement)


def decimal(figures: str, language: Language, point: str, agreement: Agreement = Agreement.ALONE) -> str:
    """`100.4` as `one hundred point four`; the digits after the point one by one. Whole numbers as `cardinal`."""
    whole, _, part = figures.replace(",", "").partition(".")
    if not part:
        return cardinal(int(whole), language, agreement)
    return f"{cardinal(int(whole), language)} {point} {digits(part, language)}"


def year(number: int, language: Language) -> str:
    """A year as it is said: `twenty twenty-six`, `dos mil veintiséis`."""
    if language is Language.SPANISH:
        return cardinal(number, language)
    return str(num2words(number, lang="en", to="year")).replace(" and ", " ")


def ordinal(number: int, language: Language, feminine: bool = False) -> str:
    """`third`, `tercero`, `tercera`."""
    words = str(num2words(number, lang=language.value, to="ordinal"))
    return words[:-1] + "a" if feminine and words.endswith("o") else words


def _agreeing(words: str, agreement: Agreement) -> str:
    """Spanish `words` before a noun. A number that ends in one, and every hundred, agrees with it."""
    words = words.replace("veintiuno mil", "veintiún mil").replace("uno mil", "un mil")
    if agreement is Agreement.ALONE:
        return words
    if agreement is Agreement.FEMININE:
        words = words.replace("cientos", "cientas").replace("quinientos", "quinientas")
        return words[:-3] + "una" if words.endswith("uno") else words
    if words.endswith("veintiuno"):
        return words[:-9] + "veintiún"
    return words[:-1] if words.endswith("uno") else words
