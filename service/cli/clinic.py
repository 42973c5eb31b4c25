"""`clearline clinic`: make a clinic with its sites and sending numbers, and show it."""

from __future__ import annotations

from typing import Any

import click

from service.cli.acting import by_staff, for_clinic, installation
from service.reminders.clinics import (
    KINDS,
    ROLES,
    Sender,
    Site,
    add_sender,
    add_site,
    clinic,
    create_clinic,
    senders_of,
    set_moving,
    shares_sender,
    sites_of,
)
from service.reminders.staff import add_staff, staff_of
from service.storage.reminder_tables import contacts, patients, visits


@click.group()
def command() -> None:
    """Make a clinic with its sites and sending numbers, and show it."""


@command.command()
@click.argument("name")
@click.option("--texts-as", required=True, help='The name in texts: neutral, such as "Lakeside Clinic".')
@click.option("--zone", required=True, help="Such as America/Chicago.")
@click.option("--hours", default="Mon-Fri 08:00-17:00", show_default=True, help="When somebody answers the phone.")
@click.option("--moving", is_flag=True, help="It comes from another system: nothing is sent before its opt-outs.")
@click.option("--administrator", required=True, help="Name of its first administrator.")
def create(name: str, texts_as: str, zone: str, hours: str, moving: bool, administrator: str) -> None:
    """Make a clinic, and its first administrator."""
    with installation() as own, own.database.write() as connection:
        made = create_clinic(connection, name, texts_as, zone, own.now, hours=hours, moving=moving, who=administrator)
        add_staff(connection, made, administrator, "administrator", administrator, own.now)
        blocked = clinic(connection, made).may_not_send
    click.echo(f"{name} is clinic {made}. Next: clearline clinic site, clinic sender, staff add.")
    if blocked:
        click.echo(blocked)


@command.command()
@for_clinic
def show(clinic_name: str) -> None:
    """Show a clinic: sites, senders, staff, and how many people it has."""
    with installation() as own, own.database.read() as connection:
        shown = own.clinic(clinic_name)
        click.echo(f"{shown.name}, in texts {shown.name_in_texts}, {shown.zone}, {shown.hours or 'no hours set'}")
        if shown.may_not_send:
            click.echo(f"  NOT SENDING: {shown.may_not_send}")
        for site in sites_of(connection, shown.id):
            phones = ", ".join(filter(None, (site.day_phone, site.night_phone and f"at night {site.night_phone}")))
            click.echo(f"  site {site.short_name}: {site.town or '-'}, {site.zone}, {phones or 'no phone set'}")
        for sender in senders_of(connection, shown.id):
            click.echo(f"  sender {sender.number}: {sender.role}, {sender.kind}, {sender.pace} a second")
        if shares_sender(connection, shown.id):
            click.echo("  Another clinic sends from the same number: a STOP to it stops both.")
        members = staff_of(connection, shown.id)
        for member in members:
            click.echo(f"  {member.role} {member.name}")
        if sum(member.role == "administrator" for member in members) < 2:
            click.echo("  Only one administrator: add a second before the first one leaves.")
        for label, table in (("patients", patients), ("phones", contacts), ("visits", visits)):
            click.echo(f"  {label}: {_count(connection, table, shown.id)}")


@command.command()
@click.argument("short_name")
@click.option("--town", default="")
@click.option("--zone", default="", help="By default the clinic's.")
@click.option("--day-phone", default="", help="With country code, such as +18125550100.")
@click.option("--night-phone", default="")
@click.option("--hours", default="", help="By default the clinic's.")
@click.option("--directions", default="", help="One line.")
@for_clinic
@by_staff
def site(
    short_name: str,
    town: str,
    zone: str,
    day_phone: str,
    night_phone: str,
    hours: str,
    directions: str,
    clinic_name: str,
    who: str,
) -> None:
    """Add a site: what texts call it, its town, phones, hours and zone."""
    with installation() as own, own.database.write() as connection:
        meant = own.clinic(clinic_name)
        acting = own.acting(connection, meant, who)
        new = Site(short_name, zone or meant.zone, town, day_phone, night_phone, hours or meant.hours, directions)
        add_site(connection, meant.id, new, acting, own.now)
    click.echo(f"{short_name} is a site of {meant.name}.")


@command.command()
@click.argument("number")
@click.option("--role", type=click.Choice(ROLES), default="reminders", show_default=True)
@click.option("--kind", type=click.Choice(KINDS), default="longcode", show_default=True)
@click.option("--pace", type=click.IntRange(1, 1000), default=1, show_default=True, help="Segments a second.")
@for_clinic
@by_staff
def sender(number: str, role: str, kind: str, pace: int, clinic_name: str, who: str) -> None:
    """Add a number that the clinic sends from."""
    with installation() as own, own.database.write() as connection:
        meant = own.clinic(clinic_name)
        acting = own.acting(connection, meant, who)
        add_sender(connection, meant.id, Sender(number, role, kind, pace), acting, own.now)
        shared = shares_sender(connection, meant.id)
    click.echo(f"{meant.name} sends from {number}.")
    if shared:
        click.echo("Another clinic sends from this number too: a STOP to it stops both.")


@command.command()
@click.option("--yes/--no", "on", required=True, help="Is the clinic moving here from another system?")
@for_clinic
@by_staff
def moving(on: bool, clinic_name: str, who: str) -> None:
    """Mark a clinic as moving: nothing is sent before an opt-out file was loaded."""
    with installation() as own, own.database.write() as connection:
        meant = own.clinic(clinic_name)
        set_moving(connection, meant.id, on, own.acting(connection, meant, who), own.now)
        click.echo(clinic(connection, meant.id).may_not_send or f"{meant.name} may send.")


def _count(connection: Any, table: Any, clinic_id: int) -> int:
    from sqlalchemy import func, select

    counted = select(func.count()).select_from(table).where(table.c.clinic_id == clinic_id)
    return int(connection.execute(counted).scalar_one())
