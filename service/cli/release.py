"""`clearline release`, which a host runs before each deploy and `clearline serve` before it serves."""

from __future__ import annotations

import os

import click
from sqlalchemy.exc import SQLAlchemyError

from service.cli.serve import settings_or_exit
from service.content.library import ContentError
from service.parts import put_together
from service.settings import BadSettings, Settings
from service.storage.database import Database, StorageDown
from service.storage.migrate import upgrade
from service.web.console.first_token import first_run_address


@click.command()
@click.option("--before-serving", is_flag=True, help="Say only where the console is.")
def command(before_serving: bool) -> None:
    """Prepare a deploy: migrate the database and check that settings, content and recordings can be used."""
    settings = settings_or_exit()
    try:
        _refuse_lost_disk(settings)
        parts = put_together(settings)
        upgrade(parts.database)
        if before_serving:
            click.echo(_console_line(settings, parts.database))
            return
        parts.almanac()
    except (BadSettings, ContentError) as error:
        raise click.ClickException(str(error)) from error
    except (StorageDown, SQLAlchemyError) as error:
        reason = str(error).splitlines()[0][:160]
        raise click.ClickException(f"Set DATABASE_URL to a database that can be used now: {reason}") from error
    except OSError as error:
        raise click.ClickException(f"Set CLEARLINE_VAR to a folder that can be written: {error}.") from error
    click.echo("The database is prepared, and the words can be served.")


def _refuse_lost_disk(settings: Settings) -> None:
    if settings.database_url.startswith("sqlite") and "DYNO" in os.environ:
        raise click.ClickException(
            "Set DATABASE_URL to a PostgreSQL database: this host forgets its disk, and with it every STOP."
        )


def _console_line(settings: Settings, database: Database) -> str:
    # Whoever can read what a server prints may make its first administrator; after that it opens nothing.
    return f"Clinic console:      {first_run_address(settings, database) or settings.public_url + '/console/'}"
