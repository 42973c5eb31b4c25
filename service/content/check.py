"""The check: every rule over all our words, and what it found, in the order of the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from service.content.finding import Finding
from service.content.library import HERE, Library
from service.content.manuscript import Manuscript, RenderedText, open_manuscript
from service.content.rules import calls, dates, facts, helplines, length, reading, tree, words
from service.content.rules.shape import shape
from service.languages import Language

Rule = Callable[[Manuscript], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    tree.codes,
    tree.menus,
    length.pages,
    length.page_counts,
    length.phrases,
    length.menus,
    length.rendered,
    length.alphabet,
    reading.reading_level,
    reading.explained_terms,
    facts.known,
    facts.parity,
    facts.sourced,
    dates.expired,
    dates.unwritten,
    dates.unreviewed,
    calls.option_first,
    calls.seconds,
    words.carrier_words,
    words.neutral,
    words.gendered,
    helplines.verified,
    helplines.dialled,
)


def check(
    folder: Path = HERE,
    *,
    today: date,
    rendered: Callable[[Library], Iterable[RenderedText]] | None = None,
    seconds: Mapping[tuple[Language, str], float] | None = None,
    complete: bool = False,
) -> list[Finding]:
    """What is wrong with the words below `folder` on the day `today`, in the order of files and lines.

    `rendered` gives the texts exactly as they will be sent. `seconds`: lengths of recordings by language and clip id
    at the normal pace (a menu's choices as `menu.CODE`, the language step as `step.language`). `complete`: an
    unwritten topic fails. Raises ContentError where a file cannot be read at all."""
    found = shape(folder)
    if not found:
        manuscript = open_manuscript(folder, today, rendered, seconds, complete)
        found = list(_findings(manuscript))
    return sorted(set(found))


def newest_checked(library: Library) -> date:
    """The newest day on which a topic was checked: a check as of that day does not fail by the calendar alone."""
    return max(topic.checked for topic in library.topics.values() if topic.checked)


def _findings(manuscript: Manuscript) -> Iterator[Finding]:
    for rule in RULES:
        yield from rule(manuscript)
