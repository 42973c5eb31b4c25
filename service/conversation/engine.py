"""The conversation: where a person is and what they said, to where they are next and what we answer."""

from __future__ import annotations

from service.conversation import calls, texts
from service.conversation.reply import Reply
from service.conversation.said import Said, Text
from service.conversation.state import State
from service.conversation.tree import Tree
from service.conversation.world import World


def advance(tree: Tree, state: State, said: Said, world: World) -> tuple[State, Reply]:
    """One turn. Knows nothing of Flask, Twilio, the database or the clock: what it needs is handed in.

    The new state goes back in with what the person says next; the reply may ask for effects, which the front desk
    performs. Never raises for anything a person can send."""
    if isinstance(said, Text):
        return texts.hear(tree, state, said, world)
    return calls.hear(tree, state, said, world)
