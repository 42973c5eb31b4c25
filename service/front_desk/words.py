"""The words of the day: the library as it may be served today, and what reads, writes and speaks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from service.channels.prompts import Speaker
from service.channels.sms import Writer
from service.channels.voice import Recordings, Voice
from service.content.library import Library
from service.conversation import places
from service.conversation.pace import Pace
from service.conversation.put import put
from service.conversation.state import State
from service.conversation.tree import Tree, build
from service.conversation.understanding.reader import Reader
from service.conversation.understanding.reading import Reading
from service.front_desk.steps import Steps
from service.languages import Language

# Readings kept, and the length in characters of what is kept.
KEPT, SHORT = 1024, 16


@dataclass(frozen=True)
class Words:
    """Everything made from the content files, once a day."""

    library: Library
    tree: Tree
    reader: Reader
    writer: Writer
    voice: Voice
    steps: Steps
    _short: Callable[..., Reading]

    def read(self, text: str, *, near_fever: bool = False) -> Reading:
        """What `text` means. Single words and codes that many people send are read once and kept; longer texts,
        which may say something of a person, never are."""
        if len(text) <= SHORT and " " not in text:
            return self._short(text, near_fever=near_fever)
        return self.reader.read(text, near_fever=near_fever)


def prepare(
    library: Library,
    recordings: Recordings,
    public_url: str,
    clinic: Mapping[str, str],
    replaced: Mapping[str, str] | None = None,
    noted: Mapping[str, str] | None = None,
    earlier: Words | None = None,
    same_recordings: bool = False,
) -> Words:
    """The words of `library`, with every page's TwiML rendered. For `replaced` and `noted` see `tree.build`.

    Of words made `earlier` the reader is kept, for keywords do not change from day to day, and, with the
    `same_recordings`, what was rendered of all topics whose words are still the same."""
    tree = build(library, replaced, noted)
    voice = Voice(Speaker(library, tree, clinic), recordings, public_url)
    reader = earlier.reader if earlier else Reader(library)
    if earlier and same_recordings:
        changed = {name for name, topic in library.topics.items() if earlier.library.topics.get(name) != topic}
        voice.take_over(earlier.voice, changed)
    words = Words(
        library, tree, reader, Writer(library, tree), voice, Steps(tree, reader, voice), lru_cache(KEPT)(reader.read)
    )
    _warm(words)
    return words


def _warm(words: Words) -> None:
    """Render each place as a caller first hears it and as one who knows the keys does, so that no call waits."""
    for language in Language:
        for pace in Pace:
            for place in (*words.tree.nodes, *places.OUTSIDE):
                node = words.tree.node(place)
                for page in range(1, words.tree.spoken_pages[node.topic] + 1 if node and node.topic else 2):
                    for told in (False, True):
                        state = State(language=language, pace=pace, place=place, page=page, told=told)
                        words.voice.document(put(words.tree, state)[1], language, pace)
