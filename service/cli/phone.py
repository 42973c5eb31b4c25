"""`clearline phone`: text and call the running service from the terminal, with no phone and no account."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import click

from service.languages import Language
from service.settings import BadSettings, from_environment
from service.simulator.phone import PhoneError
from service.simulator.running import Service
from service.simulator.strings import strings
from service.simulator.terminal import INBOX_WAIT, Terminal


@click.group(name="phone", invoke_without_command=True)
@click.option("--from", "number", default="+15555550123", show_default=True, help="The number of the pretend phone.")
@click.option("--to", "line", default="", help="The number to reach (default: the information line).")
@click.option("--language", type=click.Choice([x.value for x in Language]), help="Of this program's own words.")
@click.pass_context
def command(context: click.Context, number: str, line: str, language: str | None) -> None:
    """Text and call the running service. Alone it talks line by line; with `text` or `call` it does one thing."""
    words = strings(Language(language or ("es" if os.environ.get("LANG", "").startswith("es") else "en")))
    try:
        settings = from_environment(os.environ)
    except BadSettings as error:
        raise click.ClickException(str(error)) from error
    if not settings.tryout:
        raise click.ClickException(words["terminal_real"])
    service = Service.of(settings)
    if not service.running():
        raise click.ClickException(words["terminal_down"].replace("{address}", service.address))
    phone = service.phone(number, line or settings.line_from)
    context.obj = Terminal(phone, words, click.echo, service.inbox)
    if context.invoked_subcommand is None:
        context.obj.talk(_typed())


@command.command()
@click.argument("words", nargs=-1, required=True)
@click.pass_obj
def text(terminal: Terminal, words: tuple[str, ...]) -> None:
    """Send one text, such as: clearline phone text chemo"""
    try:
        terminal.send(" ".join(words))
    except PhoneError as error:
        raise click.ClickException(str(error)) from error


@command.command()
@click.argument("keys", nargs=-1)
@click.pass_obj
def call(terminal: Terminal, keys: tuple[str, ...]) -> None:
    """Call, press keys and hang up, such as: clearline phone call 1 441

    Keys in one word are pressed quickly; after each word the line is heard out. A full stop is a silence."""
    try:
        terminal.ring()
        for typed in keys:
            terminal.keys(typed)
        if terminal.call:
            terminal.keys("/hangup")
        terminal.new_texts(wait=INBOX_WAIT if any("8" in typed for typed in keys) else 0)
    except PhoneError as error:
        raise click.ClickException(str(error)) from error


def _typed() -> Iterator[str]:
    """Lines as they are typed, with a prompt where somebody is there to see it."""
    while True:
        if sys.stdin.isatty():
            click.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        yield line
