"""A preview as a terminal shows it: what a run says, what it costs, when it ends, who is left out and why."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from service.languages import Language
from service.reminders.preview import Preview
from service.reminders.rules.written_dates import clock
from service.reminders.why import told


def show(seen: Preview, zone: str) -> None:
    """Print a preview."""
    click.echo(f"Run {seen.run}: {seen.name} ({seen.state}). {seen.texts} texts and {seen.calls} calls would go out.")
    for line in filter(None, seen.odd_why.split("\n")):
        click.echo(f"  Waits for a second person: {told(line)}")
    for sample in seen.samples:
        click.echo(f"\n  to {sample.phones} phones, {sample.segments} segment(s):")
        for line in sample.text.split("\n"):
            click.echo(f"    {line}")
    for dear in seen.expensive:
        why = f"because of {' '.join(dear.costly)}" if dear.costly else "too long"
        click.echo(
            f"\n  Expensive ({dear.segments} segments, {why}), {dear.phones} phones, delivery {dear.delivery_id}"
        )
    if seen.left_out:
        click.echo("\n  Left out:")
        for reason, count in seen.left_out.items():
            click.echo(f"    {count:5}  {told(reason)}")
    if seen.estimate:
        cost = seen.estimate
        click.echo(
            f"\n  {cost.segments} segments and {cost.minutes} call minutes, about ${cost.dollars}"
            f" (prices of {cost.checked})."
        )
    if seen.first_at and seen.last_at and seen.estimate:
        ends = max(int(seen.estimate.ends.timestamp()), seen.last_at)
        click.echo(f"  First {moment(seen.first_at, zone)}, last about {moment(ends, zone)}.")
        if seen.estimate.seconds:
            pace = round(seen.estimate.segments * 60 / seen.estimate.seconds)
            click.echo(f"  Pace: about {pace} segments a minute.")
        if seen.estimate.refused:
            click.echo(f"  {seen.estimate.refused}")
    if seen.state in ("waiting", "draft"):
        click.echo(f"\n  Let it go:  clearline plan approve {seen.run} --as NAME")


def moment(seconds: int, zone: str) -> str:
    """A moment as the clinic's clock shows it, such as `Tuesday Dec 3, 2:30 PM`."""
    local = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone))
    return f"{local:%A %b} {local.day}, {clock(local.time(), Language.ENGLISH)}"
