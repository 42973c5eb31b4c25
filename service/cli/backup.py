"""`clearline backup FILE`: everything that the database holds, at one moment, in one file that can be checked."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli.acting import installation
from service.reminders.restoring import back_up


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace FILE where it is there already.")
def command(file: Path, overwrite: bool) -> None:
    """Back up the database to FILE while the service goes on working.

    Names, numbers and words of people stay sealed in it. Keep SECRET_KEY and DATA_KEYS elsewhere: without them the
    file opens nothing."""
    if file.exists() and not overwrite:
        raise click.ClickException(f"{file} is there already. Choose another name, or add --overwrite.")
    with installation(upgraded=False) as own:
        try:
            tail = back_up(own.database, own.privacy, file, own.now)
        except OSError as error:
            raise click.ClickException(f"{file} could not be written: {error.strerror or error}.") from error
    click.echo(f"{sum(tail.rows.values()):,} rows of {len(tail.rows)} tables are in {file}.")
    click.echo(f"Checksum (SHA-256 of the contents): {tail.sha256}")
    click.echo(f"To restore it: the same SECRET_KEY, and the DATA_KEYS {', '.join(tail.keys) or '(any)'}.")
