"""The parts of an installation, put together from its settings; the web application and the worker share them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from service.audio import recordings as audio
from service.audio.recordings import NAMES, Recordings
from service.content.library import HERE, Library, load
from service.content.reviews import FILE
from service.conversation.world import World, written
from service.front_desk.almanac import Almanac
from service.front_desk.effects import Performer
from service.front_desk.hours import number_now, read_hours
from service.front_desk.noticeboard import Noticeboard
from service.front_desk.spool import Spool
from service.front_desk.words import prepare
from service.gateway.base import Gateway
from service.gateway.outbox import Outbox
from service.reminders.rules.lint import telling
from service.settings import BadSettings, Settings
from service.storage.database import Database
from service.storage.vault import Vault

# Where what staff decided outlives a restart without the database.
COPY = "decided.json"


@dataclass(frozen=True)
class Parts:
    """What an installation is made of; the web application and the worker share it."""

    settings: Settings
    database: Database
    vault: Vault
    spool: Spool
    performer: Performer
    recordings: Recordings
    library: Library
    noticeboard: Noticeboard
    almanac: Almanac
    gateway: Gateway
    world: Callable[[], World]
    clock: Callable[[], float]

    def look_again(self) -> None:
        """Read again what people decided about our pages, and make the words anew if it changed: beside the requests,
        so that none of them waits."""
        self.noticeboard.look()
        self.almanac.renew()

    def look_now(self) -> None:
        """The same at once, after a decision that was made in this process."""
        self.noticeboard.reread()
        self.almanac.renew()


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
    recordings = Recordings(
        committed, settings.var / "audio", names=settings.var / NAMES, secret=settings.secret_key, clock=clock
    )
    hours = read_hours(settings)
    if settings.clinic_name and (words := telling(settings.clinic_name)):
        raise BadSettings(
            f"Set CLINIC_NAME to a name that tells nothing, for it stands in texts: it says {words[0]!r}."
        )

    board = Noticeboard(library, database, file=HERE / FILE, copy=settings.var / COPY, clock=clock)

    def edition() -> int:
        recordings.find("")
        return recordings.edition

    almanac = Almanac(
        library,
        lambda shown, replaced, noted, earlier, same: prepare(
            shown, recordings, settings.public_url, spoken_fields(settings), replaced, noted, earlier, same
        ),
        posted=lambda: (board.edition, board.posted),
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
        library=library,
        noticeboard=board,
        almanac=almanac,
        gateway=_gateway(settings, database, clock),
        world=lambda: World(number_now(settings, hours, clock()), settings.clinic_name, settings.line_from),
        clock=clock,
    )


def spoken_fields(settings: Settings) -> dict[str, str]:
    """What fills the fields of prompts that hold a clinic's own words; an empty one leaves its prompts out."""
    return {"clinic": settings.clinic_name, "line_phone": written(settings.line_from) if settings.line_from else ""}


def safety_words_to_review(parts: Parts) -> int:
    """How many texts of the safety set wait for a review, where this installation requires one; else 0."""
    return len(parts.noticeboard.posted.unread) if parts.settings.content_review == "required" else 0


def _gateway(settings: Settings, database: Database, clock: Callable[[], float]) -> Gateway:
    if settings.tryout:
        return Outbox(database, clock)
    # Loaded only where there is an account: Twilio's client weighs several megabytes.
    from service.gateway.twilio import Twilio

    return Twilio(settings)
