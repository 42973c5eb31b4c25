"""`clearline staff`: who works for a clinic, and handing over when somebody leaves."""

from __future__ import annotations

import click

from service.cli import staff_reset
from service.cli.acting import by_staff, for_clinic, installation
from service.reminders.staff import ROLES, add_staff, hand_over, staff_of


@click.group()
def command() -> None:
    """Who works for a clinic, and handing over when somebody leaves."""


command.add_command(staff_reset.command)


@command.command("list")
@for_clinic
def show(clinic_name: str) -> None:
    """List who works for a clinic."""
    with installation() as own, own.database.read() as connection:
        for member in staff_of(connection, own.clinic(clinic_name).id):
            click.echo(f"{member.name}: {member.role}")


@command.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="desk", show_default=True)
@for_clinic
@by_staff
def add(name: str, role: str, clinic_name: str, who: str) -> None:
    """Add somebody."""
    with installation() as own, own.database.write() as connection:
        meant = own.clinic(clinic_name)
        # The very first person of a clinic has nobody to be added by.
        acting = own.acting(connection, meant, who) if staff_of(connection, meant.id) else name
        add_staff(connection, meant.id, name, role, acting, own.now)
    click.echo(f"{name} works for {meant.name} ({role}).")


@command.command("hand-over")
@click.argument("name")
@click.option("--to", required=True, help="Who takes over.")
@for_clinic
@by_staff
def leave(name: str, to: str, clinic_name: str, who: str) -> None:
    """NAME leaves: they can act no more, and their open tasks go to somebody else."""
    with installation() as own, own.database.write() as connection:
        meant = own.clinic(clinic_name)
        handed = hand_over(connection, meant.id, name, to, own.acting(connection, meant, who), own.now)
    click.echo(f"{name} can act no more. {handed.tasks} open tasks went to {to}.")
    for what, count in handed.approvals.items():
        if count:
            click.echo(f"{count} {what} had only {name}'s approval and wait for another one.")
    if handed.administrators_left < 2:
        click.echo(f"Administrators left: {handed.administrators_left}. There should be two.")
