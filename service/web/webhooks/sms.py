"""Texts from Twilio, answered with TwiML."""

from __future__ import annotations

import logging
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request

from service.front_desk.messages import InboundText
from service.front_desk.texts import TextDesk
from service.languages import Language
from service.web.webhooks.signature import require

log = logging.getLogger(__name__)
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def add(doors: Blueprint, desk: TextDesk) -> None:
    """POST /twilio/sms: one text from a person."""

    @doors.post("/sms")
    def receive_text() -> Response:
        # Twilio sends Body with a picture alone, too: one that is missing was cut off from another name.
        form = request.form
        sid, sender, to, body = require(form, "MessageSid", "From", "To", "Body")
        message = InboundText(sid[:64], sender, to, body, form.get("OptOutType", ""))
        try:
            return twiml(message_document(desk.answer(message)))
        except Exception:
            # Twilio would tell the person nothing; these words tell them whom to call.
            log.exception("text %s could not be answered", sid)
            sorry = desk.words().library.phrases["system_sorry_text"].text
            return twiml(message_document("\n".join(sorry[language] for language in Language)))


def message_document(words: str) -> str:
    """TwiML that sends `words`, or nothing."""
    if not words:
        return EMPTY
    return f'<?xml version="1.0" encoding="UTF-8"?><Response><Message>{escape(words)}</Message></Response>'


def twiml(document: str) -> Response:
    """A document as Twilio wants it."""
    return Response(document, content_type="text/xml; charset=utf-8")
