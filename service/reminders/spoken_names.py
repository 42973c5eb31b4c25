"""What clinics call themselves and their towns, as calls must be able to say it in each language."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Mapping

from sqlalchemy import Connection, select

from service.audio.recordings import Recordings
from service.channels.pieces import Piece, own
from service.languages import Language
from service.reminders.rules import written_dates
from service.storage.database import Database, StorageDown
from service.storage.reminder_tables import clinics, sites

log = logging.getLogger(__name__)

# Seconds between two looks whether a name is new or has changed.
EVERY = 60


def spoken_names(connection: Connection) -> Mapping[Language, tuple[Piece, ...]]:
    """The pieces to record for all clinics, by language. Looks over all of them, as recording does."""
    names = connection.execute(select(clinics.c.name_in_texts).where(clinics.c.name_in_texts != "")).scalars().all()
    towns = connection.execute(select(sites.c.town).where(sites.c.town != "")).scalars().all()
    return {
        language: tuple(
            own(words) for words in sorted({*names, *(written_dates.town(town, language).strip() for town in towns)})
        )
        for language in Language
    }


def missing_names(database: Database, recordings: Recordings) -> list[str]:
    """The names and towns that are not recorded on this machine. Raises StorageDown."""
    with database.read() as connection:
        names = spoken_names(connection)
    return sorted(
        {piece.words for language, pieces in names.items() for piece in recordings.without_name(language, pieces)}
    )


def record_missing(database: Database, recordings: Recordings) -> None:
    """Record what is missing in a child process, because what speaks is heavy and under a licence of its own. The web
    process and the worker both look, for they may run on two machines; on one, the second finds it done."""
    try:
        if not missing_names(database, recordings):
            return
    except StorageDown:
        return
    # Our own command, without a shell.
    done = subprocess.run([sys.executable, "-m", "service.cli", "audio", "names"], check=False)
    if done.returncode:
        log.warning("the name of a clinic could not be recorded; the phone company's voice says it")
