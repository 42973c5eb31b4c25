"""`clearline audio`: render the recordings, and check that they are whole, current and fit for the phone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import make_url

from service.audio.finish import Format
from service.audio.inspection import Inspection, limits
from service.audio.manifest import BadManifest
from service.audio.recordings import COMMITTED, NAMES, Recordings
from service.audio.render import WORKERS, render, render_names
from service.audio.script import own_lines, script
from service.audio.voices.espeak import Espeak
from service.audio.voices.flite import Flite
from service.audio.voices.gtts import Gtts
from service.audio.voices.recorded import Recorded
from service.audio.voices.tone import Tone
from service.audio.voices.voice import CannotSpeak, Voice
from service.channels.pieces import Piece
from service.content import library
from service.content.library import ContentError
from service.conversation.pace import Pace
from service.languages import Language
from service.parts import spoken_fields
from service.reminders.spoken_names import spoken_names
from service.settings import BadSettings, Settings, from_environment
from service.storage.database import Database, StorageDown

Moved = Callable[[int, int], None]

ENGINES = ("espeak", "flite", "gtts", "recorded", "tone")

languages_option = click.option(
    "--languages", default="en,es", show_default=True, help="Which languages, with commas between them."
)
pace_option = click.option(
    "--pace", type=click.Choice(["both", *(p.value for p in Pace)]), default="both", show_default=True
)
engine_option = click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="espeak",
    show_default=True,
    envvar="AUDIO_ENGINE",
    help="The voice.",
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice([f.value for f in Format]),
    default="mulaw",
    show_default=True,
    envvar="AUDIO_FORMAT",
    help="mu-law is what telephones use; pcm16 is twice as large.",
)
folder_option = click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="For --engine recorded: the folder with en/CLIP.wav, es/CLIP.wav.",
)
audio_option = click.option(
    "--audio", "committed", type=click.Path(path_type=Path), default=COMMITTED, help="Where committed clips lie."
)


@click.group(name="audio")
def command() -> None:
    """The recordings that the phone plays."""


@command.command("render")
@languages_option
@pace_option
@engine_option
@format_option
@folder_option
@audio_option
@click.option("--online", is_flag=True, help="Allow an engine that sends our words over the internet (gtts).")
def render_command(
    languages: str, pace: str, engine: str, form: str, folder: Path | None, committed: Path, online: bool
) -> None:
    """Render every sentence that is new or changed. Safe to interrupt; the next run goes on."""
    settings = _settings()
    try:
        lines = list(script(library.load(), spoken_fields(settings), _languages(languages), _paces(pace)))
        voice = _voice(engine, folder, online)
        workers = 1 if engine == "gtts" else WORKERS
        with _bar("Rendering") as moved:
            counts = render(lines, voice, committed, settings.var / "audio", Format(form), moved, workers)
    except (BadManifest, CannotSpeak, ContentError) as error:
        raise click.ClickException(str(error)) from error
    for failure in counts.failed:
        click.echo(f"not rendered: {failure}", err=True)
    click.echo(
        f"{counts.rendered} rendered, {counts.kept} unchanged, {counts.removed} removed, {len(counts.failed)} failed"
    )
    if counts.failed:
        sys.exit(1)


@command.command("names")
@format_option
def names_command(form: str) -> None:
    """Render the names and towns of all clinics with the default voice, which sends them nowhere.

    The worker and the web server do this by themselves when one is new or changed."""
    settings = _settings()
    try:
        lines = list(own_lines(_names(settings)))
        counts = render_names(lines, Espeak(), settings.var / NAMES, Format(form))
    except (BadManifest, CannotSpeak) as error:
        raise click.ClickException(str(error)) from error
    for failure in counts.failed:
        click.echo(f"not rendered: {failure}", err=True)
    click.echo(f"{counts.rendered} names rendered, {counts.kept} unchanged, {counts.removed} removed")
    if counts.failed:
        sys.exit(1)


@command.command("check")
@languages_option
@pace_option
@engine_option
@format_option
@folder_option
@audio_option
@click.option("--listen", is_flag=True, help="Lay each English clip along its own words and its neighbour's.")
def check_command(
    languages: str, pace: str, engine: str, form: str, folder: Path | None, committed: Path, listen: bool
) -> None:
    """Say what is missing, stale, silent, clipped, too long or left over; exit 1 where anything is."""
    settings = _settings()
    try:
        lines = list(script(library.load(), spoken_fields(settings), _languages(languages), _paces(pace)))
        inspection = Inspection(
            lines,
            _voice(engine, folder, online=True),
            Format(form),
            committed,
            settings.var / "audio",
            limits(library.read(library.HERE / "limits.yaml")["seconds"]),
            exact=os.environ.get("CI", "") == "true",
        )
        problems = _with_bar("Checking", inspection.problems)
        problems += _without_names(settings, committed)
        if listen:
            problems += _with_bar("Listening", inspection.misheard)
    except (BadManifest, CannotSpeak, ContentError) as error:
        raise click.ClickException(str(error)) from error
    for problem in problems:
        click.echo(problem)
    click.echo(f"{len(lines)} recordings, {len(problems)} problems", err=True)
    if problems:
        sys.exit(1)


def _names(settings: Settings) -> Mapping[Language, Collection[Piece]]:
    """Those of the clinics in the database; none where there is no database yet."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return {}
    database = Database(settings.database_url)
    try:
        with database.read() as connection:
            return spoken_names(connection)
    except StorageDown:
        return {}
    finally:
        database.close()


def _without_names(settings: Settings, committed: Path) -> list[str]:
    recordings = Recordings(committed, settings.var / "audio", names=settings.var / NAMES)
    return [
        f"{language} {piece.words}: this clinic's name or town is not recorded; run `clearline audio names`"
        for language, pieces in _names(settings).items()
        for piece in recordings.without_name(language, pieces)
    ]


def _voice(engine: str, folder: Path | None, online: bool) -> Voice:
    """The engine by its name. Raises CannotSpeak, with what to do, where it cannot be used."""
    if engine == "gtts":
        if not online:
            raise CannotSpeak("gtts sends every sentence to Google: add --online to allow that.")
        return Gtts()
    if engine == "recorded":
        if folder is None:
            raise CannotSpeak("Give the folder of recordings with --folder.")
        return Recorded(folder)
    if engine == "flite":
        return Flite(shutil.which("flite"))
    return Tone() if engine == "tone" else Espeak()


def _settings() -> Settings:
    try:
        return from_environment(os.environ)
    except BadSettings as error:
        raise click.ClickException(str(error)) from error


def _languages(names: str) -> list[Language]:
    try:
        return [Language(name.strip()) for name in names.split(",")]
    except ValueError as error:
        raise click.BadParameter(f"{names!r}: take en, es, or en,es", param_hint="--languages") from error


def _paces(name: str) -> list[Pace]:
    return list(Pace) if name == "both" else [Pace(name)]


def _with_bar(name: str, find: Callable[[Moved], Iterable[str]]) -> list[str]:
    with _bar(name) as moved:
        return list(find(moved))


@contextmanager
def _bar(name: str) -> Iterator[Moved]:
    """A bar on a terminal, nothing in a log."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
