"""A reply as a text: its words, within the segments that each kind may take."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.content.library import Library
from service.content.phrase import fill
from service.conversation.reply import OfferChoice, Part, Reply, Say, ShowMenu, ShowPage
from service.conversation.tree import MAIN, Tree
from service.languages import Language
from service.segments import cut

# A page may take two segments of GSM-7 in English, four of UCS-2 in Spanish, whose accents we keep.
PAGE_SEGMENTS = {Language.ENGLISH: 2, Language.SPANISH: 4}
# Twilio refuses a longer body (error 21617).
LONGEST = 1600


@dataclass(frozen=True)
class Writer:
    """Puts replies into words."""

    library: Library
    tree: Tree
    _ready: dict[tuple[Part, Language], str] = field(default_factory=dict, repr=False, compare=False)

    def text(self, reply: Reply, language: Language) -> str:
        """The words of `reply`, one part a line; empty for a reply that says nothing."""
        return "\n".join(self._part(part, language) for part in reply.parts)[:LONGEST]

    def _part(self, part: Part, language: Language) -> str:
        if isinstance(part, Say) and part.fields:
            # Somebody's visit, or a number to call: never kept.
            return self._put(part, language)
        # All others are made of our own phrases and places, so there are few, and their words never change.
        words = self._ready.get((part, language))
        if words is None:
            words = self._ready[part, language] = self._put(part, language)
        return words

    def _put(self, part: Part, language: Language) -> str:
        if isinstance(part, Say):
            return self._phrase(part, part.language or language)
        if isinstance(part, ShowMenu):
            return self.menu(part.code, language)
        if isinstance(part, ShowPage):
            return self.page(part, language)
        return _title(self.tree, part, language)

    def _phrase(self, part: Say, language: Language) -> str:
        fields = dict(part.fields)
        if "call" in fields:
            number = fields["call"]
            fields["call"] = " " + self._words("call_number", language, phone=number) if number else ""
        return fill(self.library.phrases[part.phrase].text[language], fields)

    def menu(self, code: str, language: Language) -> str:
        """A menu: its name, a choice a line with the digit first, and the way back."""
        if code == MAIN:
            return self._words("main_menu", language)
        node = self.tree.nodes[code]
        choices = [f"{below[-1]} {self.tree.nodes[below].title[language]}" for below in node.choices]
        return "\n".join([node.title[language], *choices, self._words("menu_foot", language)])

    def page(self, part: ShowPage, language: Language) -> str:
        """A page with its safety line, how to get the next part, and, where room is left, where it sits."""
        topic = self.library.topics[part.topic]
        pages = topic[language].text
        number = min(part.number, len(pages))
        lines = [pages[number - 1].words]
        if topic.safety_line and number == 1:
            lines.append(self._words("safety_line", language))
        if number < len(pages) and not (topic.gate and number == 1):
            lines.append(self._words("more_hint", language))
        if part.placed:
            where = " > ".join(
                self.tree.nodes[topic.code[:length]].title[language] for length in range(1, len(topic.code))
            )
            placed = self._words("placed", language, where=where, code=topic.code)
            if cut("\n".join([*lines, placed])).segments <= PAGE_SEGMENTS[language]:
                lines.append(placed)
        return "\n".join(lines)

    def _words(self, phrase: str, language: Language, **fields: str) -> str:
        return fill(self.library.phrases[phrase].text[language], fields)


def _title(tree: Tree, part: OfferChoice, language: Language) -> str:
    return tree.nodes[part.code].title[language]
