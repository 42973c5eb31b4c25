"""`clearline keys`: seal everything with the newest of the DATA_KEYS."""

from __future__ import annotations

import click

from service.cli.acting import installation
from service.reminders.rotate import rotate as renew


@click.group()
def command() -> None:
    """The keys that names and numbers are sealed with."""


@command.command()
def rotate() -> None:
    """Seal anew what older keys sealed. It may be broken off; keep the old keys in DATA_KEYS until the end."""
    with installation() as own:
        seen = renewed = 0
        for step in renew(own.database, own.privacy.vault):
            seen, renewed = seen + step.seen, renewed + step.renewed
    click.echo(f"{seen} looked at, {renewed} sealed anew. When a run renews nothing, old keys may leave DATA_KEYS.")
