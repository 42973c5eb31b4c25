"""What a load did, or would do: counts by name, and what is to be said about single lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from service.reminders.imports.finding import Finding, Level

# Lines named one by one; past that they are only counted, so that a wrong file does not fill the memory.
MOST_NOTES = 2000


@dataclass
class Tally:
    """`counts` by name (such as `new patients`); `bad` the first reason for each line that was left out; `notes` the
    remarks on lines that were loaded, the first two thousand of `note_count`."""

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    bad: dict[int, Finding] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    note_count: int = 0

    def say(self, findings: Iterable[Finding]) -> None:
        """Take findings in."""
        for finding in findings:
            if finding.level is Level.BAD:
                self.bad.setdefault(finding.line, finding)
            else:
                self.note_count += 1
                if len(self.notes) < MOST_NOTES:
                    self.notes.append(finding)

    def with_more(self, other: Tally) -> Tally:
        """Both together, the lines in order."""
        return Tally(
            rows=self.rows + other.rows,
            counts=self.counts + other.counts,
            bad=dict(sorted((other.bad | self.bad).items())),
            notes=sorted(self.notes + other.notes)[:MOST_NOTES],
            note_count=self.note_count + other.note_count,
        )
