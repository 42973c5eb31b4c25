"""`clearline serve`: the web process and the worker together, watched over by a process that stays small."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import click

from service.cli.pretending import clock_of
from service.settings import BadSettings, Settings, from_environment

# One process with a few threads: SQLite wants few writers, and memory stays small.
THREADS = 4
# How the web server's own process hears of --pretend.
PRETEND = "CLEARLINE_PRETEND"


@click.command()
@click.option("--worker/--no-worker", default=True, help="Run the worker too (one machine); default yes.")
@click.option(
    "--pretend",
    default="",
    metavar="TIME",
    help='Try-out only: begin at this local time of the clinic, such as "2026-12-02 10:00".',
)
def command(worker: bool, pretend: str) -> None:
    """Serve the line on BIND:PORT, with the database prepared."""
    settings = settings_or_exit()
    try:
        clock_of(settings, pretend)
    except BadSettings as error:
        raise click.ClickException(str(error)) from error
    os.environ[PRETEND] = pretend
    _refuse_taken_port(settings)
    # In a process of its own, so that what it loads is gone when the serving begins.
    prepared = subprocess.run([sys.executable, "-m", "service.cli", "release", "--before-serving"])
    if prepared.returncode:
        raise SystemExit(prepared.returncode)
    click.echo(_three_lines(settings))
    with _worker_process(pretend) if worker else contextlib.nullcontext():
        _serve(settings)


def settings_or_exit() -> Settings:
    """The settings of the environment; a bad one ends the program with its sentence."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # These log addresses, and addresses hold phone numbers.
    for talkative in ("twilio.http_client", "urllib3", "werkzeug", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    try:
        return from_environment(os.environ)
    except BadSettings as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"Set CLEARLINE_VAR to a folder that can be written: {error}.") from error


def app() -> object:
    """The application for the web server's process."""
    from service.app import create_app

    settings = settings_or_exit()
    return create_app(settings, clock=clock_of(settings, os.environ.get(PRETEND, "")))


def _serve(settings: Settings) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "service.cli.serve:app",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.bind,
        port=settings.port,
        workers=1,
        blocking_threads=THREADS,
        backlog=1024,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


@contextlib.contextmanager
def _worker_process(pretend: str) -> Iterator[None]:
    """A worker beside the web server, stopped with it."""
    # A time that was read already, handed to our own module without a shell.
    process = subprocess.Popen([sys.executable, "-m", "service.cli", "worker", "--pretend", pretend])  # noqa: S603
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()


def _refuse_taken_port(settings: Settings) -> None:
    # The web server itself would share the port with another one without a word.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind, settings.port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise click.ClickException(
                    f"Set BIND to an address of this machine such as 127.0.0.1; it is {settings.bind!r}."
                ) from error
            raise click.ClickException(
                f"Port {settings.port} is taken; stop what uses it, or set PORT to another number."
            ) from error


def _three_lines(settings: Settings) -> str:
    if not settings.tryout:
        return (
            f"Clearline answers Twilio at {settings.public_url}/twilio/sms and /twilio/voice.\n"
            "Check the account and its numbers with: clearline check twilio\n"
            f"Health: {settings.public_url}/readyz"
        )
    return (
        f"Browser phone:       http://localhost:{settings.port}/phone\n"
        "From the terminal:   .venv/bin/clearline phone\n"
        'A real number:       README.md, "Connect a real number"'
    )
