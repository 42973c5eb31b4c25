"""Recording a review: who read which exact words, for which languages, kept with their hash."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from wtforms import SelectMultipleField

from service.content.review_items import PHRASE
from service.content.reviews import EVERY_LANGUAGE, Review, fingerprint
from service.storage.content_decisions import Decider, keep_reviews, last_role
from service.web.console.console import Console
from service.web.console.content_items import Item, State, hash_of, items_of
from service.web.console.forms import Form, chosen, line
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

READ_ALREADY = (State.READ,)


class ReviewForm(Form):
    """What somebody vouches for: the items, the languages, and as what they do so."""

    items = SelectMultipleField("content.items_read")
    languages = SelectMultipleField(
        "content.languages_read",
        description="content.languages_hint",
        choices=chosen({language: f"content.in_{language}" for language in EVERY_LANGUAGE}),
    )
    role = line("content.role", "content.role_hint", most=120)


def add(console: Console) -> None:
    """The one page, reached from the words themselves."""

    @console.page("/content/review/<what>", Permission.REVIEW_CONTENT, methods=("GET", "POST"), fresh=True)
    def content_review(seat: Seat, what: str) -> ResponseReturnValue:
        items = items_of(seat, what)
        if not items:
            return seat.back("content")
        if request.values.get("seen", "") != hash_of(items):
            # Somebody vouches for what they saw, and the words have changed since, or were never opened.
            return _to_the_words(seat, what, items)
        form = _form(seat, items)
        if request.method == "GET" or not _is_whole(form):
            status = 200 if request.method == "GET" else 422
            return seat.show("content_review.html", status, form=form, items=items, what=what, seen=hash_of(items))
        picked = [item for item in items if item.name in form.items.data]
        with seat.write() as connection:
            _record(connection, seat, picked, form)
        seat.parts.look_now()
        return seat.back("content", "content.recorded", {"number": str(len(picked))})


def _form(seat: Seat, items: list[Item]) -> ReviewForm:
    with seat.read() as connection:
        role = last_role(connection, seat.me.staff_id)
    # Of many, those that somebody has read already are not ticked; one alone always is.
    due = [item.name for item in items if item.state not in READ_ALREADY or len(items) == 1]
    form = ReviewForm(request.form if request.method == "POST" else None, data={"role": role, "items": due})
    form.items.choices = [
        (item.name, f"{item.topic.code} {item.title}" if item.topic else item.title) for item in items
    ]
    return form


def _is_whole(form: ReviewForm) -> bool:
    whole = form.validate()
    for name, phrase in (("items", "content.choose_items"), ("languages", "content.choose_languages")):
        if not form[name].data:
            form.refuse(name, phrase)
            whole = False
    return bool(whole)


def _record(connection: Connection, seat: Seat, items: list[Item], form: ReviewForm) -> None:
    languages = tuple(language for language in EVERY_LANGUAGE if language in form.languages.data)
    reviews = [
        Review(item.name, seat.name, form.role.data, seat.dates.today, fingerprint(item.words), item.words, languages)
        for item in items
    ]
    who = Decider(seat.clinic_id, seat.me.staff_id, seat.name)
    keep_reviews(connection, reviews, who, seat.now)
    for review in reviews:
        about = f"{review.item} in {' and '.join(languages)}, {review.sha256[:16]}"
        seat.note(connection, "content reviewed", about)


def _to_the_words(seat: Seat, what: str, items: list[Item]) -> ResponseReturnValue:
    if len(items) > 1:
        return seat.back("content_set", "content.look_first", what=what)
    if what.startswith(PHRASE):
        return seat.back("content_sentence", "content.look_first", name=what.removeprefix(PHRASE))
    assert items[0].topic
    return seat.back("content_topic", "content.look_first", code=items[0].topic.code)
