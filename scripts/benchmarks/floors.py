"""What our webhooks are measured against: two floors that only check and store, and the usual build.

(c) reads the form, checks the signature and answers a fixed string. (t) does the same and one raw sqlite3
transaction: the MessageSid inserted or ignored, one row upserted. (b) is Flask, SQLAlchemy's ORM and TwiML built by
Twilio's library."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable

from flask import Flask, Response, abort, request
from sqlalchemy import String, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

TOKEN = os.environ.get("BENCH_TOKEN", "bench")
PUBLIC = os.environ.get("PUBLIC_URL", "http://bench.test")
DATABASE = os.environ.get("BENCH_DATABASE", "/tmp/bench.db")  # noqa: S108 - the runner hands over a fresh folder
SYNCHRONOUS = os.environ.get("BENCH_SYNCHRONOUS", "FULL")
FIXED = '<?xml version="1.0" encoding="UTF-8"?><Response><Message>A fixed answer.</Message></Response>'


def call_floor() -> Flask:
    """(c): signature, form, a fixed string."""
    app = Flask("call_floor")
    checked = _checker()

    @app.post("/twilio/<path:rest>")
    def answer(rest: str) -> Response:
        checked()
        return Response(FIXED, content_type="text/xml")

    return app


def text_floor() -> Flask:
    """(t): (c) and one raw transaction of two statements."""
    app = Flask("text_floor")
    checked = _checker()
    local = threading.local()
    lock = threading.Lock()
    _connect().executescript(
        "create table if not exists seen (sid text primary key) without rowid;"
        "create table if not exists talk (phone text primary key, state text) without rowid;"
    )

    @app.post("/twilio/sms")
    def answer() -> Response:
        checked()
        if not hasattr(local, "connection"):
            local.connection = _connect()
        connection = local.connection
        with lock:
            connection.execute("begin immediate")
            connection.execute("insert or ignore into seen values (?)", (request.form["MessageSid"],))
            connection.execute(
                "insert into talk values (?, ?) on conflict (phone) do update set state = excluded.state",
                (request.form["From"], request.form["Body"]),
            )
            connection.execute("commit")
        return Response(FIXED, content_type="text/xml")

    return app


class Base(DeclarativeBase):
    """The usual build's models."""


class Seen(Base):
    """A message that came."""

    __tablename__ = "seen"
    sid: Mapped[str] = mapped_column(String, primary_key=True)


class Talk(Base):
    """A person's talk."""

    __tablename__ = "talk"
    phone: Mapped[str] = mapped_column(String, primary_key=True)
    state: Mapped[str] = mapped_column(String)


def usual_build() -> Flask:
    """(b): the ORM, and TwiML from Twilio's library, for texts and calls."""
    app = Flask("usual_build")
    checked = _checker()
    engine = create_engine(f"sqlite:///{DATABASE}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def pragmas(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("pragma journal_mode=wal")
        connection.execute(f"pragma synchronous={SYNCHRONOUS}")

    Base.metadata.create_all(engine)

    @app.post("/twilio/sms")
    def text() -> Response:
        checked()
        with Session(engine) as session:
            if session.get(Seen, request.form["MessageSid"]) is None:
                session.add(Seen(sid=request.form["MessageSid"]))
            talk = session.get(Talk, request.form["From"])
            if talk is None:
                session.add(Talk(phone=request.form["From"], state=request.form["Body"]))
            else:
                talk.state = request.form["Body"]
            session.commit()
        response = MessagingResponse()
        response.message("Chemo is strong medicine. " * 8)
        return Response(str(response), content_type="text/xml")

    @app.post("/twilio/voice/step")
    def call() -> Response:
        checked()
        with Session(engine) as session:
            talk = session.get(Talk, request.form["From"])
            if talk is None:
                session.add(Talk(phone=request.form["From"], state=request.form["Digits"]))
            else:
                talk.state = request.form["Digits"]
            session.commit()
        response = VoiceResponse()
        gather = Gather(num_digits=1, action="/twilio/voice/step", timeout=10)
        for _ in range(3):
            gather.play("https://bench.test/audio/page.wav")
        response.append(gather)
        response.redirect("/twilio/voice/step")
        return Response(str(response), content_type="text/xml")

    return app


def _checker() -> Callable[[], None]:
    validator = RequestValidator(TOKEN)

    def checked() -> None:
        query = request.environ["QUERY_STRING"]
        address = PUBLIC + request.path + ("?" + query if query else "")
        if not validator.validate(address, request.form, request.headers.get("X-Twilio-Signature", "")):
            abort(403)

    return checked


def _connect() -> sqlite3.Connection:
    connection = sqlite3.connect(DATABASE, isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("pragma journal_mode=wal")
    connection.execute(f"pragma synchronous={SYNCHRONOUS}")
    return connection
