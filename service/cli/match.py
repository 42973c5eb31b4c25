"""`clearline content match`: what the line would make of texts in a file, and how often it is right."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def match(file: Path) -> None:
    """Read FILE.csv (columns text, expected, lang; expected may be missing) and print what each text is taken for.

    Each row gives `got<TAB>text`; then comes a table per class. Exits 1 where a crisis, an emergency or a stop was
    missed."""
    from service.content.library import load
    from service.conversation.understanding.reader import Reader
    from service.conversation.understanding.scoring import read_rows, score

    library = load()
    try:
        rows = read_rows(file.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, ValueError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    report = score(rows, Reader(library), library)
    click.echo("\n".join(report.lines))
    if report.table:
        click.echo("\n" + report.table)
    if report.missed:
        raise SystemExit(1)
