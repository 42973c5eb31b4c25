"""Written words become words for the ear: every figure, sign and abbreviation as a person would say it."""

from __future__ import annotations

import re
import unicodedata

from service.audio.dates import dates_in_words, times_in_words
from service.audio.numbers import Agreement, cardinal, decimal, digits, ordinal, year
from service.audio.pronunciation import Table, table
from service.languages import Language

FIGURES = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
PHONE = re.compile(r"(?<![\w-])(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?![\w-])|\+1\d{10}\b|\b\d{3}-\d{4}\b")
# The short public numbers, always keyed figure by figure.
SHORT_NUMBER = re.compile(r"(?<![\d.,$-])(911|988|211|311|411|511|711|811)(?![\d%]|[.,]\d)")
RANGE = re.compile(rf"(?<![\w.])({FIGURES})\s?-\s?(?={FIGURES})")
YEAR = re.compile(r"(?<![\d.,$-])((?:19|20)\d\d)(s?)(?![\w%]|[.,]\d)")
ENGLISH_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
SPANISH_ORDINAL = re.compile(r"\b(\d+)(?:\.?([ºª])|\.?(er|ro|do|to|ra|da|ta)\b)")
NUMBER = re.compile(FIGURES)
ADDRESS = re.compile(r"\b(\w[\w-]*)\.(org|com|net|gov|edu)\b")
CAPITALS = re.compile(r"\b[A-ZÁÉÍÓÚÑ]{2,}\b")
TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": "", "”": "", '"': "", "«": "", "»": "", "…": ".", "\u00a0": " "})


def spoken_form(words: str, language: Language) -> str:
    """What an engine is to say for `words`: no figure, sign or abbreviation is left for it to guess at.

    Saying the result again changes nothing, so text that is already in words is safe to hand in."""
    known = table(language)
    words = _plain(words)
    words = SHORT_NUMBER.sub(lambda found: digits(found[0], language), words)
    words = PHONE.sub(lambda found: _phone(found[0], language), words)
    words = known.abbreviation.sub(lambda found: _abbreviation(found, known), words)
    words = dates_in_words(words, language)
    words = times_in_words(words, language, known.clock)
    words = _keyed(known).sub(lambda found: f"{found[1]} {digits(found[2], language)}", words)
    words = _or_more(words, known)
    words = RANGE.sub(rf"\1 {known.joining['to']} ", words)
    words = _ordinals(words, language)
    words = _measures(words, language, known)
    words = YEAR.sub(lambda found: year(int(found[1]), language) + found[2], words)
    words = _numbers(words, language, known)
    words = ADDRESS.sub(rf"\1 {known.joining['dot']} \2", words)
    words = _symbols(words, known)
    words = CAPITALS.sub(lambda found: _capitals(found[0], known), words)
    return _tidy(words)


def unknown_abbreviations(words: str, language: Language) -> list[str]:
    """Capitals in `words` that the table does not know and that do not look like a word said loudly (STOP)."""
    rest = table(language).abbreviation.sub(" ", _plain(words))
    return sorted({found for found in CAPITALS.findall(rest) if not _reads_as_word(found)})


def _plain(words: str) -> str:
    """One way of writing quotes and dashes."""
    words = unicodedata.normalize("NFC", words).translate(TYPOGRAPHY)
    words = re.sub(r"(?<=\d)\s?[–—]\s?(?=\d)", "-", words)
    return re.sub(r"\s*[–—]\s*|\s+-\s+", ", ", words)


def _phone(number: str, language: Language) -> str:
    """A phone number in its groups, with a pause after each: one, eight hundred, two two seven, ..."""
    figures = re.sub(r"\D", "", number)
    groups = [figures[-4:], figures[-7:-4], figures[-10:-7], figures[:-10]]
    said = [
        cardinal(int(group), language) if len(group) == 3 and group.endswith("00") else digits(group, language)
        for group in reversed(groups)
        if group
    ]
    return ", ".join(said)


def _abbreviation(found: re.Match[str], known: Table) -> str:
    said = known.said(found[1])
    if found[2]:
        said += "'s" if len(said.split()[-1]) == 1 else "s"
    return said + (" " if found[3] else "")


def _keyed(known: Table) -> re.Pattern[str]:
    """A code of the tree, or a short code, after a word such as `press`: its figures are keyed one by one."""
    before = "|".join(re.escape(word) for word in known.keyed)
    return re.compile(
        rf"\b((?i:{before})) ([1-5]{{2,3}}|\d{{5,6}})\b(?![.,:/-]\d|\s?%)(?! (?:hours|days|horas|días))"
    )


