"""`clearline restore FILE`: put a backup back, into SQLite or PostgreSQL, after looking whether it is whole."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from service.cli.acting import installation
from service.reminders.restoring import looked_at, refuse_unfit, restore


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Only look whether the file is whole and our keys fit.")
@click.option("--replace", is_flag=True, help="Let go of everything that the database holds now.")
@click.option("--as-it-was", is_flag=True, help="Nothing was sent or stopped since the backup: hold nothing back.")
@click.option("--without-keys", is_flag=True, help="Restore though DATA_KEYS are lost: what they sealed stays shut.")
def command(file: Path, only_check: bool, replace: bool, as_it_was: bool, without_keys: bool) -> None:
    """Restore the backup FILE into the database of DATABASE_URL. Stop the service and its workers first.

    Stops that came after the backup are not in it. So every clinic waits until its opt-outs were loaded anew (even an
    empty file), and runs that were going wait for somebody to resume them; --as-it-was says that this is not needed,
    such as when moving from SQLite to PostgreSQL."""
    with installation(upgraded=False) as own:
        head, tail = looked_at(file)
        click.echo(f"Made {datetime.fromtimestamp(head.made_at):%Y-%m-%d %H:%M}, tables {head.revision}, whole.")
        click.echo(f"It needs its SECRET_KEY and the DATA_KEYS {', '.join(tail.keys) or '(any)'}.")
        keys = tail.keys if without_keys else [key_id for key_id, _ in own.settings.data_keys]
        refuse_unfit(head, tail, keys, own.privacy)
        if only_check:
            click.echo("Our keys fit.")
            return
        restore(own.database, file, head, own.now, replace=replace, as_it_was=as_it_was)
    click.echo(f"{sum(tail.rows.values()):,} rows of {len(tail.rows)} tables are back.")
    if not as_it_was:
        click.echo("Nothing goes out yet. Load each clinic's opt-outs since then (clearline import optouts FILE, or")
        click.echo("--none), then resume the runs that are still right (clearline plan list).")
