"""`clearline content export`: write the reviews that were recorded in the browser into the file of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import click

from service.cli.acting import installation
from service.content.library import HERE, ContentError
from service.content.reviews import FILE, add, load_reviews
from service.storage.content_decisions import reviews_after, withdrawn


@click.command("export")
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False), help="Another file to write them into.")
def export(into: Path | None) -> None:
    """Write reviews recorded in the console into reviews.yaml, each once, so that they go with the next release."""
    path = into or HERE / FILE
    with installation() as own:
        with own.database.read() as connection:
            recorded = [review for _, review in reviews_after(connection, 0)]
            closed = withdrawn(connection)
        try:
            before = len(load_reviews(path).entries)
            written = len(add(path, recorded).entries) - before if recorded else 0
        except ContentError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{len(recorded)} reviews recorded in the console, {written} new in {os.path.relpath(path)}.")
    for page in closed:
        # They stand in the database alone: a release must not bring back what somebody took away, nor keep it away.
        click.echo(f"Withdrawn now: {page.topic}, by {page.by}: {page.why}")
