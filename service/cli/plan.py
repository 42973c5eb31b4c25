"""`clearline plan`: plan reminders, look at them, and let them go: approve, undo, pause, resume, cancel."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection, select

from service.cli import plan_words
from service.cli.acting import by_staff, for_clinic, installation
from service.cli.plan_shown import moment, show
from service.reminders import approval
from service.reminders.clinics import senders_of, sites_of
from service.reminders.closing_day import close_day
from service.reminders.follow_ups import plan_follow_ups
from service.reminders.halted import resume_sender
from service.reminders.jobs import counts, sheet_for_tomorrow
from service.reminders.planning import plan_day
from service.reminders.preview import preview
from service.reminders.refused import Refused
from service.storage.reminder_tables import broadcasts

RUN = click.argument("run", type=int)


@click.group()
def command() -> None:
    """Plan reminders, look at them, and let them go."""


for about_words in plan_words.COMMANDS:
    command.add_command(about_words)


@command.command("visits")
@click.option("--day", "day", default="", metavar="DATE", help="First day on which they go out; default today.")
@click.option("--days", default=2, show_default=True, help="For so many days.")
@for_clinic
@by_staff
def of_visits(day: str, days: int, clinic_name: str, who: str) -> None:
    """Plan the visit reminders that fall due, and show what would go out. Nothing is sent by this."""
    with installation() as own, own.database.write() as connection:
        clinic = own.clinic(clinic_name)
        acting = own.acting(connection, clinic, who)
        first = _date(day) if day else datetime.fromtimestamp(own.now, ZoneInfo(clinic.zone)).date()
        run = plan_day(connection, clinic.id, first, acting, own.now, first + timedelta(days=days - 1))
        if run is None:
            click.echo("Nothing new falls due. Reminders planned before stand in: clearline plan list")
            return
        approval.settle(connection, clinic.id, run.id, own.now)
        show(preview(connection, clinic.id, run.id, own.now), clinic.zone)


@command.command("follow-ups")
@for_clinic
@by_staff
def of_follow_ups(clinic_name: str, who: str) -> None:
    """Plan the follow-ups that fall due today, for those who have no visit set. Nothing is sent by this."""
    with installation() as own, own.database.write() as connection:
        clinic = own.clinic(clinic_name)
        today = datetime.fromtimestamp(own.now, ZoneInfo(clinic.zone)).date()
        run = plan_follow_ups(connection, clinic.id, today, own.acting(connection, clinic, who), own.now)
        if run is None:
            click.echo("No follow-up falls due today.")
            return
        approval.settle(connection, clinic.id, run.id, own.now)
        show(preview(connection, clinic.id, run.id, own.now), clinic.zone)


@command.command("preview")
@RUN
@for_clinic
def look(run: int, clinic_name: str) -> None:
    """Show what a run says, what it costs, when it ends, and who is left out and why."""
    with installation() as own, own.database.read() as connection:
        clinic = own.clinic(clinic_name)
        show(preview(connection, clinic.id, run, own.now), clinic.zone)


@command.command("list")
@for_clinic
def list_runs(clinic_name: str) -> None:
    """List the last runs with their state and counts."""
    with installation() as own, own.database.read() as connection:
        clinic = own.clinic(clinic_name)
        mine = select(broadcasts).where(broadcasts.c.clinic_id == clinic.id).order_by(broadcasts.c.id.desc())
        for row in connection.execute(mine.limit(20)).mappings():
            standing = ", ".join(
                f"{n} {state}" for state, n in sorted(counts(connection, clinic.id, row["id"]).items())
            )
            click.echo(f"run {row['id']}  {row['state']:9}  {row['name']}: {standing}")


@command.command()
@RUN
@for_clinic
@by_staff
def approve(run: int, clinic_name: str, who: str) -> None:
    """Let a run go. There are ten minutes to undo it."""
    with installation() as own, own.database.write() as connection:
        clinic = own.clinic(clinic_name)
        until = approval.approve(connection, clinic.id, run, own.acting(connection, clinic, who), own.now)
        click.echo(
            f"Approved. It goes out from {moment(until, clinic.zone)} on; until then: clearline plan undo {run}"
        )


def _step(name: str, done: str, words: str) -> None:
    """A command that changes a run by `approval.NAME`."""

    @for_clinic
    @by_staff
    def step(run: int, clinic_name: str, who: str) -> None:
        with installation() as own, own.database.write() as connection:
            clinic = own.clinic(clinic_name)
            acting = own.acting(connection, clinic, who)
            stopped = getattr(approval, name)(connection, clinic.id, run, acting, own.now)
            click.echo(done if stopped is None else done.format(count=stopped))

    step.__doc__ = words
    command.command(name)(RUN(step))


_step("undo", "Undone: {count} messages will not go.", "Take an approval back within its ten minutes.")
_step("pause", "Paused. What is under way at this moment goes out.", "Let nothing more of a run start.")
_step("resume", "It goes on.", "Let a paused run go on.")
_step("cancel", "Cancelled: {count} messages will not go.", "End a run; what went out stays.")


@command.command("close")
@click.argument("site")
@click.argument("day", metavar="DATE")
@for_clinic
@by_staff
def close(site: str, day: str, clinic_name: str, who: str) -> None:
    """Close a SITE for one day: a notice to everyone booked then; once approved, the day's reminders end."""
    with installation() as own, own.database.write() as connection:
        clinic = own.clinic(clinic_name)
        acting = own.acting(connection, clinic, who)
        run = close_day(connection, clinic.id, _site(connection, clinic.id, site), _date(day), acting, own.now)
        if run is None:
            raise Refused("run.nobody_booked")
        show(preview(connection, clinic.id, run.id, own.now), clinic.zone)


@command.command("resume-number")
@click.argument("number")
@for_clinic
@by_staff
def resume_number(number: str, clinic_name: str, who: str) -> None:
    """Let a sending NUMBER go on after somebody mended why the phone company had stopped it."""
    with installation() as own, own.database.write() as connection:
        clinic = own.clinic(clinic_name)
        acting = own.acting(connection, clinic, who)
        found = next((sender.id for sender in senders_of(connection, clinic.id) if sender.number == number), 0)
        resume_sender(connection, clinic.id, found, acting, own.now)
        click.echo(f"{number} sends again.")


@command.command("sheet")
@for_clinic
def sheet(clinic_name: str) -> None:
    """Write the sheet for tomorrow now: everyone not confirmed or not reached, to print."""
    with installation() as own:
        path = sheet_for_tomorrow(
            own.database, own.privacy, own.settings.var / "sheets", own.clinic(clinic_name).id, own.now
        )
        click.echo(f"Written: {path}")


def _site(connection: Connection, clinic_id: int, name: str) -> int:
    known = sites_of(connection, clinic_id)
    for site in known:
        if site.short_name.casefold() == name.casefold():
            return site.id
    raise Refused("site.named", name=name, names=", ".join(site.short_name for site in known))


def _date(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise Refused("day.strange", day=day) from error
