"""`clearline release`, which a host runs before each deploy and `clearline serve` before it serves."""

from __future__ import annotations

import os

import click

from service.cli.serve import settings_or_exit
from service.parts import put_together
from service.settings import Settings
from service.storage.database import Database
from service.storage.migrate import upgrade
from service.web.console.first_token import first_run_address


@click.command()
@click.option("--before-serving", is_flag=True, help="Say only where the console is.")
def command(before_serving: bool) -> None:
    """Prepare a deploy: migrate the database and check that settings, content and recordings can be used."""
    settings = settings_or_exit()
    prepare_database(settings)
    if before_serving:
        click.echo(_console_line(settings))
        return
    put_together(settings).almanac()
    click.echo("The database is prepared, and the words can be served.")


def prepare_database(settings: Settings) -> None:
    """Run the migrations that are still to do."""
    _refuse_lost_disk(settings)
    database = Database(settings.database_url)
    try:
        upgrade(database)
    finally:
        database.close()


def _refuse_lost_disk(settings: Settings) -> None:
    if settings.database_url.startswith("sqlite") and "DYNO" in os.environ:
        raise click.ClickException(
            "Set DATABASE_URL to a PostgreSQL database: this host forgets its disk, and with it every STOP."
        )


def _console_line(settings: Settings) -> str:
    database = Database(settings.database_url)
    try:
        first = first_run_address(settings, database)
    finally:
        database.close()
    # Whoever can read what a server prints may make its first administrator; after that it opens nothing.
    return f"Clinic console:      {first or settings.public_url + '/console/'}"
