"""Set-up: what a new clinic does before its first reminder, each step with its state and the way to it."""

from __future__ import annotations

from flask import abort, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, func, select

from service.gateway.base import OutboundText
from service.languages import Language
from service.reminders.clinics import clinic, senders_of
from service.reminders.optouts import is_stopped
from service.storage.reminder_tables import audit
from service.web.console.console import Console
from service.web.console.permissions import Permission
from service.web.console.seat import Seat
from service.web.console.setup_steps import (
    BY_HAND,
    TESTED,
    TICKED,
    UNTICKED,
    State,
    standing,
    steps,
    still_to_do,
)
from service.web.console.to_myself import send_to_myself
from service.web.console.typed_number import typed_number
from service.web.console.words import say

# So many test texts an hour are plenty for one person.
MOST_TESTS = 10


def add(console: Console) -> None:
    """The steps, a tick for those that only a person can tell, and the test text."""
    console.blueprint.context_processor(lambda: {"setup_left": _left})

    @console.page("/setup", Permission.CHANGE_SETTINGS)
    def setup(seat: Seat) -> ResponseReturnValue:
        with seat.read() as connection:
            now = standing(connection, seat)
        found = steps(now)
        left = sum(step.state is State.TO_DO for step in found)
        return seat.show("setup.html", steps=found, left=left, senders=now.senders)

    @console.page("/setup/tick", Permission.CHANGE_SETTINGS, methods=("POST",))
    def tick_step(seat: Seat) -> ResponseReturnValue:
        step = request.form.get("step", "")
        if step not in BY_HAND:
            abort(400)
        with seat.write() as connection:
            seat.note(connection, UNTICKED if "undo" in request.form else TICKED, f"step {step}")
        return seat.back("setup")

    @console.page("/setup/test", Permission.CHANGE_SETTINGS, methods=("POST",))
    def test_text(seat: Seat) -> ResponseReturnValue:
        to = typed_number(request.form.get("number", ""))
        with seat.read() as connection:
            refusal = _refusal(connection, seat, to)
            sender = next((one for one in senders_of(connection, seat.clinic_id) if one.role != "line"), None)
            name = clinic(connection, seat.clinic_id).name_in_texts
        if refusal or sender is None:
            return seat.back("setup", refusal or "setup.test_no_sender")
        with seat.write() as connection:
            seat.note(connection, TESTED, f"staff {seat.me.staff_id}")
        wanted = request.form.get("language", "")
        language = Language(wanted) if wanted in list(Language) else seat.language
        words = say(language, "setup.test_words", clinic=name)
        outcome = send_to_myself(seat.parts.gateway, OutboundText(to, sender.number, words, validity=3600))
        return seat.back("setup", f"broadcasts.test_{outcome}")


def _left() -> int:
    """How many steps are left, for whoever may do them; asked by `setup_card.html` alone."""
    seat: Seat | None = g.get("console_seat")
    if seat is None or not seat.may(Permission.CHANGE_SETTINGS):
        return 0
    with seat.read() as connection:
        return still_to_do(connection, seat)


def _refusal(connection: Connection, seat: Seat, to: str) -> str:
    """Why no test text may go to this number, as a phrase; empty where it may."""
    if not to:
        return "broadcasts.test_no_number"
    if is_stopped(connection, seat.clinic_id, seat.privacy.phone(to)):
        return "broadcasts.test_stopped"
    mine = (audit.c.clinic_id == seat.clinic_id, audit.c.who == seat.name, audit.c.what == TESTED)
    sent = select(func.count()).where(*mine, audit.c.at > seat.now - 3600)
    return "broadcasts.test_many" if connection.execute(sent).scalar_one() >= MOST_TESTS else ""
