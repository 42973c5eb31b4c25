"""Any words in any form of the console and any bytes as a list: the short tests again, with many more examples."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = (
    "tests/web/console/test_any_form.py",
    "tests/web/console/test_every_link.py",
    "tests/reminders/imports/test_any_file.py",
)


@dataclass(frozen=True)
class Tried:
    """How many tests held, how many did not, and what they said."""

    held: int
    failed: int
    said: str


def try_words(profile: str, seed: int) -> Tried:
    """Run the tests with a profile of hypothesis from `tests/conftest.py`."""
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-rA", f"--hypothesis-profile={profile}"]
    # A seed counts only where examples are not drawn the same way each time.
    seeded = [f"--hypothesis-seed={seed}"] if profile != "clearline" else []
    done = subprocess.run([*command, *seeded, *TESTS], cwd=ROOT, capture_output=True, text=True, check=False)
    held, failed = (len(re.findall(rf"^{word} ", done.stdout, re.MULTILINE)) for word in ("PASSED", "FAILED"))
    return Tried(held, failed + len(re.findall(r"^ERROR ", done.stdout, re.MULTILINE)), done.stdout[-2000:])
