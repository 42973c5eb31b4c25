"""The doors that only Twilio opens: texts, calls and receipts, each checked for Twilio's signature."""

from __future__ import annotations

from flask import Blueprint, Flask, Request
from flask.sessions import NullSession, SecureCookieSessionInterface, SessionMixin

from service.front_desk.calls import CallDesk
from service.front_desk.texts import TextDesk
from service.settings import Settings
from service.web.webhooks import reminder_call, sms, status, voice
from service.web.webhooks.signature import Doorkeeper


def register(app: Flask, settings: Settings, texts: TextDesk, calls: CallDesk) -> None:
    """Hang the webhooks under /twilio."""
    app.session_interface = _NoSessionForTwilio()
    doors = Blueprint("twilio", __name__, url_prefix="/twilio")
    doors.before_request(Doorkeeper(settings).check)
    sms.add(doors, texts)
    voice.add(doors, calls, texts.words)
    reminder_call.add(doors, calls, texts.words)
    status.add(doors, texts.database, texts.clock, calls.journal)
    app.register_blueprint(doors)


class _NoSessionForTwilio(SecureCookieSessionInterface):
    """Twilio sends no cookies back; making ready to read one took a tenth of a webhook's time."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:  # type: ignore[override]
        if request.path.startswith("/twilio/"):
            return NullSession()
        return super().open_session(app, request)

    def is_null_session(self, obj: object) -> bool:
        return isinstance(obj, NullSession)
