"""The information line as callers and writers get it, and how each of its words stands with their reviewers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from service.content.freshness import Standing
from service.content.review_items import PHRASE
from service.content.rules.facts import stated_facts
from service.content.withdrawal import may_be_withdrawn
from service.languages import Language
from service.web.console.console import Console
from service.web.console.content_items import (
    BRANCH,
    SAFETY,
    Item,
    State,
    hash_of,
    items_of,
    phrase_item,
    speech,
    texts,
    topic_item,
    topics,
    writer_of,
)
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

# What a topic is served as today, as phrases of ours.
STANDINGS = {
    Standing.SERVED: "served",
    Standing.DATED: "dated",
    Standing.WAITING: "waiting",
    Standing.EXPIRED: "expired",
    Standing.UNWRITTEN: "unwritten",
}


def add(console: Console) -> None:
    """The list of topics, one of them, a fixed sentence, and a whole branch or the safety set to be read at once."""

    @console.page("/content", Permission.SEE_CONTENT)
    def content(seat: Seat) -> ResponseReturnValue:
        every = topics(seat)
        state, branch = request.args.get("state", ""), request.args.get("branch", "")
        shown = [
            item
            for item in every
            if (state not in list(State) or item.state == state) and item.topic and item.topic.code.startswith(branch)
        ]
        safety = items_of(seat, SAFETY)
        return seat.show(
            "content.html",
            items=shown,
            counts=Counter(item.state for item in every),
            total=len(every),
            read=sum(_is_read(item) for item in every),
            state=state,
            branch=branch,
            branches=[menu for menu in seat.parts.library.menus.values() if len(menu.code) == 1],
            safety=safety,
            safety_read=sum(_is_read(item) for item in safety),
        )

    @console.page("/content/<code>", Permission.SEE_CONTENT)
    def content_topic(seat: Seat, code: str) -> ResponseReturnValue:
        topic = seat.parts.library.by_code.get(code)
        if topic is None:
            return seat.back("content")
        item, library = topic_item(seat, topic), seat.parts.library
        facts = [library.facts[name] for name in sorted(stated_facts(topic)) if name in library.facts]
        cited = dict.fromkeys(source for fact in facts for source, _ in fact.cited if source in library.sources)
        return _show(
            seat,
            item,
            code,
            stands=STANDINGS[item.standing],
            facts=facts,
            sources=[library.sources[source] for source in cited],
            may_close=may_be_withdrawn(topic),
        )

    @console.page("/content/sentence/<name>", Permission.SEE_CONTENT)
    def content_sentence(seat: Seat, name: str) -> ResponseReturnValue:
        if name not in seat.parts.library.phrases:
            return seat.back("content")
        return _show(seat, phrase_item(seat, name), PHRASE + name, facts=(), sources=(), may_close=False)

    @console.page("/content/set/<what>", Permission.SEE_CONTENT)
    def content_set(seat: Seat, what: str) -> ResponseReturnValue:
        items = items_of(seat, what)
        if not items:
            return seat.back("content")
        writer = writer_of(seat.parts.library)
        written = {(item.name, x.value): texts(writer, item, x) for item in items for x in Language}
        spoken = {(item.name, x.value): list(speech(seat, item, x)) for item in items for x in Language}
        menu = seat.parts.library.menus.get(what.removeprefix(BRANCH))
        title = menu.title[seat.language] if menu and what != SAFETY else seat.say("content.safety")
        return seat.show(
            "content_set.html",
            items=items,
            what=what,
            title=title,
            written=written,
            spoken=spoken,
            in_order=_languages(seat),
            seen=hash_of(items),
            read=sum(_is_read(item) for item in items),
            address=address_of,
        )


def address_of(item: Item) -> str:
    """Where an item is shown by itself."""
    if item.topic:
        return url_for("console.content_topic", code=item.topic.code)
    return url_for("console.content_sentence", name=item.name.removeprefix(PHRASE))


def _show(seat: Seat, item: Item, what: str, **more: Any) -> ResponseReturnValue:
    languages, writer = _languages(seat), writer_of(seat.parts.library)
    return seat.show(
        "content_topic.html",
        one=item,
        what=what,
        seen=hash_of([item]),
        in_order=languages,
        written={x.value: texts(writer, item, x) for x in languages},
        heard={x.value: list(speech(seat, item, x)) for x in languages},
        **more,
    )


def _languages(seat: Seat) -> tuple[Language, ...]:
    """The reader's own language first."""
    own = Language(seat.language)
    return (own, *(language for language in Language if language is not own))


def _is_read(item: Item) -> bool:
    return item.state in (State.READ, State.DUE, State.EXPIRED) or (
        item.state is State.WITHDRAWN and {x for one in item.readers for x in one.languages} == set(Language)
    )
