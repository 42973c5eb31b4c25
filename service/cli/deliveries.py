"""`clearline deliveries`: where every message stands, with the reason in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Select, select

from service.cli.acting import by_staff, for_clinic, installation
from service.reminders import audit, stored
from service.reminders.jobs import counts
from service.reminders.reconcile import decide as settle
from service.reminders.refused import Refused
from service.reminders.why import told
from service.storage.reminder_tables import deliveries
from service.storage.worker_tables import alerts

DAY = 86400
UNKNOWN = """{count} unknown: a worker was cut off while these went out, so they are not sent again blindly.
  A running worker looks for them in the phone company's list: twice, 15 minutes apart; in the try-out once, at once.
  What is in neither list waits for you: clearline deliveries decide NUMBER sent (or not-sent) --as NAME
  They are listed by: clearline deliveries --state unknown"""


@click.group(invoke_without_command=True)
@click.option("--run", type=int, help="Only one run.")
@click.option("--state", type=click.Choice(sorted(stored.STATES)), help="Only those in one state.")
@click.option("--most", default=50, show_default=True, help="Show at most so many.")
@for_clinic
@click.pass_context
def command(context: click.Context, run: int | None, state: str | None, most: int, clinic_name: str) -> None:
    """List messages with their state, and how many there are of each. The numbers always add up."""
    if context.invoked_subcommand:
        return
    with installation() as own, own.database.read() as connection:
        clinic = own.clinic(clinic_name)
        by_state = counts(connection, clinic.id, run)
        mine = select(deliveries).where(deliveries.c.clinic_id == clinic.id).order_by(deliveries.c.id)
        if run:
            mine = mine.where(deliveries.c.broadcast_id == run)
        if state:
            mine = mine.where(deliveries.c.state == state)
        for row in connection.execute(mine.limit(most)).mappings():
            due = datetime.fromtimestamp(row["due_at"], ZoneInfo(clinic.zone))
            who = f"{row['id']:6}  run {row['broadcast_id']}  phone {row['contact_id']:5}  {row['channel']}"
            click.echo(f"{who}  {row['state']:11} {due:%b %d %H:%M}  {told(row['reason'])}".rstrip())
        listed = ", ".join(f"{by_state[name]} {name}" for name in stored.STATES if name in by_state)
        alerted = list(connection.execute(_alerts(clinic.id, own.now - DAY)).mappings())
    click.echo(f"{sum(by_state.values())} planned: {listed or 'none'}")
    if unknown := by_state.get(stored.UNKNOWN):
        click.echo(UNKNOWN.format(count=unknown))
    for alert in alerted:
        at = datetime.fromtimestamp(alert["at"], ZoneInfo(clinic.zone))
        click.echo(f"! {at:%b %d %H:%M}, {alert['times']} times within the hour: {told(alert['about'])}")


def _alerts(clinic_id: int, since: int) -> Select[Any]:
    """What whoever runs the installation must know, oldest first."""
    return select(alerts).where(alerts.c.clinic_id.in_((clinic_id, 0)), alerts.c.at >= since).order_by(alerts.c.at)


@command.command()
@click.argument("delivery", type=int)
@click.argument("answer", type=click.Choice(["sent", "not-sent"]))
@for_clinic
@by_staff
def decide(delivery: int, answer: str, clinic_name: str, who: str) -> None:
    """Say whether a message whose answer was lost went out. After "not-sent" it is sent again."""
    with installation() as own, own.database.write() as connection:
        clinic = own.clinic(clinic_name)
        acting = own.acting(connection, clinic, who)
        if not settle(connection, clinic.id, delivery, answer == "sent", own.now):
            raise Refused("delivery.not_open")
        audit.note(connection, clinic.id, acting, f"decided {answer}", f"delivery {delivery}", own.now)
        click.echo("Noted.")
