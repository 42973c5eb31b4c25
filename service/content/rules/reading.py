"""Reading level: plain words and short sentences, for eyes and ears apart, in pages and in fixed phrases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from service.content.finding import Finding
from service.content.manuscript import Kind, Manuscript, Piece
from service.content.readability import score
from service.content.rules.length import filled
from service.languages import Language

MOST_EXPLAINED = 30
# A formula says nothing about a handful of words.
FEWEST_WORDS = 12


def reading_level(manuscript: Manuscript) -> Iterator[Finding]:
    """English at most grade 6 and Spanish INFLESZ at least 65 over a topic's pages joined (or all phrases), and no
    single page or phrase over grade 8 or under 55."""
    together: dict[tuple[str, Language, str], list[Piece]] = defaultdict(list)
    for piece in manuscript.pieces:
        if piece.kind is not Kind.TITLE:
            together[(piece.topic or "the phrases", piece.language, piece.channel)].append(piece)
            formal = piece.owner in manuscript.lists["limits"]["formal_phrases"]
            if len(piece.words.split()) >= FEWEST_WORDS and not formal:
                yield from _judged(manuscript, piece, filled(manuscript, piece), "page")
    for pieces in together.values():
        yield from _judged(manuscript, pieces[0], " ".join(filled(manuscript, piece) for piece in pieces), "whole")


def explained_terms(manuscript: Manuscript) -> Iterator[Finding]:
    """The list of explained words stays short: each one excuses a hard word everywhere."""
    listed = manuscript.lists["terms"]["explained"]
    if len(listed) > MOST_EXPLAINED:
        reason = f"{len(listed)} explained words, {MOST_EXPLAINED} is the most"
        yield manuscript.found("terms.yaml", "explained", reason=reason)


def _judged(manuscript: Manuscript, piece: Piece, words: str, scope: str) -> Iterator[Finding]:
    limit = manuscript.lists["limits"]["reading"][piece.language.value][scope]
    level = score(words, piece.language, manuscript.terms)
    english = piece.language is Language.ENGLISH
    if (level > limit) if english else (level < limit):
        what = "this page" if scope == "page" else f"the {piece.channel} pages together"
        if piece.kind is Kind.PHRASE:
            what = piece.owner if scope == "page" else f"all phrases together, as {piece.channel},"
        measure = f"grade {level:.1f}, at most {limit}" if english else f"INFLESZ {level:.1f}, at least {limit}"
        yield manuscript.at(
            piece,
            f"hard to read: {what} in `{piece.language}` have {measure}".replace("this page in", "this page, in"),
        )
