"""The report: every page and phrase with its state, dates, facts and sources, as a nurse would want to read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from service.content.freshness import Dates, dates
from service.content.library import HERE, Fact, Library, Source
from service.content.phrase import Phrase
from service.content.reviews import Reviews, phrase_words, topic_words
from service.content.rules.facts import stated_facts
from service.content.topic import Topic
from service.languages import Language
from service.segments import BASIC, EXTENDED, Cut, cut

NOT_REVIEWED = "not yet clinically reviewed"
TEMPLATE = "report.html"


@dataclass(frozen=True)
class PageShown:
    """One page in one language: what is heard, what is sent, and how the carrier cuts it. `recording` is the address
    of the recording, empty where there is none."""

    number: int
    sent: tuple[str, ...]
    price: Cut | None
    said: str
    recording: str


@dataclass(frozen=True)
class Item:
    """One topic in the report."""

    topic: Topic
    pages: Mapping[Language, tuple[PageShown, ...]]
    facts: tuple[Fact, ...]
    sources: tuple[Source, ...]
    times: Dates | None
    state: str
    reviewed: bool

    @property
    def longest(self) -> int:
        """The pages of the language that has more."""
        return max(len(pages) for pages in self.pages.values())


@dataclass(frozen=True)
class PhraseItem:
    """One fixed phrase in the report."""

    phrase: Phrase
    state: str
    reviewed: bool


@dataclass(frozen=True)
class Report:
    """Everything, by branch of the tree: its name in both languages, and its topics in the order of their codes."""

    on: date
    branches: tuple[tuple[str, Mapping[Language, str], tuple[Item, ...]], ...]
    phrases: tuple[PhraseItem, ...]
    sources: tuple[Source, ...]
    library: Library = field(repr=False)

    @property
    def items(self) -> tuple[Item, ...]:
        """Every topic, in the order of the codes."""
        return tuple(item for *_, items in self.branches for item in items)


def report(
    library: Library,
    reviews: Reviews,
    on: date,
    sent: Mapping[tuple[str, Language], str] | None = None,
    recordings: Mapping[tuple[Language, str], str] | None = None,
) -> Report:
    """The report as of the day `on`. `sent` holds texts as the channel sends them, by origin (`topic.chemo.1`) and
    language; `recordings` the addresses of recordings by language and clip. What they lack is shown without it."""
    items = [_item(topic, library, reviews, sent or {}, recordings or {}) for topic in library.topics.values()]
    items.sort(key=lambda item: item.topic.code)
    branches = tuple(
        (menu.code, menu.title, tuple(item for item in items if item.topic.code.startswith(menu.code)))
        for menu in library.menus.values()
        if len(menu.code) == 1
    )
    used = {source.code: source for item in items for source in item.sources}
    return Report(
        on=on,
        branches=branches,
        phrases=tuple(_phrase_item(phrase, reviews) for phrase in library.phrases.values()),
        sources=tuple(sorted(used.values(), key=_by_number)),
        library=library,
    )


def as_html(shown: Report) -> str:
    """The report as one page that needs nothing from the network."""
    # Only the command that writes the page pays for loading the template engine.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template(TEMPLATE).render(
        report=shown, languages=tuple(Language), english=Language.ENGLISH, spanish=Language.SPANISH
    )


def cut_up(text: str) -> tuple[str, ...]:
    """`text` in the pieces in which a carrier sends it; joined they are the text."""
    taken = cut(text)
    if taken.segments == 1:
        return (text,)
    room = 153 if taken.alphabet == "GSM-7" else 67
    pieces, used = [""], 0
    for character in text:
        width = _width(character, taken.alphabet)
        if used + width > room:
            pieces.append("")
            used = 0
        pieces[-1] += character
        used += width
    return tuple(pieces)


def _width(character: str, alphabet: str) -> int:
    if alphabet == "GSM-7":
        return 2 if character in EXTENDED and character not in BASIC else 1
    return 2 if ord(character) > 0xFFFF else 1


def _item(
    topic: Topic,
    library: Library,
    reviews: Reviews,
    sent: Mapping[tuple[str, Language], str],
    recordings: Mapping[tuple[Language, str], str],
) -> Item:
    facts = tuple(
        library.facts[name] for name in sorted(stated_facts(topic), key=_fact_order) if name in library.facts
    )
    cited = {code for fact in facts for code, _ in fact.cited if code in library.sources}
    state, reviewed = _state(f"topic.{topic.id}", topic_words(topic), reviews)
    return Item(
        topic=topic,
        pages={language: _pages(topic, language, library, sent, recordings) for language in Language},
        facts=facts,
        sources=tuple(sorted((library.sources[code] for code in cited), key=_by_number)),
        times=dates(topic, reviews),
        state=state if topic.written else "being written",
        reviewed=reviewed,
    )


def _pages(
    topic: Topic,
    language: Language,
    library: Library,
    sent: Mapping[tuple[str, Language], str],
    recordings: Mapping[tuple[Language, str], str],
) -> tuple[PageShown, ...]:
    text, speech = topic[language].text, topic[language].speech
    shown = []
    for index in range(max(len(text), len(speech))):
        origin = f"topic.{topic.id}.{index + 1}"
        words = sent.get((origin, language), text[index].words if index < len(text) else "")
        shown.append(
            PageShown(
                number=index + 1,
                sent=cut_up(words) if words else (),
                price=cut(words) if words else None,
                said=_heard(topic, language, library, index) if index < len(speech) else "",
                recording=recordings.get((language, origin), ""),
            )
        )
    return tuple(shown)


def _heard(topic: Topic, language: Language, library: Library, index: int) -> str:
    """The words of a spoken page, with the safety line that follows the first one of a symptom topic."""
    words = topic[language].speech[index].words
    if topic.safety_line and index == 0 and "safety_line" in library.phrases:
        return f"{words}\n{library.phrases['safety_line'].speech[language]}"
    return words


def _phrase_item(phrase: Phrase, reviews: Reviews) -> PhraseItem:
    state, reviewed = _state(f"phrase.{phrase.id}", phrase_words(phrase), reviews)
    return PhraseItem(phrase, state, reviewed)


def _state(item: str, words: Mapping[str, object], reviews: Reviews) -> tuple[str, bool]:
    """The state in words, and whether exactly these words were reviewed."""
    current = reviews.current(item, words)
    if current:
        return f"reviewed by {current.name}, {current.role}, {current.on}", True
    last = reviews.latest(item)
    return (f"words changed since the review by {last.name}, {last.on}", False) if last else (NOT_REVIEWED, False)


def _by_number(source: Source) -> int:
    return int(source.code[1:])


def _fact_order(name: str) -> tuple[str, int]:
    topic, _, number = name.rpartition(".")
    return topic, int(number) if number.isdigit() else 0


def summary(items: Iterable[Item]) -> dict[str, int]:
    """How many topics are in each state, the words of a reviewer's name left out."""
    counts: dict[str, int] = {}
    for item in items:
        state = (
            "reviewed"
            if item.reviewed
            else "words changed since the review"
            if "changed" in item.state
            else item.state
        )
        counts[state] = counts.get(state, 0) + 1
    return counts
