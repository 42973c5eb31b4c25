"""`clearline import`: load a clinic's list of patients, visits, opt-outs or consents, shown and checked before."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from service.cli.acting import Installation, by_staff, for_clinic, installation
from service.reminders import audit
from service.reminders.clinics import Clinic, sites_of
from service.reminders.imports.checking import Checked, check
from service.reminders.imports.columns import Kind, Match, guess, is_heading, keep, recall, shown
from service.reminders.imports.error_file import write_errors
from service.reminders.imports.loading import Loaded, load
from service.reminders.imports.reading import Sheet, open_sheet
from service.reminders.optouts import unlock
from service.reminders.refused import Refused

MOST_SHOWN = 20


@click.command()
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Show what would happen; change nothing.")
@click.option("--yes", is_flag=True, help="Load without asking (columns must be known, or --keep-as given).")
@click.option("--again", is_flag=True, help="Load a file that was loaded before.")
@click.option("--columns", "columns_name", default="", metavar="NAME", help="Use the columns kept under this name.")
@click.option("--keep-as", default="", metavar="NAME", help="Keep the columns under this name.")
@click.option("--column", "said", multiple=True, metavar="FIELD=HEADING", help="Which column holds what.")
@click.option(
    "--place", "places", multiple=True, metavar="CELL=SITE", help="Which site a cell of the place column means."
)
@click.option(
    "--covers", nargs=2, type=click.DateTime(["%Y-%m-%d"]), help="First and last day that a visits list names."
)
@click.option("--source", default="", help="Opt-outs and consents: the system or form that they come from.")
@click.option("--none", "is_none", is_flag=True, help="Opt-outs: the other system had none.")
@for_clinic
@by_staff
def command(
    kind: str,
    file: Path | None,
    dry_run: bool,
    yes: bool,
    again: bool,
    columns_name: str,
    keep_as: str,
    said: tuple[str, ...],
    places: tuple[str, ...],
    covers: tuple[datetime, datetime] | None,
    source: str,
    is_none: bool,
    clinic_name: str,
    who: str,
) -> None:
    """Load FILE (CSV or text as a clinic's system writes it). Good rows go in together; bad ones into an error file.

    Begin with --dry-run. KIND is patients, visits, optouts or consents."""
    with installation() as own:
        clinic = own.clinic(clinic_name)
        with own.database.read() as connection:
            acting = own.acting(connection, clinic, who)
        if is_none and kind == Kind.OPTOUTS.value:
            _no_optouts(own, clinic, acting)
            return
        if file is None:
            raise Refused("file.which")
        sheet = open_sheet(file, lambda heading: is_heading(Kind(kind), heading))
        match = _columns(own, clinic, Kind(kind), sheet, columns_name, _pairs(said), _pairs(places))
        if not match.name and not dry_run:
            match = _keep(own, clinic, Kind(kind), match, keep_as, yes, acting)
        _run(own, clinic, Kind(kind), sheet, match, acting, covers, dry_run, yes, again, source)


def _columns(
    own: Installation,
    clinic: Clinic,
    kind: Kind,
    sheet: Sheet,
    name: str,
    said: dict[str, list[str]],
    places: dict[str, list[str]],
) -> Match:
    """The columns kept for such a file, or a guess, shown on five rows."""
    with own.database.read() as connection:
        kept = recall(connection, clinic.id, kind, sheet.header, name)
    if name and kept is None:
        raise Refused("file.columns_unknown", name=name)
    if kept and not said and not places:
        click.echo(f"Same shape as last time ({kept.name}).")
        return kept
    match = guess(kind, sheet.header, said or (dict(kept.columns) if kept else None))
    match = Match(match.columns, {**(kept.places if kept else {}), **{cell: to[0] for cell, to in places.items()}})
    click.echo(f"The columns, with their first rows ({sheet.encoding}, header in line {sheet.header_row + 1}):")
    for label, headings, cells in shown(match, sheet.first(5)):
        click.echo(f"  {label} <- {headings}: {' | '.join(cells)}")
    unused = [heading for heading in sheet.header if not any(heading in hs for hs in match.columns.values())]
    if unused:
        click.echo(f"  not used: {', '.join(unused)}")
    return match


def _keep(own: Installation, clinic: Clinic, kind: Kind, match: Match, name: str, yes: bool, who: str) -> Match:
    if not name and yes:
        raise Refused("file.columns_new")
    if not yes and not click.confirm("Are the columns right?"):
        raise Refused("file.not_loaded")
    name = name or click.prompt("Keep them under which name?", default=f"my {kind.value}")
    with own.database.write() as connection:
        return keep(connection, clinic.id, kind, match, name, who, own.now)


def _run(
    own: Installation,
    clinic: Clinic,
    kind: Kind,
    sheet: Sheet,
    match: Match,
    who: str,
    covers: tuple[datetime, datetime] | None,
    dry_run: bool,
    yes: bool,
    again: bool,
    source: str,
) -> None:
    with own.database.read() as connection:
        sites = sites_of(connection, clinic.id)
    today = datetime.fromtimestamp(own.now, ZoneInfo(clinic.zone)).date()
    days: tuple[date, date] | None = (covers[0].date(), covers[1].date()) if covers else None
    with _progress("Reading", sheet.size) as reading:
        checked = check(kind, sheet, match, clinic, sites, today, covers=days, progress=reading)
    with checked:
        if not dry_run and not yes:
            trial = _load(own, checked, who, source, again, dry_run=True)
            _tell(checked, trial)
            if not click.confirm("Load this?"):
                click.echo("Nothing was changed.")
                return
        try:
            loaded = _load(own, checked, who, source, again, dry_run=dry_run)
        except Refused:
            _write_errors(checked, checked.tally.bad)
            raise
        if dry_run or yes:
            _tell(checked, loaded)
        click.echo("Nothing was changed: this was a dry run." if dry_run else f"Loaded in {loaded.seconds:.1f} s.")
        if not dry_run:
            _write_errors(checked, loaded.tally.bad)


def _load(own: Installation, checked: Checked, who: str, source: str, again: bool, dry_run: bool) -> Loaded:
    with _progress("Trying" if dry_run else "Loading", checked.stash.count) as loading:
        return load(
            own.database,
            own.privacy,
            checked,
            who,
            own.now,
            source=source,
            again=again,
            dry_run=dry_run,
            progress=loading,
        )


def _tell(checked: Checked, loaded: Loaded) -> None:
    tally, covered = loaded.tally, checked.covered
    click.echo(f"{tally.rows} rows: {tally.rows - len(tally.bad)} good, {len(tally.bad)} left out.")
    if covered:
        days = (
            covered.first_day
            if covered.first_day == covered.last_day
            else f"{covered.first_day} to {covered.last_day}"
        )
        click.echo(f"It speaks for {days}." if not checked.correction else "Corrected rows: nothing counts as gone.")
    for name, count in sorted(tally.counts.items()):
        if count:
            click.echo(f"  {count} {name}")
    if loaded.messages:
        click.echo(f"  {loaded.messages} waiting messages cancelled; they are planned anew where the visit stands")
    if loaded.held:
        click.echo("  Held until you decide: clearline visits held")
    _list("Left out:", [finding.say() for finding in tally.bad.values()], len(tally.bad))
    _list("To know:", [finding.say() for finding in tally.notes], tally.note_count)


def _list(title: str, lines: Sequence[str], count: int) -> None:
    if count:
        click.echo(title)
        for line in lines[:MOST_SHOWN]:
            click.echo(f"  {line}")
        if count > MOST_SHOWN:
            click.echo(f"  and {count - MOST_SHOWN} more")


def _write_errors(checked: Checked, bad: Any) -> None:
    if bad:
        path = checked.sheet.path.with_name(f"{checked.sheet.path.stem}.errors.csv")
        count = write_errors(checked.sheet, bad, path)
        click.echo(f"{count} rows to correct and load again: {path}")


def _no_optouts(own: Installation, clinic: Clinic, who: str) -> None:
    with own.database.write() as connection:
        unlock(connection, clinic.id, own.now)
        audit.note(connection, clinic.id, who, "no opt-outs to load", f"clinic {clinic.id}", own.now)
    click.echo(f"Noted: nobody had opted out. {clinic.name} may send.")


def _pairs(given: Sequence[str]) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise Refused("file.pair", pair=pair)
        pairs.setdefault(name.strip(), []).append(value.strip())
    return pairs


@contextmanager
def _progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal; silence where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.update(task, completed=done)
