"""Facts: what a page states has a source, and both languages and both channels state the same."""

from __future__ import annotations

from collections.abc import Iterator

from service.content.finding import Finding, Level
from service.content.manuscript import Manuscript
from service.content.topic import Topic
from service.languages import Language


def known(manuscript: Manuscript) -> Iterator[Finding]:
    """Every fact that a page names is in facts.yaml, every source that a fact names in sources.yaml."""
    library = manuscript.library
    for topic in library.topics.values():
        for language in Language:
            for channel, pages in (("text", topic[language].text), ("speech", topic[language].speech)):
                for index, page in enumerate(pages):
                    for fact in page.facts:
                        if fact not in library.facts:
                            spot = (language.value, channel, index, "facts")
                            yield manuscript.in_topic(topic.id, *spot, reason=f"there is no fact {fact}")
    for entry in library.facts.values():
        for code, letters in entry.cited:
            source = library.sources.get(code)
            if source is None:
                yield manuscript.found("facts.yaml", entry.id, reason=f"{entry.id} names {code}, which is no source")
            elif not set(letters) <= set(source.parts):
                reason = f"{entry.id} names {code}{letters}, but {code} has no part {letters}"
                yield manuscript.found("facts.yaml", entry.id, reason=reason)


def parity(manuscript: Manuscript) -> Iterator[Finding]:
    """Text and speech state the same facts, and English and Spanish do."""
    for topic in manuscript.library.topics.values():
        if not topic.written:
            continue
        stated = {
            (language, channel): frozenset(fact for page in pages for fact in page.facts)
            for language in Language
            for channel, pages in (("text", topic[language].text), ("speech", topic[language].speech))
        }
        everything = frozenset().union(*stated.values())
        for (language, channel), facts in stated.items():
            if everything - facts:
                lacking = ", ".join(sorted(everything - facts))
                reason = f"the {channel} pages in `{language}` do not state {lacking}, which others state"
                yield manuscript.in_topic(topic.id, language.value, channel, reason=reason)


def sourced(manuscript: Manuscript) -> Iterator[Finding]:
    """A topic rests on at least one source; what rests on weak sources, or on a clinician's word to come, is said."""
    library = manuscript.library
    for topic in library.topics.values():
        facts = [library.facts[fact] for fact in sorted(stated_facts(topic)) if fact in library.facts]
        cited = {pair for fact in facts for pair in fact.cited}
        if topic.written and not cited:
            yield manuscript.in_topic(topic.id, "id", reason=f"no source: nothing that {topic.id} states names one")
        for code, letters in sorted(cited):
            if code in library.sources and library.sources[code].weak_at(letters):
                publisher = library.sources[code].publisher
                reason = f"{code}{letters} ({publisher}): weak source, replace before publishing"
                yield manuscript.in_topic(topic.id, "id", reason=reason, level=Level.NOTE)


def stated_facts(topic: Topic) -> frozenset[str]:
    """The ids of the facts that a topic's pages name."""
    wordings = (topic[language] for language in Language)
    return frozenset(fact for w in wordings for page in (*w.text, *w.speech) for fact in page.facts)
