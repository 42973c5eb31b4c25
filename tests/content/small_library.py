"""A small folder of content that breaks no rule, and ways to break it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from service.content.check import check
from service.content.finding import Finding, Level
from service.content.library import HERE
from service.content.manuscript import WORD_LISTS

SMALL = Path(__file__).parent / "small"
TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Small:
    """The small folder, copied to where a test may change it, with the word lists that the product ships."""

    folder: Path

    def change(self, file: str, old: str, new: str, count: int = 1) -> None:
        """Put `new` for the first `old` in `file` (count 0: for every one); the test fails where there is none."""
        path = self.folder / file
        words = path.read_text(encoding="utf-8")
        assert old in words, f"{old!r} is not in {file}"
        path.write_text(words.replace(old, new, count or -1), encoding="utf-8")

    def failures(self, **given: Any) -> list[Finding]:
        return [finding for finding in self.findings(**given) if finding.level is Level.FAILURE]

    def findings(self, **given: Any) -> list[Finding]:
        return check(self.folder, **{"today": TODAY, **given})

    def line(self, finding: Finding) -> str:
        """The line that a finding points at."""
        return (self.folder / finding.file).read_text(encoding="utf-8").splitlines()[finding.line - 1]


def copy(to: Path) -> Small:
    folder = to / "content"
    shutil.copytree(SMALL, folder)
    for name in WORD_LISTS:
        shutil.copy(HERE / f"{name}.yaml", folder)
    return Small(folder)
