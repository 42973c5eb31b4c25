"""Receipts from Twilio: how a text or a call of ours ended."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, request

from service.web.webhooks.signature import no_content

log = logging.getLogger(__name__)


def add(doors: Blueprint) -> None:
    """POST /twilio/sms/status and /twilio/voice/status, each with our own id behind it or not."""

    @doors.post("/sms/status")
    @doors.post("/sms/status/<path:delivery>")
    def text_receipt(delivery: str = "") -> Response:
        form = request.form
        sid, status = form.get("MessageSid", "")[:40], form.get("MessageStatus", "")[:30]
        log.info("text %s is %s %s", sid, status, form.get("ErrorCode", "")[:6])
        return no_content()

    @doors.post("/voice/status")
    @doors.post("/voice/status/<path:delivery>")
    def call_receipt(delivery: str = "") -> Response:
        form = request.form
        log.info("call %s is %s", form.get("CallSid", "")[:40], form.get("CallStatus", "")[:30])
        return no_content()
