"""The words of the day: the library as it may be served today, and what reads, writes and speaks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
from service.languages import Language


@dataclass(frozen=True)
class Words:
    """Everything made from the content files, once a day."""

    library: Library
    tree: Tree
    reader: Reader
    writer: Writer
    voice: Voice


def prepare(
    library: Library,
    recordings: Recordings,
    public_url: str,
    clinic: Mapping[str, str],
    replaced: Mapping[str, str] | None = None,
    noted: Mapping[str, str] | None = None,
    reader: Reader | None = None,
) -> Words:
    """The words of `library`, with every page's TwiML rendered. For `replaced` and `noted` see `tree.build`;
    a `reader` made before is kept, for keywords do not change from day to day."""
    tree = build(library, replaced, noted)
    voice = Voice(Speaker(library, tree, clinic), recordings, public_url)
    words = Words(library, tree, reader or Reader(library), Writer(library, tree), voice)
    _warm(words)
    return words


def _warm(words: Words) -> None:
    """Render each place as a caller first hears it and as one who knows the keys does, so that no call waits."""
    for language in Language:
        for pace in Pace:
            for place in (*words.tree.nodes, *places.OUTSIDE):
                node = words.tree.node(place)
                for page in range(1, words.tree.pages[node.topic] + 1 if node and node.topic else 2):
                    for told in (False, True):
                        state = State(language=language, pace=pace, place=place, page=page, told=told)
                        words.voice.twiml(put(words.tree, state)[1], language, pace, "")
