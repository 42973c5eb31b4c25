"""`clearline visits`: visits that the last list no longer names, and what becomes of them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from service.cli.acting import by_staff, for_clinic, installation
from service.reminders.clinics import sites_of
from service.reminders.visits import Decision, decide, held_visits


@click.group()
def command() -> None:
    """Visits that the last list no longer names, and what becomes of them."""


@command.command()
@for_clinic
def held(clinic_name: str) -> None:
    """List the visits that wait for a decision. Nothing is sent about them meanwhile."""
    with installation() as own, own.database.read() as connection:
        meant = own.clinic(clinic_name)
        waiting = held_visits(connection, meant.id)
        zones = {site.id: site.zone for site in sites_of(connection, meant.id)}
        for visit in waiting:
            starts = datetime.fromtimestamp(visit.starts_at, ZoneInfo(zones.get(visit.site_id or 0, meant.zone)))
            click.echo(f"visit {visit.id}, patient {visit.patient_id}: {starts:%A %b %-d, %-I:%M %p}")
    click.echo(f"{len(waiting)} visits wait. clearline visits decide cancelled|keep NUMBER...")


@command.command("decide")
@click.argument("decision", type=click.Choice([decision.value for decision in Decision]))
@click.argument("numbers", type=int, nargs=-1, required=True)
@for_clinic
@by_staff
def settle(decision: str, numbers: tuple[int, ...], clinic_name: str, who: str) -> None:
    """Say that held visits are cancelled, or that they stand."""
    with installation() as own, own.database.write() as connection:
        meant = own.clinic(clinic_name)
        acting = own.acting(connection, meant, who)
        messages = sum(
            decide(connection, meant.id, number, Decision(decision), acting, own.now) for number in numbers
        )
    click.echo(f"{len(numbers)} visits: {decision}. {messages} waiting messages followed.")
