"""`clearline patient`: show a patient, prepare a join card, record a death or take it back, erase."""

from __future__ import annotations

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection

from service.cli.acting import Installation, by_staff, for_clinic, installation
from service.conversation.world import written
from service.languages import Language
from service.reminders import erase as erasing
from service.reminders import join
from service.reminders.clinics import Clinic, senders_of, sites_of
from service.reminders.consent import in_force
from service.reminders.contacts import NEEDS, WHOSE
from service.reminders.died import record_death
from service.reminders.died import revive as take_back
from service.reminders.optouts import is_stopped
from service.reminders.people import Patient, find_patient
from service.reminders.people import show as show_card
from service.reminders.refused import Refused
from service.reminders.visits import visits_of


@click.group()
def command() -> None:
    """Show a patient, prepare a join card, record a death or take it back, erase. REF is the clinic's own number."""


@command.command()
@click.argument("ref")
@for_clinic
@by_staff
def show(ref: str, clinic_name: str, who: str) -> None:
    """Show a patient with phones, consent and visits; that you looked is written down."""
    with installation() as own, own.database.write() as connection:
        meant = own.clinic(clinic_name)
        acting = own.acting(connection, meant, who)
        found = _patient(own, connection, meant, ref)
        card = show_card(connection, own.privacy, meant.id, found.id, acting, own.now)
        click.echo(f"{card.name or '-'} ({card.clinic_ref}): {found.state}")
        for contact, number in card.phones:
            agreed = ", ".join(sorted(in_force(connection, meant.id, contact.id))) or "no consent"
            stopped = ", OPTED OUT" if is_stopped(connection, meant.id, contact.phone) else ""
            needs = f", needs {', '.join(contact.needs)}" if contact.needs else ""
            click.echo(f"  {number}: {contact.whose}, {contact.language}, {contact.state}, {agreed}{needs}{stopped}")
        zones = {site.id: site.zone for site in sites_of(connection, meant.id)}
        for visit in visits_of(connection, meant.id, found.id, after=own.now):
            starts = _local(visit.starts_at, zones.get(visit.site_id or 0, meant.zone))
            click.echo(f"  visit {visit.id}: {starts} {visit.state.value}")


@command.command()
@click.argument("ref")
@click.option("--whose", type=click.Choice(WHOSE), default="self", show_default=True)
@click.option("--language", type=click.Choice([x.value for x in Language]), default="en", show_default=True)
@click.option("--need", "needs", type=click.Choice(NEEDS), multiple=True)
@click.option("--number", default="", help="Only this phone may use the card (with country code).")
@for_clinic
@by_staff
def card(
    ref: str, whose: str, language: str, needs: tuple[str, ...], number: str, clinic_name: str, who: str
) -> None:
    """Prepare a card: four digits with which a phone joins, good for three days."""
    with installation() as own, own.database.write() as connection:
        meant = own.clinic(clinic_name)
        acting = own.acting(connection, meant, who)
        found = _patient(own, connection, meant, ref)
        wanted = join.Card(found.id, whose, Language(language), needs, number)
        code = join.prepare_card(connection, own.privacy, meant.id, wanted, acting, own.now, secrets.randbelow)
        senders = [sender.number for sender in senders_of(connection, meant.id)]
        ours = senders[0] if senders else own.settings.reminders_from
        until = _local(own.now + join.CARD_LASTS, meant.zone)
        click.echo(join.card_words(meant.name_in_texts, code, written(ours), until, Language(language)))


@command.command()
@click.argument("ref")
@for_clinic
@by_staff
def died(ref: str, clinic_name: str, who: str) -> None:
    """The patient died: everything about them ends at once."""
    with installation() as own, own.database.write() as connection:
        meant = own.clinic(clinic_name)
        acting = own.acting(connection, meant, who)
        found = _patient(own, connection, meant, ref)
        ended = record_death(connection, meant.id, found.id, acting, own.now)
    click.echo(
        f"Everything about this person has ended: {ended.visits} visits, {ended.deliveries} messages and"
        f" {ended.tasks} tasks; {ended.phones} phones get nothing more."
    )


@command.command()
@click.argument("ref")
@for_clinic
@by_staff
def revive(ref: str, clinic_name: str, who: str) -> None:
    """A death was recorded by mistake. Two people must say so, each with --as."""
    with installation() as own, own.database.write() as connection:
        meant = own.clinic(clinic_name)
        acting = own.acting(connection, meant, who)
        found = _patient(own, connection, meant, ref)
        done = take_back(connection, meant.id, found.id, acting, own.now)
    if done:
        click.echo("The patient is active again. Visits come back with the next list.")
    else:
        click.echo("Noted. A second person must say the same before anything changes.")


@command.command()
@click.argument("ref")
@click.confirmation_option(prompt="Erase everything that identifies this patient? It cannot be undone.")
@for_clinic
@by_staff
def erase(ref: str, clinic_name: str, who: str) -> None:
    """Destroy names, numbers and words of a patient. Opt-outs stay known."""
    with installation() as own, own.database.write() as connection:
        meant = own.clinic(clinic_name)
        acting = own.acting(connection, meant, who)
        found = _patient(own, connection, meant, ref)
        erased = erasing.erase_patient(connection, meant.id, found.id, acting, own.now)
    click.echo(
        f"Erased, with {erased.phones} phones and {erased.replies} messages."
        f" {erased.shared_phones} phones also serve others and stay."
    )


def _patient(own: Installation, connection: Connection, meant: Clinic, ref: str) -> Patient:
    found = find_patient(connection, own.privacy, meant.id, ref)
    if found is None:
        raise Refused("patient.number", clinic=meant.name, number=ref)
    return found


def _local(at: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(at, ZoneInfo(zone)):%A %b %-d, %-I:%M %p}"