def _or_more(words: str, known: Table) -> str:
    return re.sub(rf"({FIGURES})\+(?!\w)", rf"\1 {known.joining['or_more']}", words)


def _ordinals(words: str, language: Language) -> str:
    if language is Language.ENGLISH:
        return ENGLISH_ORDINAL.sub(lambda found: ordinal(int(found[1]), language), words)

    def one(found: re.Match[str]) -> str:
        said = ordinal(int(found[1]), language, feminine=found[2] == "ª" or (found[3] or "").endswith("a"))
        return said[:-1] if found[3] == "er" else said

    return SPANISH_ORDINAL.sub(one, words)


def _measures(words: str, language: Language, known: Table) -> str:
    """Money and measures: `$50`, `10 mg`, `100.4°F`, `40%`."""
    units = "|".join(re.escape(unit) for unit in sorted(known.units, key=len, reverse=True) if unit != "$")

    def measure(figures: str, unit: str) -> str:
        name = known.units[unit][0 if figures == "1" else 1]
        agreement = _agreement("", f" {name}", language, known)
        return f"{decimal(figures, language, known.joining['point'], agreement)} {name}"

    words = re.sub(rf"\$\s?({FIGURES})", lambda found: measure(found[1], "$"), words)
    return re.sub(rf"(?<![\w.,])({FIGURES})\s?({units})(?!\w)", lambda found: measure(found[1], found[2]), words)


def _numbers(words: str, language: Language, known: Table) -> str:
    """Every number that is left, in Spanish agreeing with the noun after it; a letter before it stands apart."""
    pieces: list[str] = []
    at = 0
    for found in NUMBER.finditer(words):
        pieces.append(words[at : found.start()])
        if found.start() and words[found.start() - 1].isalpha():
            pieces.append(" ")
        agreement = _agreement(words[: found.start()], words[found.end() :], language, known)
        pieces.append(decimal(found[0], language, known.joining["point"], agreement))
        at = found.end()
        if words[at : at + 1].isalpha():
            pieces.append(" ")
    return "".join((*pieces, words[at:]))


def _agreement(before: str, rest: str, language: Language, known: Table) -> Agreement:
    """How a number agrees with the first noun in `rest`, looking past a second number (`1 a 4 semanas`,
    `1 de cada 8 mujeres`)."""
    word_before = re.search(r"(\w+) $", before)
    if language is Language.ENGLISH or (word_before and word_before[1].lower() in known.keyed):
        return Agreement.ALONE
    if word_before and word_before[1].lower() in known.feminine_articles:
        return Agreement.FEMININE
    rest = re.sub(rf"^ (?:a|o|y|de cada) (?:{FIGURES})(?= )", "", rest)
    word = re.match(r" ([^\W\d_]+)", rest)
    if word is None or word[1].lower() in known.not_nouns:
        return Agreement.ALONE
    noun = word[1].lower()
    if noun in known.masculine:
        return Agreement.MASCULINE
    endings = ("a", "as", "ción", "ciones", "sión", "siones", "dad", "dades", "tud")
    return Agreement.FEMININE if noun in known.feminine or noun.endswith(endings) else Agreement.MASCULINE


def _symbols(words: str, known: Table) -> str:
    for symbol, said in known.symbols.items():
        words = words.replace(symbol, f" {said} ")
    return words


def _capitals(word: str, known: Table) -> str:
    """STOP as a word; what cannot be read as a word, letter by letter."""
    if _reads_as_word(word):
        return word.lower()
    return " ".join(known.letters.get(letter, letter) for letter in word)


def _reads_as_word(capitals: str) -> bool:
    return len(capitals) > 3 and bool(re.search("[AEIOUÁÉÍÓÚ]", capitals))


def _tidy(words: str) -> str:
    """Brackets as pauses, single spaces, none before a sign, no two signs in a row."""
    words = re.sub(r"\s*[()\[\]]\s*", ", ", words)
    words = re.sub(r"\s+", " ", words)
    words = re.sub(r"\s+([.,;:?!])", r"\1", words)
    words = re.sub(r",(?:\s*,)+", ",", words)
    words = re.sub(r",\s*([.;:?!])", r"\1", words)
    return words.strip(" ,")
