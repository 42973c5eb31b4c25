"""Calls from Twilio: the first step, each later one, and the return from a person we dialled."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint, Response, request

from service.conversation.pace import Pace
from service.conversation.reply import Reply, Say, Then
from service.front_desk.calls import CallDesk
from service.front_desk.messages import CallStep
from service.front_desk.words import Words
from service.languages import Language
from service.web.webhooks.signature import require
from service.web.webhooks.sms import twiml

log = logging.getLogger(__name__)


def add(doors: Blueprint, desk: CallDesk, words: Callable[[], Words]) -> None:
    """POST /twilio/voice and the steps under it."""

    @doors.post("/voice", endpoint="call")
    @doors.post("/voice/step", endpoint="call_step")
    @doors.post("/voice/dialed", endpoint="call_dialed")
    def receive_step() -> Response:
        try:
            return twiml(desk.answer(step_of(desk.clock())))
        except Exception as error:
            if getattr(error, "code", None):
                raise
            log.exception("a step of call %s could not be answered", request.form.get("CallSid", "")[:40])
            sorry = Reply(tuple(Say("system_sorry", language=language) for language in Language), then=Then.HANG_UP)
            return twiml(words().voice.document(sorry, Language.ENGLISH, Pace.NORMAL))


def step_of(now: float) -> CallStep:
    """The step of a call that the present request is."""
    form, args, endpoint = request.form, request.args, request.endpoint
    call_sid, caller, to = require(form, "CallSid", "From", "To")
    return CallStep(
        call_sid=call_sid,
        caller=caller,
        to=to,
        state="" if endpoint == "twilio.call" else args.get("s", "?"),
        seconds=_seconds_since(args.get("t", ""), now),
        digits=form.get("Digits", ""),
        speech=form.get("SpeechResult", "")[:500],
        confidence=_confidence(form.get("Confidence", "")),
        dialed=form.get("DialCallStatus", "failed") if endpoint == "twilio.call_dialed" else "",
    )


def _seconds_since(milliseconds: str, now: float) -> float:
    """Seconds since the step was put; a clock that was set back counts as long ago."""
    if not milliseconds.isascii() or not milliseconds.isdigit() or len(milliseconds) > 15:
        return 60.0
    passed = now - int(milliseconds) / 1000
    return passed if passed >= 0 else 60.0


def _confidence(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
