"""Calls: in speech the option comes before its key, in a text after its digit, and nothing takes too long to hear."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.content.finding import Finding
from service.content.manuscript import Kind, Manuscript
from service.languages import Language

KEY = (
    r"(?:\d+|star|pound|zero|one|two|three|four|five|six|seven|eight|nine"
    r"|asterisco|numeral|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)"
)
KEY_FIRST = {
    Language.ENGLISH: re.compile(rf"\b(?:press|key|dial|push|hit)\s+{KEY},?\s+(?:for|to|if|when)\b", re.IGNORECASE),
    Language.SPANISH: re.compile(
        rf"\b(?:oprima|marque|presione|pulse|teclee)\s+(?:el\s+|la\s+)?{KEY},?\s+(?:para|si)\b", re.IGNORECASE
    ),
}
OPTION_FIRST = {
    Language.ENGLISH: re.compile(
        r"\b(?:for|to)\b[^.?!\n:,]{1,40},?\s(?:reply|send|text)\s+\d\b(?!\d\d)", re.IGNORECASE
    ),
    Language.SPANISH: re.compile(
        r"\bpara\b[^.?!\n:,]{1,40},?\s(?:responda|mande|envíe|escriba)\s+\d\b(?!\d\d)", re.IGNORECASE
    ),
}


def option_first(manuscript: Manuscript) -> Iterator[Finding]:
    """Who listens must know what a key does before hearing which key it is: "For treatments, press 4". On a screen
    the digit leads the line, so that it is found again."""
    for piece in manuscript.pieces:
        speech = piece.channel == "speech"
        found = (KEY_FIRST if speech else OPTION_FIRST)[piece.language].search(piece.words)
        if found:
            should = "say the option before its key" if speech else "put the digit before its option"
            yield manuscript.at(piece, f"{should}: {found[0]!r}", find=found[0])


def seconds(manuscript: Manuscript) -> Iterator[Finding]:
    """Choices, the language step and a page, at the normal pace, end before a person forgets how they began."""
    limits = manuscript.lists["limits"]["seconds"]
    line = {x: manuscript.seconds.get((x, "phrase.safety_line"), 0.0) for x in Language}
    for piece in manuscript.pieces:
        if piece.channel != "speech" or piece.kind is not Kind.PAGE:
            continue
        length = manuscript.seconds.get((piece.language, piece.origin), 0.0)
        if manuscript.library.topics[piece.topic].safety_line and piece.number == 1:
            length += line[piece.language]
        if length > limits["page"]:
            yield manuscript.at(piece, f"the page takes {length:.1f} s to hear, {limits['page']} s is the most")
    for (language, clip), length in manuscript.seconds.items():
        kind, _, name = clip.partition(".")
        if kind == "menu" and length > limits["choices"]:
            reason = f"the choices in `{language}` take {length:.1f} s to hear, {limits['choices']} s is the most"
            yield manuscript.found("menus.yaml", name, language.value, reason=f"menu {name or 'main'}: {reason}")
        if clip == "step.language" and length > limits["language"]:
            reason = f"the language step takes {length:.1f} s, {limits['language']} s is the most"
            yield manuscript.found(
                manuscript.phrase_files.get("language_english", "menus.yaml"), "language_english", reason=reason
            )
