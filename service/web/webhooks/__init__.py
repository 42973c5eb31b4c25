"""The doors that only Twilio opens: texts, calls and receipts, each checked for Twilio's signature."""

from __future__ import annotations

from flask import Blueprint, Flask

from service.front_desk.calls import CallDesk
from service.front_desk.texts import TextDesk
from service.settings import Settings
from service.web.webhooks import sms, status, voice
from service.web.webhooks.signature import Doorkeeper


def register(app: Flask, settings: Settings, texts: TextDesk, calls: CallDesk) -> None:
    """Hang the webhooks under /twilio."""
    doors = Blueprint("twilio", __name__, url_prefix="/twilio")
    doors.before_request(Doorkeeper(settings).check)
    sms.add(doors, texts)
    voice.add(doors, calls, texts.words)
    status.add(doors)
    app.register_blueprint(doors)
