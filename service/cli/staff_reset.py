"""`clearline staff reset`: breaks the glass for somebody who lost the way in, when no administrator can help."""

from __future__ import annotations

import click

from service.cli.acting import installation
from service.web.console.invitations import PATH, reset


@click.command("reset")
@click.argument("name")
@click.option("--factor", is_flag=True, help="The authenticator is lost too: set up a new one.")
def command(name: str, factor: bool) -> None:
    """End NAME's sessions and password, and print an address, good once and for an hour, to choose a new one."""
    with installation() as own, own.database.write() as connection:
        person, token = reset(connection, name, own.now, factor=factor, who="the server's operator")
    click.echo(f"{person} chooses a new password at {own.settings.public_url}{PATH}{token}")
    click.echo("This was written into the audit log.")
