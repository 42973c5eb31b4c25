"""The parts of an installation, put together from its settings; the web application and the worker share them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from service.audio import recordings as audio
from service.audio.recordings import Recordings
from service.content.library import Library, load
from service.content.reviews import load_reviews
from service.conversation.world import World, written
from service.front_desk.almanac import Almanac
from service.front_desk.effects import Performer
from service.front_desk.hours import number_now, read_hours
from service.front_desk.spool import Spool
from service.front_desk.words import prepare
from service.gateway.base import Gateway
from service.gateway.outbox import Outbox
from service.settings import Settings
from service.storage.database import Database
from service.storage.vault import Vault


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
        gateway=_gateway(settings, database, clock),
        world=lambda: World(number_now(settings, hours, clock()), settings.clinic_name, settings.line_from),
        clock=clock,
    )


def _gateway(settings: Settings, database: Database, clock: Callable[[], float]) -> Gateway:
    if settings.tryout:
        return Outbox(database, clock)
    # Loaded only where there is an account: Twilio's client weighs several megabytes.
    from service.gateway.twilio import Twilio

    return Twilio(settings)
