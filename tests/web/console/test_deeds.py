"""Every deed that is written into the audit log has words in both languages, and no words stand there for none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import service
from service.reminders.imports.columns import Kind
from service.reminders.visits import Decision
from service.web.console.words import entries

HERE = Path(service.__file__).parent
# Where a deed is put together, what may stand in the gap.
GAPS = {
    "visit {}": [one.value for one in Decision],
    "{} loaded": [one.value for one in Kind],
    "{} approved": ["template", "plan"],
    "decided {}": ["sent", "not-sent"],
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(HERE.rglob("*.py")):
        yield str(path.relative_to(HERE)), ast.parse(path.read_text())


def assigned(parsed: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Every name of a module that is given a value, one by one."""
    for node in ast.walk(parsed):
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, value in zip(target.elts, node.value.elts, strict=True):
                    if isinstance(one, ast.Name):
                        yield one.id, value


MODULES = dict(modules())
CONSTANTS = {
    name: value for parsed in MODULES.values() for name, value in assigned(parsed) if name.isupper()
}  # fmt: skip


def deeds(where: str, said: ast.expr) -> Iterator[str]:
    """What an expression may say, each as the log keeps it. Raises KeyError for one that cannot be told."""
    if isinstance(said, ast.Constant):
        yield str(said.value)
    elif isinstance(said, ast.IfExp):
        yield from (*deeds(where, said.body), *deeds(where, said.orelse))
    elif isinstance(said, ast.JoinedStr):
        pattern = "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in said.values)
        yield from (pattern.format(value) for value in GAPS[pattern])
    elif isinstance(said, ast.Name):
        own = dict(assigned(MODULES[where]))
        yield from deeds(where, own.get(said.id) or CONSTANTS[said.id])
    else:
        raise KeyError(f"{where}: {ast.unparse(said)}")


def written() -> Iterator[tuple[str, str]]:
    """Each deed of the source, with the module that writes it down."""
    for where, parsed in MODULES.items():
        for node in ast.walk(parsed):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "note":
                to = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
                place = {"audit": 3, "seat": 1, "self": 1}.get(to)
                # The seat hands on what its callers say.
                if place and not (where == "web/console/seat.py" and to == "audit"):
                    yield from ((where, deed) for deed in deeds(where, node.args[place]))


WRITTEN = set(written())


def test_every_deed_has_words() -> None:
    lacking = {(where, deed) for where, deed in WRITTEN if f"deeds.{deed.replace(' ', '_')}" not in entries()}
    assert lacking == set()


def test_no_words_are_left_of_deeds_that_nobody_does() -> None:
    known = {name.removeprefix("deeds.") for name in entries() if name.startswith("deeds.")}
    assert known - {deed.replace(" ", "_") for _, deed in WRITTEN} == set()


def test_a_deed_fits_its_column() -> None:
    assert [deed for _, deed in WRITTEN if len(deed) > 60] == []
