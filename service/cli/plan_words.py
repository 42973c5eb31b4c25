"""The commands of `clearline plan` about templates and plans: made by one person, approved by another, retired."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import yaml
from sqlalchemy import Connection, select

from service.cli.acting import by_staff, for_clinic, installation
from service.content.library import ContentError, read
from service.languages import Language
from service.reminders import plans, templates
from service.reminders.rules.template import from_row
from service.storage import reminder_tables

TEMPLATE = click.argument("template", type=int)
PLAN = click.argument("plan", type=int)

# What is done: over a connection, for a clinic, about something, by somebody, at a time.
Deed = Callable[[Connection, int, Any, str, int], Any]


@click.command("templates")
@for_clinic
def list_them(clinic_name: str) -> None:
    """List the templates and plans of a clinic, and who approved them."""
    with installation() as own, own.database.read() as connection:
        clinic = own.clinic(clinic_name)
        for table, what in ((reminder_tables.templates, "template"), (reminder_tables.plans, "plan")):
            mine = select(table).where(table.c.clinic_id == clinic.id, table.c.retired_at.is_(None))
            for row in connection.execute(mine.order_by(table.c.id)).mappings():
                by = (
                    f"approved by {row['first_by']} and {row['approved_by']}"
                    if row["approved_at"]
                    else "NOT APPROVED"
                )
                click.echo(f"{what} {row['id']}: {row['kind']}, {by}")


@click.command("add-template")
@click.argument("kind")
@for_clinic
@by_staff
def add_template(kind: str, clinic_name: str, who: str) -> None:
    """Take a template that comes with Clearline; a second person approves it."""
    _make("template", templates.take_template, kind, clinic_name, who)


@click.command("words")
@click.argument("kind")
@for_clinic
def words(kind: str, clinic_name: str) -> None:
    """Print the words of the template KIND, to change them in a file: the clinic's own, or those that come with
    Clearline."""
    with installation() as own, own.database.read() as connection:
        template = templates.words_of(connection, own.clinic(clinic_name).id, kind)
    forms = {language.value: list(template.forms[language]) for language in Language}
    click.echo(yaml.safe_dump(forms, allow_unicode=True, sort_keys=False, width=200), nl=False)


@click.command("keep-words")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@for_clinic
@by_staff
def keep_words(kind: str, file: Path, clinic_name: str, who: str) -> None:
    """Keep the clinic's own words for the template KIND, from a FILE as `words` prints it. They are a draft until a
    second person approves them; what was used until then goes on."""
    try:
        template = from_row(kind, read(file))
    except (ContentError, KeyError) as error:
        needed = "The file needs words under `en` and `es`, as `words` prints them."
        raise click.ClickException(f"{needed} {error}") from error
    _make("template", templates.keep_words, template, clinic_name, who)


@click.command("approve-template")
@TEMPLATE
@for_clinic
@by_staff
def approve_template(template: int, clinic_name: str, who: str) -> None:
    """Approve a template that somebody else took or made."""
    _do(templates.approve_template, template, clinic_name, who)
    click.echo(f"Template {template} is approved.")


@click.command("retire-template")
@TEMPLATE
@for_clinic
@by_staff
def retire_template(template: int, clinic_name: str, who: str) -> None:
    """Stop using a template: what waits with its words is cancelled."""
    stopped = _do(templates.retire_template, template, clinic_name, who)
    click.echo(f"Template {template} is no longer used; {stopped} messages that waited will not go.")


@click.command("add")
@click.argument("kind", type=click.Choice(plans.KINDS))
@for_clinic
@by_staff
def add_plan(kind: str, clinic_name: str, who: str) -> None:
    """Make a plan such as "1 day" before a visit; a second person approves it."""
    _make("plan", plans.add_plan, kind, clinic_name, who)


@click.command("approve-plan")
@PLAN
@for_clinic
@by_staff
def approve_plan(plan: int, clinic_name: str, who: str) -> None:
    """Approve a plan that somebody else made."""
    _do(plans.approve_plan, plan, clinic_name, who)
    click.echo(f"Plan {plan} is approved.")


@click.command("retire-plan")
@PLAN
@for_clinic
@by_staff
def retire_plan(plan: int, clinic_name: str, who: str) -> None:
    """Stop a plan: what it planned and has not gone out is cancelled."""
    stopped = _do(plans.retire_plan, plan, clinic_name, who)
    click.echo(f"Plan {plan} has stopped; {stopped} messages that waited will not go.")


def _make(what: str, do: Deed, of: Any, clinic_name: str, who: str) -> None:
    made = _do(do, of, clinic_name, who)
    click.echo(f"{what.capitalize()} {made}. Another person: clearline plan approve-{what} {made} --as NAME")


def _do(do: Deed, of: Any, clinic_name: str, who: str) -> Any:
    with installation() as own, own.database.write() as connection:
        clinic = own.clinic(clinic_name)
        return do(connection, clinic.id, of, own.acting(connection, clinic, who), own.now)


COMMANDS = (
    list_them,
    add_template,
    words,
    keep_words,
    approve_template,
    retire_template,
    add_plan,
    approve_plan,
    retire_plan,
)
