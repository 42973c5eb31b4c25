"""Words: none that a carrier acts on, none that tells the disease at the door, none that genders the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch

from service.content.finding import Finding
from service.content.manuscript import Kind, Manuscript
from service.languages import Language

ASKING = (
    r"(?:reply|send|text|answer|respond|type|responda|conteste|mande|envíe|escriba|texto)"
    r"(?:\s+(?:with|the word|con|la palabra))?"
)
# Where a new subject may begin.
CLAUSE = re.compile(r"[,;:]|\b(?:si|cuando|aunque|porque)\b", re.IGNORECASE)
SENTENCE = re.compile(r"[^.?!\n]+[.?!]*")


def carrier_words(manuscript: Manuscript) -> Iterator[Finding]:
    """A carrier answers STOP, YES, CANCEL and their like itself, so none may be an answer to us or find a topic.
    STOP, START and HELP are named only for what they do."""
    answers = "|".join(re.escape(word) for word in manuscript.lists["carrier_words"]["answers"])
    # In Spanish only capitals count: "responda si puede" asks for no SI.
    asked = {
        Language.ENGLISH: re.compile(rf"\b{ASKING}[\s:\"“'‘]+({answers})\b", re.IGNORECASE),
        Language.SPANISH: re.compile(rf"\b(?i:{ASKING})[\s:\"“'‘]+({answers})\b"),
    }
    for piece in manuscript.pieces:
        found = asked[piece.language].search(piece.words)
        if found:
            yield manuscript.at(
                piece, f"carriers act on {found[1]}, so it cannot be an answer to us: use a digit", find=found[1]
            )
        for word, allowed in manuscript.lists["carrier_words"]["own_role"].items():
            for sentence in SENTENCE.findall(piece.words):
                if re.search(rf"\b{word}\b", sentence) and not any(role in sentence for role in allowed["roles"]):
                    yield manuscript.at(
                        piece,
                        f"{word} may be named only for what it does, not as here: {sentence.strip()!r}",
                        find=word,
                    )
    reserved = {word.lower() for word in manuscript.lists["carrier_words"]["answers"]}
    reserved |= {word.lower() for word in manuscript.lists["carrier_words"]["own_role"]}
    for topic in manuscript.library.topics.values():
        for key, words in (
            ("strong", topic.keywords.strong),
            ("en", topic.keywords.english),
            ("es", topic.keywords.spanish),
        ):
            for word in words:
                if word.lower() in reserved:
                    reason = f"carriers act on {word.upper()}, so it cannot lead to {topic.id}"
                    yield manuscript.found(
                        f"topics/{topic.id}.yaml", "keywords", key, reason=reason, find=word, topic=topic.id
                    )


def neutral(manuscript: Manuscript) -> Iterator[Finding]:
    """Menus at the door and fixed phrases name no disease, drug or test: somebody else may be reading the phone."""
    lists = manuscript.lists["telling_words"]
    telling = _any_of([*lists["words"], *manuscript.lists["terms"]["drugs"]])
    for piece in manuscript.pieces:
        door = piece.kind is Kind.TITLE and not piece.topic and len(piece.owner) == 1
        asked_for = piece.kind is Kind.PHRASE and any(fnmatch(piece.owner, name) for name in lists["may_name"])
        found = telling.search(piece.words) if door or (piece.kind is Kind.PHRASE and not asked_for) else None
        if found:
            yield manuscript.at(piece, f"{piece.owner} tells the disease by the word {found[0]!r}", find=found[0])


def gendered(manuscript: Manuscript) -> Iterator[Finding]:
    """Spanish that calls the reader neither a woman nor a man: "siente cansancio", not "está cansada"."""
    lists = manuscript.lists["gendered_words"]
    after = "|".join([*lists["after"], *(rf"{word}(?=\s*[.,;:?!]|\s+[oy]\s|$)" for word in lists["after_at_end"])])
    always = _any_of(lists["always"])
    forms = "|".join(re.escape(form) for form in lists["forms"])
    spoken_of = re.compile(
        rf"\b(?:{forms})\s+(?:(?:muy|más|tan|bien|algo|un poco|usted)\s+)?({after})\b", re.IGNORECASE
    )
    agreeing = _any_of(lists["agrees_with"])
    for piece in manuscript.pieces:
        if piece.language is not Language.SPANISH:
            continue
        for sentence in SENTENCE.findall(piece.words):
            found = always.search(sentence) or spoken_of.search(sentence)
            clause = CLAUSE.split(sentence[: found.start()])[-1] if found else ""
            if found and not (found.re is spoken_of and agreeing.search(clause)):
                word = found[0].split()[-1]
                yield manuscript.at(piece, f"gives the reader a gender: {found[0]!r}", find=word)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Any of `words` as whole words, a star standing for any ending."""
    listed = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"\b(?:{listed})\b", re.IGNORECASE)
