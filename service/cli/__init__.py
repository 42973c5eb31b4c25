"""The command line: `clearline content check`, `clearline phone` and the rest, each loaded only when called."""

from __future__ import annotations

from importlib import import_module

import click

# The command and the module below this package whose `command` it is. Loading one must not load the others:
# `clearline phone` should start at once, and only audio commands need numpy.
COMMANDS = {
    "audio": "audio",
    "backup": "backup",
    "broadcast": "broadcast",
    "check": "check",
    "clinic": "clinic",
    "content": "content",
    "deliveries": "deliveries",
    "demo": "demo",
    "import": "import_",
    "keys": "keys",
    "patient": "patient",
    "phone": "phone",
    "plan": "plan",
    "purge": "purge",
    "release": "release",
    "restore": "restore",
    "serve": "serve",
    "staff": "staff",
    "visits": "visits",
    "worker": "worker",
}


class Lazy(click.Group):
    """A group that imports a command's module when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"service.cli.{COMMANDS[cmd_name]}").command
        return command


@click.command(cls=Lazy)
@click.version_option(package_name="clearline")
def main() -> None:
    """Clearline: facts about metastatic breast cancer by text and by phone, and reminders from clinics."""
