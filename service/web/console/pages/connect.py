"""Connect Twilio: how the account is set, asked when somebody presses the button, and what is missing in words."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask.typing import ResponseReturnValue

from service.gateway.account import State
from service.web.console.account_check import AccountCheck, Answer, ask_twilio
from service.web.console.console import Console
from service.web.console.permissions import Permission
from service.web.console.seat import Seat

AGAIN_AFTER = 2


def add(console: Console) -> None:
    """The page, and its button."""
    check = AccountCheck(ask_twilio(console.parts.settings))

    @console.page("/connect", Permission.CHANGE_SETTINGS)
    def connect(seat: Seat) -> ResponseReturnValue:
        answer = check.answer()
        page = seat.show("connect.html", waiting=check.asked and answer is None, **_told(seat, answer))
        if check.asked and answer is None:
            page.headers["Refresh"] = str(AGAIN_AFTER)
        return page

    @console.page("/connect/ask", Permission.CHANGE_SETTINGS, methods=("POST",))
    def ask_account(seat: Seat) -> ResponseReturnValue:
        if not seat.parts.settings.tryout:
            check.start(seat.now)
            with seat.write() as connection:
                seat.note(connection, "account checked", f"clinic {seat.clinic_id}")
        return seat.back("connect")


def _told(seat: Seat, answer: Answer | None) -> dict[str, Any]:
    """What the page shows: our addresses, and the findings by number, in words."""
    settings = seat.parts.settings
    addresses = [
        ("connect.address_texts", f"{settings.public_url}/twilio/sms"),
        ("connect.address_calls", f"{settings.public_url}/twilio/voice"),
        ("connect.address_status", f"{settings.public_url}/twilio/voice/status"),
    ]
    findings = answer.findings if answer else ()
    groups = [
        (number, [(one.state.value, seat.say(f"connect.{one.name}", **one.fields)) for one in found])
        for number, found in groupby(findings, key=lambda one: one.number)
    ]
    wrong = sum(one.state is State.WRONG for one in findings)
    return {"tryout": settings.tryout, "addresses": addresses, "answer": answer, "groups": groups, "wrong": wrong}
