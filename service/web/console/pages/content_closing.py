"""Taking a page back at once and giving it again, and who got it in the last thirty days."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from service.content.topic import Topic
from service.content.withdrawal import may_be_withdrawn
from service.storage.content_decisions import Decider, reinstate, withdraw
from service.storage.page_answers import KEPT, Page, people_reached, phones_reached
from service.web.console.console import Console
from service.web.console.content_items import topic_item
from service.web.console.forms import Form, line
from service.web.console.insight_figures import SMALLEST
from service.web.console.permissions import Permission
from service.web.console.seat import Seat


class ClosingForm(Form):
    """Why a page is taken back."""

    why = line("content.why", "content.why_hint", most=300)


def add(console: Console) -> None:
    """Close, open again, and the people."""

    @console.page("/content/<code>/withdraw", Permission.REVIEW_CONTENT, methods=("GET", "POST"), fresh=True)
    def content_withdraw(seat: Seat, code: str) -> ResponseReturnValue:
        topic = _topic(seat, code)
        if topic is None:
            return seat.back("content")
        if not may_be_withdrawn(topic):
            return seat.back("content_topic", "content.never_closed", code=code)
        form = ClosingForm(request.form)
        if request.method == "GET" or not form.validate():
            status = 200 if request.method == "GET" else 422
            return seat.show("content_withdraw.html", status, form=form, one=topic_item(seat, topic))
        with seat.write() as connection:
            # Why stands in the row itself; a sentence that somebody typed has no place in the audit.
            if withdraw(connection, topic.id, form.why.data, _decider(seat), seat.now):
                seat.note(connection, "page withdrawn", f"topic {topic.id}")
        seat.parts.look_now()
        return seat.back("content_topic", "content.withdrawn_told", code=code)

    @console.page("/content/<code>/reinstate", Permission.REVIEW_CONTENT, methods=("GET", "POST"), fresh=True)
    def content_reinstate(seat: Seat, code: str) -> ResponseReturnValue:
        topic = _topic(seat, code)
        if topic is None:
            return seat.back("content")
        item = topic_item(seat, topic)
        if not item.withdrawal:
            return seat.back("content_topic", code=code)
        if request.method == "GET":
            return seat.show("content_reinstate.html", one=item)
        with seat.write() as connection:
            if reinstate(connection, topic.id, _decider(seat), seat.now):
                seat.note(connection, "page given again", f"topic {topic.id}")
        seat.parts.look_now()
        return seat.back("content_topic", "content.reinstated_told", code=code)

    @console.page("/content/<code>/people", Permission.REVIEW_CONTENT)
    def content_people(seat: Seat, code: str) -> ResponseReturnValue:
        topic = _topic(seat, code)
        if topic is None:
            return seat.back("content")
        page = Page(topic.id, topic.code, seat.now - KEPT)
        with seat.read() as connection:
            phones = phones_reached(connection, seat.clinic_id, page)
            people = people_reached(connection, seat.clinic_id, page)
        seat.note_shown(person.patient_id for person in people)
        return seat.show(
            "content_people.html",
            one=topic_item(seat, topic),
            phones=phones,
            smallest=SMALLEST,
            people=[
                (person.patient_id, seat.patient_name(person.patient_id, person.name_sealed), person.at)
                for person in people
            ],
        )


def _topic(seat: Seat, code: str) -> Topic | None:
    return seat.parts.library.by_code.get(code)


def _decider(seat: Seat) -> Decider:
    return Decider(seat.clinic_id, seat.me.staff_id, seat.name)
