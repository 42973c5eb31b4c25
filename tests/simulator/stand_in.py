"""A stand-in for the service: a small line that speaks every kind of TwiML, to try the pretend phones on."""

from __future__ import annotations

import io
import math
import struct
from pathlib import Path

from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator

from service.settings import Settings
from service.simulator import browser

WORDS = {
    "en/welcome.1.wav": "For treatments, press 4. For a person, press 0.",
    "en/more.2.wav": "Take your time.",
    "es/chemo.3.wav": "La quimio mata las células que crecen rápido.",
}
GATHER = '<Gather numDigits="1" finishOnKey="" timeout="{wait}" action="/twilio/voice/{to}" {also}>{play}</Gather>'


def line(settings: Settings, folder: Path) -> Flask:
    """An app with /twilio/sms, /twilio/voice, /audio and the browser phone. `folder` is its root."""
    app = Flask("stand_in", root_path=str(folder))
    app.config["hung_up"], app.config["inbox"], app.config["forms"] = [], [], []
    app.register_blueprint(
        browser.blueprint(
            settings, WORDS.get, lambda number, after: [m for m in app.config["inbox"] if m["id"] > after]
        )
    )

    def play(name: str) -> str:
        return f"<Play>{settings.public_url}/audio/{name}</Play>"

    pages = {
        "": GATHER.format(wait=2, to="menu", also="", play=play("en/welcome.1.wav"))
        + GATHER.format(wait=8, to="menu", also='actionOnEmptyResult="true"', play=""),
        "none": GATHER.format(wait=1, to="menu", also="", play=play("en/more.2.wav"))
        + "<Redirect>/twilio/voice/bye</Redirect>",
        "4": f'<Gather numDigits="3" action="/twilio/voice/menu" finishOnKey="#">{play("es/chemo.3.wav")}</Gather>',
        "441": '<Pause length="1"/><Say language="en-US">Chemo is strong medicine.</Say>'
        "<Redirect>/twilio/voice/bye</Redirect>",
        "0": '<Dial timeout="25" action="/twilio/voice/dialed"><Number>+15555550199</Number></Dial>',
        "7": '<Gather input="dtmf speech" timeout="5" action="/twilio/voice/spoken"><Say>Say a word.</Say></Gather>',
        "9": "<Redirect>/twilio/voice/circle</Redirect>",
    }

    @app.before_request
    def signed() -> None:
        if not request.path.startswith("/twilio/"):
            return
        query = request.environ["QUERY_STRING"]
        url = settings.public_url + request.path + (f"?{query}" if query else "")
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(settings.auth_tokens[0]).validate(url, request.form, signature):
            abort(403)
        app.config["forms"].append(request.form.to_dict())

    def twiml(inside: str) -> Response:
        return Response(f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>', mimetype="text/xml")

    @app.post("/twilio/sms")
    def sms() -> Response:
        body = request.form["Body"]
        if body == "quiet":
            return twiml("")
        if body == "call":
            app.config["inbox"].append({"id": len(app.config["inbox"]) + 1, "body": "A text by itself"})
        return twiml(f"<Message>Emergency? Call 911\n1 Urgent help\nYou wrote {len(body)} characters</Message>")

    @app.post("/twilio/voice")
    def voice() -> Response:
        return twiml(pages[""])

    @app.post("/twilio/voice/menu")
    def menu() -> Response:
        return twiml(pages.get(request.form["Digits"] or "none", pages[""]))

    @app.post("/twilio/voice/spoken")
    def spoken() -> Response:
        return twiml(f"<Say>I heard {request.form['SpeechResult']}</Say>")

    @app.post("/twilio/voice/dialed")
    def dialed() -> Response:
        return twiml(f"<Say>It was {request.form['DialCallStatus']}</Say>" + pages[""])

    @app.post("/twilio/voice/circle")
    def circle() -> Response:
        return twiml(pages["9"])

    @app.post("/twilio/voice/bye")
    def bye() -> Response:
        return twiml('<Say language="en-US">Goodbye.</Say><Hangup/><Say>Never heard.</Say>')

    @app.post("/twilio/voice/status")
    def status() -> Response:
        app.config["hung_up"].append(request.form["CallSid"])
        return Response(status=204)

    @app.get("/audio/<path:name>")
    def audio(name: str) -> Response:
        return Response(mu_law_tone(1.5), mimetype="audio/wav") if name in WORDS else abort(404)

    return app


def mu_law_tone(seconds: float) -> bytes:
    """A quiet 300 Hz tone as the recordings are: WAV, 8 kHz, mono, G.711 mu-law."""
    samples = bytes(_mu_law(int(4000 * math.sin(2 * math.pi * 300 * n / 8000))) for n in range(int(seconds * 8000)))
    wav = io.BytesIO()
    wav.write(b"RIFF" + struct.pack("<I", 50 + len(samples)) + b"WAVE")
    wav.write(b"fmt " + struct.pack("<IHHIIHHH", 18, 7, 1, 8000, 8000, 1, 8, 0))
    wav.write(b"fact" + struct.pack("<II", 4, len(samples)))
    wav.write(b"data" + struct.pack("<I", len(samples)) + samples)
    return wav.getvalue()


def _mu_law(sample: int) -> int:
    sign, magnitude = (0x80, -sample) if sample < 0 else (0, sample)
    magnitude = min(magnitude + 132, 32767)
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF
