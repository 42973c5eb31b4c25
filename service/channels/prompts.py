"""Prompts: every piece of speech that the phone can say, with the id of its recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.channels.pieces import JOINED, Piece, compose, every_piece, segments, sentence
from service.content.library import Library
from service.content.phrase import FIELD, fill
from service.conversation.reply import OfferChoice, Part, Say, ShowMenu, ShowPage
from service.conversation.tree import MAIN, Kind, Node, Tree, build
from service.languages import Language

KEYS = "0123456789*#"


@dataclass(frozen=True)
class Prompt:
    """One recording: its clip id (such as `topic.chemo.1`, `menu.44`, `phrase.silence_first`) and its words.

    `local` marks words that hold a clinic's name or number: they are rendered at set-up, never committed. A prompt of
    `pieces` is no recording itself: they are joined when it is played, which nobody needs after `until` (seconds
    since 1970; 0 for always)."""

    clip: str
    words: str
    language: Language
    local: bool = False
    pieces: tuple[Piece, ...] = ()
    until: int = 0


@dataclass(frozen=True)
class Speaker:
    """Puts parts of a reply into prompts. `clinic` fills fields such as `line_phone`."""

    library: Library
    tree: Tree
    clinic: Mapping[str, str]

    def prompts(self, part: Part, language: Language) -> list[Prompt]:
        """What is played for `part`, in order."""
        if isinstance(part, Say):
            return [self._phrase(part, part.language or language)]
        if isinstance(part, ShowMenu):
            return [self._menu(self.tree.nodes[part.code], language)]
        if isinstance(part, OfferChoice):
            return [self._offer(self.tree.nodes[part.code], part.asked, language)]
        return self._page(part, language)

    def _phrase(self, part: Say, language: Language) -> Prompt:
        if part.phrase == "wrong_key":
            return self._wrong_key(dict(part.fields)["key"], language)
        words = self.library.phrases[part.phrase].speech[language]
        named = set(FIELD.findall(words))
        if not named:
            return Prompt(f"phrase.{part.phrase}", words, language)
        fields = {**self.clinic, **dict(part.fields)}
        if named & JOINED:
            pieces = compose(part.phrase, words, fields, language)
            until = int(fields.get("until", "0"))
            return Prompt(f"joined.{part.phrase}", sentence(pieces), language, pieces=pieces, until=until)
        return Prompt(f"phrase.{part.phrase}", fill(words, fields), language, local=True)

    def _wrong_key(self, key: str, language: Language) -> Prompt:
        name = {"*": "star", "#": "pound"}.get(key, key)
        spoken = self._formula(f"key_{name}", language) if key in "*#" else key
        return Prompt(f"wrong_key.{name}", self._formula("wrong_key", language, key=spoken), language)

    def _menu(self, node: Node, language: Language) -> Prompt:
        sentences = [_sentence(node.spoken[language])] if node.code != MAIN else []
        for place, code in enumerate(node.choices):
            formula = "menu_next" if place else "menu_first"
            words = self._formula(formula, language, choice=self.tree.nodes[code].spoken[language], key=code[-1])
            sentences.append(words[:1].upper() + words[1:])
        if node.code == MAIN:
            sentences.append(self._formula("menu_person", language, key="0"))
        return Prompt(f"menu.{node.code or 'main'}", " ".join(sentences), language)

    def _offer(self, node: Node, asked: bool, language: Language) -> Prompt:
        name = node.spoken[language]
        words = self._formula("offer_one" if asked else "title_alone", language, choice=name[:1].upper() + name[1:])
        return Prompt(f"{'offer' if asked else 'title'}.{node.code}", words, language)

    def _page(self, part: ShowPage, language: Language) -> list[Prompt]:
        topic = self.library.topics[part.topic]
        number = min(part.number, len(topic[language].speech))
        page = Prompt(f"topic.{topic.id}.{number}", topic[language].speech[number - 1].words, language)
        if topic.safety_line and number == 1:
            return [page, self._phrase(Say("safety_line"), language)]
        return [page]

    def _formula(self, phrase: str, language: Language, **fields: str) -> str:
        return fill(self.library.phrases[phrase].speech[language], fields)


# Phrases that are only ever a part of other prompts.
FORMULAS = frozenset(
    {"menu_first", "menu_next", "menu_person", "offer_one", "title_alone", "wrong_key", "key_star", "key_pound"}
)


def every_prompt(library: Library, language: Language, clinic: Mapping[str, str]) -> Iterator[Prompt]:
    """Every prompt of one language; `clinic` fills the fields of local ones, left out where it lacks one."""
    speaker = Speaker(library, build(library), clinic)
    for node in speaker.tree.nodes.values():
        if node.kind is Kind.MENU:
            yield from speaker.prompts(ShowMenu(node.code), language)
        if node.code != MAIN:
            yield from speaker.prompts(OfferChoice(node.code), language)
            yield from speaker.prompts(OfferChoice(node.code, asked=False), language)
    for topic in library.topics.values():
        for number, page in enumerate(topic[language].speech, 1):
            yield Prompt(f"topic.{topic.id}.{number}", page.words, language)
    for key in KEYS:
        yield from speaker.prompts(Say("wrong_key", (("key", key),)), language)
    for phrase in library.phrases.values():
        words = phrase.speech.get(language)
        if words is None or phrase.id in FORMULAS:
            continue
        if JOINED.intersection(FIELD.findall(words)):
            for piece in segments(phrase.id, words):
                yield Prompt(piece.clip, piece.words, language)
        elif all(clinic.get(name) for name in FIELD.findall(words)):
            yield from speaker.prompts(Say(phrase.id), language)
    for name, said in every_piece(language).items():
        yield Prompt(f"piece.{name}", said, language)


def _sentence(name: str) -> str:
    return name[:1].upper() + name[1:] + "."
