"""The web application: the parts put together."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from service.audio import recordings as audio
from service.audio.recordings import Recordings
from service.content.library import Library, load
from service.content.reviews import load_reviews
from service.conversation.world import World, written
from service.front_desk.almanac import Almanac
from service.front_desk.calls import CallDesk
from service.front_desk.effects import Performer
from service.front_desk.hours import number_now, read_hours
from service.front_desk.spool import Spool
from service.front_desk.texts import TextDesk
from service.front_desk.words import prepare
from service.gateway.base import Gateway
from service.gateway.outbox import Outbox
from service.gateway.twilio import Twilio
from service.web.readiness import checks
from service.settings import Settings, from_environment
from service.storage.database import Database
from service.storage.vault import Vault
from service.web import console, headers, health, webhooks
from service.web import recordings as recordings_door

# Far above what Twilio ever sends, so that a signed request is never refused for its size.
LARGEST_BODY = 1024 * 1024


@dataclass(frozen=True)
class Parts:
    """What an installation is made of; the web application and the worker share it."""

    settings: Settings
    database: Database
    vault: Vault
    spool: Spool
    performer: Performer
    recordings: Recordings
    almanac: Almanac
    gateway: Gateway
    world: Callable[[], World]
    clock: Callable[[], float]


def put_together(
    settings: Settings,
    clock: Callable[[], float] = time.time,
    library: Library | None = None,
    committed: Path = audio.COMMITTED,
) -> Parts:
    """The parts, built from settings. Raises BadSettings or ContentError with a sentence saying what to mend."""
    library = library or load()
    vault = Vault(settings.data_keys)
    database = Database(settings.database_url)
    recordings = Recordings(committed, settings.var / "audio")
    hours = read_hours(settings)
    spoken_fields = {"line_phone": written(settings.line_from)} if settings.line_from else {}

    def edition() -> int:
        recordings.find("")
        return recordings.edition

    almanac = Almanac(
        library,
        lambda shown, replaced, noted, reader: prepare(
            shown, recordings, settings.public_url, spoken_fields, replaced, noted, reader
        ),
        reviews=load_reviews,
        review_required=settings.content_review == "required",
        edition=edition,
        clock=clock,
    )
    return Parts(
        settings=settings,
        database=database,
        vault=vault,
        spool=Spool(settings.var / "spool", vault),
        performer=Performer(settings.phone_key, vault),
        recordings=recordings,
        almanac=almanac,
        gateway=Outbox(database, clock) if settings.tryout else Twilio(settings),
        world=lambda: World(number_now(settings, hours, clock()), settings.clinic_name, settings.line_from),
        clock=clock,
    )


def create_app(settings: Settings | None = None, *, clock: Callable[[], float] = time.time) -> Flask:
    """The application for `settings`, by default those of the environment."""
    parts = put_together(settings or from_environment(os.environ), clock)
    return serve_parts(parts)


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
    calls = CallDesk(*shared, glances=glances, voice_url=voice_url, reminders_only=reminders_only)
    parts.almanac()
    webhooks.register(app, settings, texts, calls)
    app.register_blueprint(recordings_door.recordings_blueprint(parts.recordings))
    console.register(app, parts)
    headers.register(app, encrypted=settings.public_url.startswith("https:"))
    health.register(app, checks(parts.database, parts.almanac, parts.recordings, parts.spool, settings))
    if settings.tryout:
        _add_simulator(app, parts)
    app.extensions["clearline"] = parts
    return app


def _add_simulator(app: Flask, parts: Parts) -> None:
    # Imported here so that an installation with a real account does not even load it.
    from service.simulator.browser import blueprint

    outbox = parts.gateway
    assert isinstance(outbox, Outbox)
    app.register_blueprint(blueprint(parts.settings, parts.recordings.words, outbox.inbox))
