"""Every refusal in the source has its sentence, in both languages, and every sentence is said by somebody."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.content.phrase import FIELD
from service.languages import Language
from service.reminders.refused import Refused, Word
from service.reminders.rules import lint
from service.reminders.rules.reason import because
from service.reminders.rules.tables import table

ROOT = Path(__file__).parents[2]
SENTENCES = {name: said for name, said in table("refusals").items() if not name.startswith("state.")}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every place in the source where something is refused, as `file:line`."""
    for path in sorted((ROOT / "service").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def names(call: ast.Call) -> set[str]:
    """The sentences that a place may say; several where it chooses by a condition."""
    chosen = call.args[0]
    branches = (chosen.body, chosen.orelse) if isinstance(chosen, ast.IfExp) else (chosen,)
    return {str(one.value) for one in branches if isinstance(one, ast.Constant)}


CALLS = list(calls())


def test_whoever_refuses_names_a_sentence_that_stands_in_the_file() -> None:
    unknown = [(place, names(call)) for place, call in CALLS if not names(call) or names(call) - SENTENCES.keys()]
    assert unknown == []


def test_no_sentence_stands_in_the_file_that_nobody_says() -> None:
    assert SENTENCES.keys() - set().union(*(names(call) for _, call in CALLS)) == set()


def test_every_gap_of_a_sentence_is_filled_where_it_is_said() -> None:
    def gaps(name: str) -> set[str]:
        return {gap for said in SENTENCES[name].values() for gap in FIELD.findall(said)}

    wrong = [
        (place, name)
        for place, call in CALLS
        for name in names(call)
        if gaps(name) != {keyword.arg for keyword in call.keywords}
    ]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_both_languages_have_the_same_gaps(name: str) -> None:
    assert set(FIELD.findall(SENTENCES[name]["en"])) == set(FIELD.findall(SENTENCES[name]["es"]))


def test_the_reader_gets_their_language_down_to_the_reason_inside() -> None:
    refused = Refused("clinic.name_telling", name="Tumor Center", why=because("lint.no_name"))
    assert str(refused) == refused.said(Language.ENGLISH)
    assert because("lint.no_name").say(Language.SPANISH) in refused.said(Language.SPANISH)
    assert Refused("run.decided", state=Word("state.paused")).said(Language.SPANISH) == "Este envío ya está en pausa."


def test_remarks_of_the_linter_stand_on_lines_of_their_own() -> None:
    remarks = lint.lint_clinic(lint.Clinic(names=("Tumor Center", " "), phones=()))
    for language in Language:
        said = Refused("template.remarks", remarks=remarks).said(language)
        assert said.split("\n") == [remark.say(language) for remark in remarks]
        assert len(remarks) > 1


def test_every_state_that_a_run_can_have_has_a_word() -> None:
    """`approval.approve` says the state of a run that is no longer to be decided."""
    text = (ROOT / "service/reminders/approval.py").read_text()
    states = set(re.findall(r'state="([a-z]+)"', text)) | {"sending"}
    assert states <= {name.removeprefix("state.") for name in table("refusals") if name.startswith("state.")}


def test_a_name_that_nobody_wrote_fails_at_once() -> None:
    with pytest.raises(KeyError):
        str(Refused("no.such.sentence"))
