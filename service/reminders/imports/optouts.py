"""Opt-outs from another system: every phone in the file gets nothing from this clinic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from service.reminders import optouts
from service.reminders.imports.cells import read_past_day
from service.reminders.imports.columns import Match
from service.reminders.imports.finding import Finding, bad, note, told
from service.reminders.imports.reading import Row
from service.reminders.imports.tally import Tally
from service.reminders.imports.when import noon
from service.reminders.privacy import Privacy
from service.reminders.rules.reason import Reason
from service.reminders.rules.whom import read_cell

# Numbers that we can read and would never send to: nothing is lost when they are not kept.
NEVER_REACHED = frozenset(
    f"phone.{why}"
    for why in ("premium", "toll_free", "not_personal", "other_country", "not_in_use", "service", "crisis")
)


@dataclass(frozen=True)
class OptOut:
    """A row: numbers in E.164, and since when (seconds since 1970; 0 where the file does not say)."""

    line: int
    numbers: tuple[str, ...]
    since: int


def read_optout(row: Row, match: Match) -> tuple[OptOut | None, list[Finding]]:
    """The opt-out in `row`. A number that cannot be read is never passed over: somebody asked for silence."""
    numbers: list[str] = []
    findings: list[Finding] = []
    cells = match.cells(row, "phone") or [""]
    for found in (found for cell in cells for found in read_cell(cell)):
        if not isinstance(found, Reason):
            numbers.append(found.e164)
        elif found.code in NEVER_REACHED:
            findings.append(note(row.line, told("row.never_reached", reason=found)))
        else:
            return None, [bad(row.line, found)]
    day = read_past_day(match.cell(row, "day")) if match.cell(row, "day") else None
    since = 0 if day is None or isinstance(day, Reason) else noon(day)
    return OptOut(row.line, tuple(dict.fromkeys(numbers)), since), findings


def keep_optouts(
    connection: Connection,
    privacy: Privacy,
    clinic_id: int,
    batch: Sequence[OptOut],
    source: str,
    now: int,
    tally: Tally,
) -> None:
    """Keep a batch of opt-outs."""
    phones = {privacy.phone(number): row.since or now for row in batch for number in row.numbers}
    new = optouts.carry_over(connection, clinic_id, list(phones.items()), source, now)
    tally.counts["new opt-outs"] += new
    tally.counts["known opt-outs"] += len(phones) - new
