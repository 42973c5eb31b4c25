"""`clearline purge`: let go of what is past its time, never of what is still open."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from service.cli.acting import installation
from service.reminders.clinics import all_clinics
from service.reminders.purge import leaving_soon
from service.reminders.purge import purge as let_go
from service.storage import page_answers


@click.command()
@click.option("--dry-run", is_flag=True, help="Only list the messages whose words go within a week.")
def command(dry_run: bool) -> None:
    """Let go of old words and deliveries in every clinic, and list closed messages a week before theirs go."""
    with installation() as own:
        with own.database.read() as connection:
            known = all_clinics(connection)
        for clinic in known:
            with own.database.write() as connection:
                leaving = leaving_soon(connection, clinic.id, own.now, mark=not dry_run)
                gone = None if dry_run else let_go(connection, clinic.id, own.now)
            click.echo(f"{clinic.name}:")
            for message in leaving:
                goes = datetime.fromtimestamp(message.goes_at, ZoneInfo(clinic.zone))
                click.echo(f"  task {message.task_id}: not copied to the chart, its words go on {goes:%b %-d}")
            if gone:
                click.echo("  " + ", ".join(f"{name} {count}" for name, count in asdict(gone).items()))
        if not dry_run:
            with own.database.write() as connection:
                click.echo(f"Answers given by text, older than a month: {page_answers.forget(connection, own.now)}")
