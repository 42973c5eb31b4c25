"""The steps of a call that we made to remind somebody, answered with TwiML."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, request

from service.conversation.pace import Pace
from service.conversation.reply import Reply, Say, Then
from service.front_desk.calls import CallDesk
from service.front_desk.messages import CallStep
from service.front_desk.reminder_calls import ReminderCalls
from service.front_desk.words import Words
from service.languages import Language
from service.web.webhooks.sms import twiml
from service.web.webhooks.voice import step_of

log = logging.getLogger(__name__)


def add(doors: Blueprint, desk: CallDesk, words: Callable[[], Words]) -> None:
    """POST /twilio/voice/reminder/DELIVERY and the steps under it."""
    calls = ReminderCalls(desk)

    @doors.post("/voice/reminder/<int:delivery>", endpoint="reminder_call")
    @doors.post("/voice/reminder/<int:delivery>/step", endpoint="reminder_step")
    @doors.post("/voice/reminder/<int:delivery>/dialed", endpoint="reminder_dialed")
    def receive_step(delivery: int) -> Response:
        call = _called(step_of(desk.clock()))
        try:
            if request.endpoint == "twilio.reminder_call":
                return twiml(calls.answer(delivery, replace(call, state=""), _times(request.args.get("n", ""))))
            return twiml(calls.later(delivery, call))
        except Exception:
            log.exception("a step of reminder call %s could not be answered", call.call_sid)
            sorry = Reply(tuple(Say("system_sorry", language=language) for language in Language), then=Then.HANG_UP)
            return twiml(words().voice.document(sorry, Language.ENGLISH, Pace.NORMAL))


def _called(step: CallStep) -> CallStep:
    """On a call of ours Twilio names us as the caller; what follows thinks of the person."""
    dialed = request.form.get("DialCallStatus", "failed") if request.endpoint == "twilio.reminder_dialed" else ""
    return replace(step, caller=step.to, to=step.caller, state=request.args.get("s", "?"), dialed=dialed)


def _times(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
