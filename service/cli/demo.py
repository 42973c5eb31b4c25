"""`clearline demo`: a sample clinic with invented people, ready to plan tomorrow's reminders."""

from __future__ import annotations

from random import Random

import click

from service.cli.acting import installation
from service.reminders.refused import Refused
from service.reminders.sample import make_sample

# The same people every time, so that two people can talk about what they see.
SEED = 2026


@click.command()
def command() -> None:
    """Make a sample clinic: 200 invented people on 555-01xx numbers with visits tomorrow. Try-out only."""
    with installation() as own:
        if not own.settings.tryout:
            raise Refused("tryout.only")
        folder = own.settings.var / "demo"
        made = make_sample(
            own.database,
            own.privacy,
            folder,
            own.settings.reminders_from,
            own.now,
            Random(SEED),  # noqa: S311
        )
    click.echo(f"{made.clinic.name}: {made.people} people, {made.visits} visits tomorrow.")
    click.echo(f"Its lists, to change and load again: {made.patients_file}, {made.visits_file}")
    click.echo(
        'Who you may be: --as "Ruth Sample" or --as "Omar Sample" (two people approve), "Carla Sample" (desk).'
    )
    click.echo("Next: clearline clinic show, then clearline plan.")
