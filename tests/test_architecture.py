"""What holds for every file: its floor, its length, its first sentence, and that the project stands by itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "service").rglob("*.py"))
LONGEST = 250
# Files that may be longer, each with its reason.
LONGER: dict[str, str] = {
    "service/storage/migrations/versions/0002_reminders.py": "a migration is written once and never split",
}
WRITTEN = (".py", ".md", ".toml", ".sh", ".yml", ".html", ".css", ".js", ".in", ".txt", ".example", "")


def tracked() -> list[Path]:
    """Every file of the project; outside a checkout, those that look like it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        return [path for path in ROOT.rglob("*") if path.is_file() and not re.search(r"/(\.|var/)", str(path))]
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("listing", ["requirements.txt", "requirements-dev.txt"])
def test_pins_name_no_address_and_no_option(listing: str) -> None:
    lines = (ROOT / listing).read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert not [line for line in pins if "://" in line]
    assert not [line for line in pins if line.startswith("--")]
    assert any("--hash=sha256:" in line for line in pins)
    assert not [line for line in lines if re.search(r"(index|find-links|trusted)[-_](url|host)\b\S*[= ]\S*://", line)]


def test_every_pinned_package_carries_hashes() -> None:
    for listing in ("requirements.txt", "requirements-dev.txt"):
        entries = re.split(r"\n(?=[a-zA-Z0-9])", (ROOT / listing).read_text().split("\n", 2)[2])
        bare = [entry.split()[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry]
        assert not bare, listing


def test_no_lock_file_with_addresses() -> None:
    assert not [path for path in tracked() if path.name in ("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock")]


def test_no_module_is_longer_than_one_sitting() -> None:
    long = {name(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {path: lines for path, lines in long.items() if lines > LONGEST and path not in LONGER} == {}
    assert {path for path in LONGER if long[path] <= LONGEST} == set()


def test_every_module_opens_with_a_sentence() -> None:
    without = []
    for path in MODULES:
        said = ast.get_docstring(ast.parse(path.read_text())) or ""
        first = said.split("\n\n")[0]
        if not re.match(r"[\w`].*[.:?]$", first, re.DOTALL):
            without.append(name(path))
    assert without == []


def test_the_project_stands_without_the_papers_it_was_made_from() -> None:
    outside = re.compile(
        r"/work/|\.\./shared|decisions\.md|house_style\.md|users\.md|\b(issue|decision)s? #?\d+\b|\b[Ii]ssue \d",
        re.ASCII,
    )
    mentions = [
        f"{name(path)}:{number}"
        for path in tracked()
        if path.suffix in WRITTEN and path != Path(__file__) and not name(path).startswith("requirements")
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if outside.search(line)
    ]
    assert mentions == []


def test_no_code_cites_a_rule_by_its_number_instead_of_its_reason() -> None:
    cited = re.compile(r"\b(rule|see|as|by|in|of) \(?[A-Z]\d{1,2}\b(?! ?[-/])|\([A-Z]\d{1,2}\)")
    mentions = [
        f"{name(path)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if cited.search(line)
    ]
    assert mentions == []


def test_sentences_for_people_stand_in_content_alone() -> None:
    """A safety sentence in code would be seen by no nurse and translated by nobody."""
    spoken = re.compile(r"\b(call 911|call or text 988|press [0-9]|oprima|llame al)\b", re.IGNORECASE)
    strings = [
        f"{name(path)}:{node.lineno}"
        for path in MODULES
        if not name(path).startswith(("service/content", "service/simulator", "service/cli"))
        for node in spoken_strings(path)
        if spoken.search(str(node.value)) and len(str(node.value)) > 12
    ]
    assert strings == []


def spoken_strings(path: Path) -> list[ast.Constant]:
    """The strings of a module that are no docstrings."""
    parsed = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(parsed)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        node
        for node in ast.walk(parsed)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


def test_the_checks_are_run_by_one_command() -> None:
    script = (ROOT / "scripts" / "test").read_text()
    for check in ("ruff check", "ruff format --check", "mypy", "lint-imports", "content check", "pytest"):
        assert check in script, check
    assert "scripts/test" in (ROOT / ".ci" / "run").read_text()


def test_the_web_process_loads_nothing_heavy() -> None:
    """What only commands need is imported by them."""
    code = "import sys, service.app; print(*{'numpy', 'soundfile', 'babel', 'fpdf', 'hypothesis'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
