"""`clearline check`: is the world outside set up for us?"""

from __future__ import annotations

import click
from twilio.base.exceptions import TwilioException

from service.cli.serve import settings_or_exit
from service.gateway.account import Finding, State, compare, fetch
from service.gateway.twilio import account_client
from service.languages import Language
from service.web.console.words import say


@click.group()
def command() -> None:
    """Check what lies outside this service."""


@command.command()
def twilio() -> None:
    """Compare the account's numbers and webhooks with what they should be. Changes nothing."""
    settings = settings_or_exit()
    if settings.tryout:
        raise click.ClickException("Set TWILIO_ACCOUNT_SID first: in try-out mode there is no account to check.")
    try:
        findings = compare(fetch(account_client(settings), settings), settings)
    except (TwilioException, OSError) as error:
        raise click.ClickException(f"Twilio could not be asked: {type(error).__name__}.") from error
    for finding in findings:
        if finding.state is not State.RIGHT:
            click.echo(_sentence(finding))
    if any(finding.state is State.WRONG for finding in findings):
        raise SystemExit(1)
    click.echo(f"All {len(settings.numbers)} numbers are set as they should be.")


def _sentence(finding: Finding) -> str:
    said = say(Language.ENGLISH, f"connect.{finding.name}", **finding.fields)
    return f"{finding.number}: {said}" if finding.number else said
