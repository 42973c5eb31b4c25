"""What clinics call themselves and their towns, as calls must be able to say it in each language."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from service.channels.pieces import Piece, own
from service.languages import Language
from service.reminders.rules import written_dates
from service.storage.reminder_tables import clinics, sites


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
