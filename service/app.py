"""The web application: every door around the parts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask, redirect

from service.front_desk.call_journal import CallJournal
from service.front_desk.calls import CallDesk
from service.front_desk.noticeboard import watch
from service.front_desk.texts import TextDesk
from service.gateway.outbox import Outbox
from service.parts import Parts, put_together, safety_words_to_review
from service.reminders.spoken_names import EVERY as NAMES_EVERY
from service.reminders.spoken_names import record_missing
from service.settings import Settings, from_environment
from service.web import console, headers, health, webhooks
from service.web import recordings as recordings_door
from service.web.readiness import checks

__all__ = ["Parts", "create_app", "put_together", "serve_parts"]

# Far above what Twilio ever sends, so that a signed request is never refused for its size.
LARGEST_BODY = 1024 * 1024


def create_app(settings: Settings | None = None, *, clock: Callable[[], float] = time.time) -> Flask:
    """The application for `settings`, by default those of the environment."""
    parts = put_together(settings or from_environment(os.environ), clock)
    app = serve_parts(parts)
    watch(parts.look_again)
    watch(lambda: record_missing(parts.database, parts.recordings), NAMES_EVERY)
    return app


def serve_parts(parts: Parts) -> Flask:
    """The application around parts that stand already."""
    settings = parts.settings
    app = Flask("clearline", static_folder=None, template_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY, SECRET_KEY=settings.secret_key
    )
    shared = (parts.almanac, parts.world, parts.clock, parts.database, parts.performer, parts.spool)
    reminders_only = frozenset({settings.reminders_from} - {settings.line_from})
    texts = TextDesk(
        *shared,
        reminders_only=reminders_only,
        carrier_answers=settings.carrier_keywords == "twilio",
        zone=settings.clinic_zone,
    )
    glances = ThreadPoolExecutor(4, thread_name_prefix="glance")
    voice_url = settings.public_url + "/twilio/voice"
    calls = CallDesk(
        *shared,
        glances=glances,
        voice_url=voice_url,
        reminders_only=reminders_only,
        journal=CallJournal(parts.database, parts.performer.index, parts.clock),
    )
    parts.noticeboard.reread()
    parts.almanac()
    webhooks.register(app, settings, texts, calls)
    app.register_blueprint(recordings_door.recordings_blueprint(parts.recordings))
    console.register(app, parts)
    headers.register(app, encrypted=settings.public_url.startswith("https:"))
    health.register(
        app,
        checks(
            parts.database,
            parts.almanac,
            parts.recordings,
            parts.spool,
            settings,
            lambda: safety_words_to_review(parts),
        ),
    )
    if settings.tryout:
        _add_simulator(app, parts)
    app.extensions["clearline"] = parts
    app.extensions["call_journal"] = calls.journal
    return app


def _add_simulator(app: Flask, parts: Parts) -> None:
    # Imported here so that an installation with a real account does not even load it.
    from service.simulator.browser import blueprint

    outbox = parts.gateway
    assert isinstance(outbox, Outbox)
    app.register_blueprint(blueprint(parts.settings, parts.recordings.words, outbox.inbox))
    app.add_url_rule("/", "start", lambda: redirect("/phone"))
