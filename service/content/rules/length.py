"""Length: a text fits the segments it may cost, and no stray character doubles the price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatch

from service.content.finding import Finding
from service.content.manuscript import Kind, Manuscript, Piece, RenderedText
from service.content.phrase import FIELD
from service.languages import Language
from service.segments import Cut, cut

# Units that a segment holds when a text has more than one (3GPP TS 23.040: six octets go to the header).
JOINED = {"GSM-7": 153, "UCS-2": 67}
# The phrase that ends every menu but the first: the way back and the way to a person.
MENU_FOOT = "menu_foot"


def pages(manuscript: Manuscript) -> Iterator[Finding]:
    """A page fits its segments, with the safety line and the word for the next part where the channel adds them."""
    sent = {(text.origin, text.language) for text in manuscript.rendered}
    for piece in manuscript.pieces:
        if piece.kind is not Kind.PAGE or piece.channel != "text" or (piece.origin, piece.language) in sent:
            continue
        budget = manuscript.lists["limits"]["pages"][piece.language.value]
        topic = manuscript.library.topics[piece.topic]
        first = topic.safety_line and piece.number == 1
        last = piece.number == len(topic[piece.language].text)
        added = (budget["safety_line"] if first else 0) + (0 if last else budget["more"])
        room = budget["segments"] * JOINED[budget["alphabet"]] - added
        units = cut(piece.words).units if budget["alphabet"] == "GSM-7" else len(piece.words)
        if units > room:
            why = " with the safety line that the channel adds" if first else ""
            yield manuscript.at(piece, f"the text has {units} characters, {room} fit its segments{why}")


def page_counts(manuscript: Manuscript) -> Iterator[Finding]:
    """A topic has three pages at most; one that asks before it tells numbers has a second page to tell them on."""
    most = manuscript.lists["limits"]["most_pages"]
    for topic in manuscript.library.topics.values():
        for language in Language:
            for channel, written in (("text", topic[language].text), ("speech", topic[language].speech)):
                if len(written) > most:
                    yield manuscript.in_topic(
                        topic.id, language.value, channel, most, reason=f"more than {most} pages"
                    )
                if topic.gate and len(written) == 1:
                    reason = "numbers that are told only when asked for need a second page"
                    yield manuscript.in_topic(topic.id, language.value, channel, reason=reason)


def phrases(manuscript: Manuscript) -> Iterator[Finding]:
    """A fixed phrase fits its segments with its fields filled in."""
    limits = manuscript.lists["limits"]
    for piece in manuscript.pieces:
        if piece.kind is Kind.PHRASE and piece.channel == "text" and not _on_screen(manuscript, piece):
            most = limits["longer_phrases"].get(piece.owner, limits["phrases"][piece.language.value])
            taken = cut(filled(manuscript, piece))
            if taken.segments > most:
                yield manuscript.at(piece, f"{piece.owner} takes {_price(taken)}, {most} is the most")


def menus(manuscript: Manuscript) -> Iterator[Finding]:
    """A menu is one segment: its choices, one a line, and what stands around them."""
    if any(text.origin.startswith("menu.") for text in manuscript.rendered):
        return
    most = manuscript.lists["limits"]["menus"]["segments"]
    choices: dict[tuple[str, Language], list[Piece]] = defaultdict(list)
    for piece in manuscript.pieces:
        if piece.kind is Kind.TITLE and piece.channel == "text":
            topic = manuscript.library.topics.get(piece.topic)
            choices[(topic.code if topic else piece.owner)[:-1], piece.language].append(piece)
    for (menu, language), listed in choices.items():
        words = "\n".join(f"1 {piece.words}" for piece in listed)
        foot = manuscript.library.phrases[MENU_FOOT].text[language] if MENU_FOOT in manuscript.library.phrases else ""
        if menu and cut(f"{words}\n{foot}").segments > most:
            yield manuscript.found(
                "menus.yaml",
                menu,
                language.value,
                reason=f"the choices of menu {menu} in `{language}` do not fit one segment",
            )


def rendered(manuscript: Manuscript) -> Iterator[Finding]:
    """A text exactly as it will be sent fits its segments."""
    limits = manuscript.lists["limits"]
    by_origin = {(piece.origin, piece.language): piece for piece in manuscript.pieces if piece.channel == "text"}
    for text in manuscript.rendered:
        most = _segments_allowed(limits, text)
        taken = cut(text.words)
        if taken.segments > most:
            reason = f"as sent, {text.origin} takes {_price(taken)}, {most} is the most"
            piece = by_origin.get((text.origin, text.language))
            code = text.origin.removeprefix("menu.")
            yield manuscript.at(piece, reason) if piece else manuscript.found("menus.yaml", code, reason=reason)


def alphabet(manuscript: Manuscript) -> Iterator[Finding]:
    """English texts, and titles in either language, keep to GSM-7: one other character doubles what a text costs."""
    for piece in manuscript.pieces:
        plain = piece.language is Language.ENGLISH or piece.kind is Kind.TITLE
        if piece.channel == "text" and plain and not _on_screen(manuscript, piece):
            costly = cut(piece.words).costly
            if costly:
                shown = " ".join(f"{character} (U+{ord(character):04X})" for character in costly)
                reason = f"not in the GSM-7 alphabet, so the text costs double: {shown}"
                yield manuscript.at(piece, reason, find=costly[0])


def _on_screen(manuscript: Manuscript, piece: Piece) -> bool:
    return any(fnmatch(piece.owner, name) for name in manuscript.lists["limits"]["not_sent"])


def filled(manuscript: Manuscript, piece: Piece) -> str:
    """The words of `piece` with samples in its fields."""
    samples = manuscript.lists["limits"]["samples"]
    return FIELD.sub(lambda found: samples.get(found[1], found[0]), piece.words)


def _price(taken: Cut) -> str:
    return f"{taken.segments} segments ({taken.units} {taken.alphabet} units)"


def _segments_allowed(limits: dict[str, dict[str, dict[str, int]]], text: RenderedText) -> int:
    if text.origin.startswith("topic."):
        return limits["pages"][text.language.value]["segments"]
    return limits["menus"]["segments"]  # type: ignore[return-value]
