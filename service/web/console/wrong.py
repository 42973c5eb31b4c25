"""What went wrong, told on a page: with an id to ask about, and nothing of what was inside."""

from __future__ import annotations

import logging
import secrets
import traceback
from http import HTTPStatus

from flask import Response, request
from jinja2 import TemplateError
from werkzeug.exceptions import HTTPException

from service.content.library import ContentError
from service.reminders.refused import Refused
from service.storage.database import StorageDown
from service.web.console.passwords import Busy
from service.web.console.seat import Seat
from service.web.console.words import known

log = logging.getLogger(__name__)


def page_for(error: Exception, seat: Seat) -> Response:
    """A page for whatever went wrong, with an id to ask about, and nothing of what was inside."""
    if isinstance(error, HTTPException) and error.code and error.code < 500:
        return _page(seat, error.code, f"errors.http_{error.code}")
    if isinstance(error, Refused):
        return _page(seat, 409, "errors.refused", sentence=error.said(seat.language))
    if isinstance(error, Busy):
        return _page(seat, 503, "errors.busy")
    number = secrets.token_hex(4)
    # The message of an exception may hold what somebody typed; where it was raised does not.
    where = "".join(traceback.format_tb(error.__traceback__))
    said = str(error) if isinstance(error, ContentError | TemplateError) else ""
    log.error("page %s, error %s: %s %s\n%s", request.endpoint, number, type(error).__name__, said, where)
    down = isinstance(error, StorageDown)
    return _page(seat, 503 if down else 500, "errors.down" if down else "errors.ours", number=number)


def _page(seat: Seat, status: int, phrase: str, **fields: str) -> Response:
    name = phrase if known(phrase) else "errors.http_400"
    reason = HTTPStatus(status).phrase
    return seat.show("error.html", status, reason=name, fields=fields, http=reason)
