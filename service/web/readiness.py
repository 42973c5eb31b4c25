"""What must hold for an installation to do its work, each as a check that says in a sentence what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from service.audio.recordings import Recordings
from service.channels.prompts import every_prompt
from service.conversation.pace import Pace
from service.front_desk.spool import Spool
from service.front_desk.words import Words
from service.languages import Language
from service.reminders.spoken_names import missing_names
from service.settings import Settings
from service.storage.database import Database, StorageDown
from service.storage.migrate import is_current
from service.web.health import Check


def checks(
    database: Database,
    words: Callable[[], Words],
    recordings: Recordings,
    spool: Spool,
    settings: Settings,
    to_review: Callable[[], int] = lambda: 0,
) -> Mapping[str, Check]:
    """The checks that /readyz asks."""
    return {
        "database": lambda: _database(database),
        "recordings": lambda: _recordings(words(), recordings),
        "names": lambda: _names(database, recordings),
        "spool": lambda: _spool(spool),
        "clinic": lambda: _clinic(settings),
        "review": lambda: _review(to_review()),
    }


def _database(database: Database) -> str:
    try:
        return "" if is_current(database) else "The database lacks a migration: run `clearline release`."
    except StorageDown as error:
        return f"The database cannot be used ({error}); texts and calls are answered from memory."


def _recordings(words: Words, recordings: Recordings) -> str:
    """Callers still hear the words of a missing clip, in the phone company's own voice."""
    missing = [
        prompt.clip
        for language in Language
        for prompt in every_prompt(words.library, language, {})
        if recordings.url(language, Pace.NORMAL, prompt) is None
    ]
    if not missing:
        return ""
    return f"{len(missing)} recordings are missing, such as {missing[0]}: run `clearline audio render`."


def _names(database: Database, recordings: Recordings) -> str:
    """Without its name a clinic's reminder calls are spoken by the phone company's voice."""
    try:
        missing = missing_names(database, recordings)
    except StorageDown:
        return ""
    if not missing:
        return ""
    return f"{len(missing)} names of clinics and towns are not recorded: run `clearline audio names`."


def _spool(spool: Spool) -> str:
    count = len(spool)
    return f"{count} messages wait on disk for the database; the worker stores them." if count else ""


def _review(waiting: int) -> str:
    if not waiting:
        return ""
    return f"{waiting} safety texts wait for a clinical review; nothing that we start is sent before it."


def _clinic(settings: Settings) -> str:
    if settings.tryout or settings.clinic_phone_night:
        return ""
    return "Set CLINIC_PHONE_NIGHT: a person must be reachable at night before the line goes live."
