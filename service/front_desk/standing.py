"""Where a remembered talk stands."""

from __future__ import annotations

from service.conversation.state import BadState, State, decode
from service.languages import Language
from service.storage.talks import Talk


def standing(talk: Talk) -> State:
    """The state that a talk was left in, with the language that the person chose where none was seen since."""
    try:
        state = decode(talk.state) if talk.state else State()
    except BadState:
        # Written by an older release: the talk starts afresh.
        state = State()
    return state.but(language=Language(talk.language)) if talk.language and not state.language else state
