"""Receipts from Twilio: how a text or a call of ours ended, kept as they come."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint, Response, request

from service.front_desk.call_journal import CallJournal
from service.reminders.receipts import Heard, receive
from service.storage.database import Database, StorageDown
from service.web.webhooks.signature import no_content

log = logging.getLogger(__name__)

LONGEST_SID = 40
# After these words nothing more comes of a call.
ENDED = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
# More digits than any id has would only be somebody's joke.
LONGEST_ID = 12


def add(doors: Blueprint, database: Database, clock: Callable[[], float], journal: CallJournal | None = None) -> None:
    """POST /twilio/sms/status and /twilio/voice/status, each with our own id of the delivery behind it or not. What
    ended a call that came to us goes into the `journal`."""

    @doors.post("/sms/status")
    @doors.post("/sms/status/<path:delivery>")
    def text_receipt(delivery: str = "") -> Response:
        return _keep("MessageSid", "MessageStatus", delivery)

    @doors.post("/voice/status")
    @doors.post("/voice/status/<path:delivery>")
    def call_receipt(delivery: str = "") -> Response:
        form = request.form
        if journal and form.get("Direction") == "inbound" and form.get("CallStatus") in ENDED:
            journal.ended(form.get("CallSid", ""), _number(form.get("CallDuration", "")))
            return no_content()
        return _keep("CallSid", "CallStatus", delivery)

    def _keep(sid_name: str, status_name: str, delivery: str) -> Response:
        form = request.form
        heard = Heard(
            sid=form.get(sid_name, "")[:LONGEST_SID],
            status=form.get(status_name, "")[:30],
            error=_number(form.get("ErrorCode", "")),
            delivery_id=_number(delivery),
        )
        try:
            with database.write() as connection:
                receive(connection, heard, int(clock()))
        except StorageDown as error:
            # Twilio would not ask again; the list of messages tells us the same later.
            log.warning("the receipt of %s could not be kept: %s", heard.sid, error)
        return no_content()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None
