"""Commands about our words: check them, record who reviewed them, list their state, print the card."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click

from service.cli.content_export import export
from service.cli.match import match
from service.content.finding import Finding, Level
from service.content.library import HERE, ContentError, Library, load, read
from service.content.manuscript import RenderedText
from service.languages import Language

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def command() -> None:
    """Check our words, record and export reviews, list their state, print the card, match texts."""


command.add_command(match)
command.add_command(export)


@command.command()
@click.option("--today", type=DAY, help="Check as of this day, such as 2026-11-22; today if not given.")
@click.option("--topic", "topics", multiple=True, help="Show only what concerns this topic; may be given again.")
@click.option("--complete", is_flag=True, help="A topic that is not written yet is a failure.")
@click.option("--warnings", is_flag=True, help="List every warning, not only how many of each kind.")
def check(today: Any, topics: tuple[str, ...], complete: bool, warnings: bool) -> None:
    """Hold all words to the rules; print file, line and reason of what breaks one."""
    from service.content.check import check as find

    with _plain_errors():
        seconds = measured_seconds()
        found = find(
            today=today.date() if today else date.today(), rendered=as_sent, seconds=seconds, complete=complete
        )
    found = [finding for finding in found if not topics or finding.topic in topics]
    failures = [finding for finding in found if finding.level is Level.FAILURE]
    for finding in failures:
        click.echo(_line(finding))
    for level in (Level.WARNING, Level.NOTE):
        _tell([finding for finding in found if finding.level is level], level, each=warnings)
    if not seconds:
        click.echo("No recordings yet: what takes too long to hear was not checked.")
    counts = Counter(finding.level for finding in found)
    click.echo(", ".join(f"{counts[level]} {level}s" for level in Level) + ".")
    if failures:
        raise click.exceptions.Exit(1)


@command.command()
@click.argument("items", nargs=-1)
@click.option("--branch", "branches", multiple=True, help="Every topic whose code begins with these digits.")
@click.option("--safety", is_flag=True, help="The safety set: branch 1, and what answers danger, crisis and STOP.")
@click.option("--name", prompt="Name of the person who read the words", help="As it will stand in the file.")
@click.option("--role", prompt="Role and credentials (such as: RN, oncology nurse)", help="What they may vouch for.")
@click.option("--on", type=DAY, help="The day of the reading (2026-11-22); today if not given.")
@click.option("--yes", is_flag=True, help="Do not ask whether the words were read.")
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False), help="Another file to record it in.")
def review(
    items: tuple[str, ...],
    branches: tuple[str, ...],
    safety: bool,
    name: str,
    role: str,
    on: Any,
    yes: bool,
    into: Path | None,
) -> None:
    """Record that a person read the exact words of ITEMS: codes (441), topics (chemo) or phrases (phrase.stop)."""
    from service.content.review_items import chosen
    from service.content.reviews import FILE, record

    with _plain_errors():
        library = load()
        words = chosen(library, items, branches, read(HERE / "safety_set.yaml") if safety else None)
        day = on.date() if on else date.today()
        if day > date.today():
            raise ContentError(f"{day} is still to come.")
        click.echo(f"{len(words)} items: {', '.join(words)}")
        if not yes:
            click.confirm(f"Has {name} read all of these words, in both languages, as they stand now?", abort=True)
        record(into or HERE / FILE, words, name, role, day)
    click.echo(f"Recorded in {_shown(into or HERE / FILE)}: {len(words)} items, read by {name}, {role}, on {day}.")


@command.command()
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write one page to read and print.")
@click.option("--with-audio", is_flag=True, help="Put the recordings into the page (large), instead of naming files.")
@click.option("--today", type=DAY, help="As of this day (2026-11-22).")
def report(html: Path | None, with_audio: bool, today: Any) -> None:
    """List every topic with its state, dates and sources; or write it all as a page for a nurse."""
    from service.content.report import as_html, summary
    from service.content.report import report as gather
    from service.content.reviews import load_reviews

    with _plain_errors():
        library = load()
        texts = {(text.origin, text.language): text.words for text in as_sent(library)}
        recordings = _recordings(html.resolve().parent, with_audio) if html else {}
        day = today.date() if today else date.today()
        shown = gather(library, load_reviews(), day, texts, recordings)
    if html:
        html.write_text(as_html(shown), encoding="utf-8")
        click.echo(f"Wrote {html}: {len(shown.items)} topics, {len(shown.phrases)} phrases.")
    else:
        _print_table(shown)
    click.echo(", ".join(f"{count} {state}" for state, count in summary(shown.items).items()) + ".")


@command.command()
@click.option("--number", required=True, help="The number to text or call, such as +1 202 555 0134.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("card"), show_default=True)
def card(number: str, out: Path) -> None:
    """Write the large-print card in each language: a page, a PDF, and plain text for a Braille house."""
    from service.content.card import as_html, as_text, build
    from service.content.card_pdf import write_pdf
    from service.phone_number import is_e164

    line = re.sub(r"[\s().-]", "", number)
    if not is_e164(line):
        raise click.ClickException(f"{number} is not a number in full, such as +1 202 555 0134.")
    with _plain_errors():
        library = load()
        out.mkdir(parents=True, exist_ok=True)
        for language in Language:
            made = build(library, language, line)
            (out / f"card-{language.value}.html").write_text(as_html(made), encoding="utf-8")
            (out / f"card-{language.value}.txt").write_text(as_text(made), encoding="utf-8")
            write_pdf(made, out / f"card-{language.value}.pdf")
    click.echo(f"Wrote card-en and card-es (.html, .pdf, .txt) in {out}.")


def as_sent(library: Library) -> Iterator[RenderedText]:
    """Every menu and page exactly as a text message says it."""
    from service.channels.sms import Writer
    from service.conversation.reply import ShowPage
    from service.conversation.tree import Kind, build

    tree = build(library)
    writer = Writer(library, tree)
    for language in Language:
        for node in tree.nodes.values():
            if node.kind is Kind.MENU:
                yield RenderedText(f"menu.{node.code or 'main'}", language, writer.menu(node.code, language))
        for topic in library.topics.values():
            for number in range(1, len(topic[language].text) + 1):
                words = writer.page(ShowPage(topic.id, number), language)
                yield RenderedText(f"topic.{topic.id}.{number}", language, words)


def measured_seconds() -> dict[tuple[Language, str], float]:
    """The length of every recording at the normal pace, and of the first step of a call, in both languages."""
    seconds = {(language, clip): entry.seconds for language, clip, entry in _clips()}
    step = [
        (Language.ENGLISH, "phrase.greet_emergency"),
        (Language.ENGLISH, "phrase.language_english"),
        (Language.SPANISH, "phrase.language_spanish"),
    ]
    if all(clip in seconds for clip in step):
        seconds[Language.ENGLISH, "step.language"] = sum(seconds[clip] for clip in step)
    return seconds


def _clips() -> Iterator[tuple[Language, str, Any]]:
    from service.audio import manifest
    from service.audio.recordings import COMMITTED
    from service.conversation.pace import Pace

    for (language, pace, clip), entry in manifest.load(COMMITTED):
        if pace is Pace.NORMAL:
            yield language, clip, entry


def _recordings(beside: Path, embed: bool) -> dict[tuple[Language, str], str]:
    """The address of each recording for a page in the folder `beside`: a relative path, or the sound itself."""
    import base64

    from service.audio.recordings import COMMITTED

    found = {}
    for language, clip, entry in _clips():
        path = COMMITTED / entry.file
        if clip.startswith("topic.") and path.exists():
            if embed:
                found[language, clip] = "data:audio/wav;base64," + base64.b64encode(path.read_bytes()).decode()
            else:
                found[language, clip] = Path(os.path.relpath(path, beside)).as_posix()
    return found


def _tell(findings: list[Finding], level: Level, each: bool) -> None:
    if each:
        for finding in findings:
            click.echo(f"{_line(finding)} ({level})")
        return
    for reason, count in Counter(finding.reason.split(": ")[-1] for finding in findings).most_common():
        click.echo(f"{level}: {count} x {reason}")


def _print_table(shown: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Clearline content, {shown.on}", title_justify="left")
    for heading in ("code", "title", "pages", "state", "review by", "expires", "sources"):
        table.add_column(heading, overflow="fold")
    for item in shown.items:
        times = (str(item.times.review_by), str(item.times.expires)) if item.times else ("", "")
        sources = " ".join(source.code + ("*" if source.weak else "") for source in item.sources)
        title, pages = item.topic[Language.ENGLISH].title, len(item.pages[Language.ENGLISH])
        table.add_row(item.topic.code, title, str(pages), item.state, *times, sources)
    Console().print(table)
    click.echo("* weak source: replace before publishing")


def _line(finding: Finding) -> str:
    return f"{_shown(HERE / finding.file)}:{finding.line}: {finding.reason}"


def _shown(path: Path) -> str:
    """`path` as one would type it from here."""
    return os.path.relpath(path)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turns an error in the content files into one sentence and exit code 1."""
    try:
        yield
    except ContentError as error:
        raise click.ClickException(str(error)) from error
