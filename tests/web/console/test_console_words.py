"""Every word of the console stands in its content files, in both languages, with the same fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import service.web.console as console
from service.content.library import ContentError
from service.content.phrase import FIELD
from service.languages import Language
from service.web.console.navigation import SECTIONS
from service.web.console.permissions import Role
from service.web.console.words import entries

HERE = Path(console.__file__).parent
TEMPLATES = sorted((HERE / "templates").rglob("*.html"))
MODULES = sorted(HERE.rglob("*.py"))
# A phrase name where one is expected: `t('today.title')`, `"account.ended"`.
NAMED = re.compile(r"""["']([a-z_]+\.[a-z_0-9-]+)["']""")
FILES = {path.stem for path in (HERE.parents[1] / "content" / "console").glob("*.yaml")}


def named() -> Iterator[tuple[str, str]]:
    for path in (*TEMPLATES, *MODULES):
        for name in NAMED.findall(path.read_text()):
            if name.split(".")[0] in FILES and not name.endswith((".html", ".yaml", ".css", ".js", "_", ".py")):
                yield path.name, name


def test_every_phrase_that_a_page_names_exists() -> None:
    assert sorted({(where, name) for where, name in named() if name not in entries()}) == []


def test_both_languages_fill_in_the_same_fields() -> None:
    def fields(said: object) -> set[str]:
        words = said.values() if isinstance(said, dict) else [said]
        counted = {"count"} if isinstance(said, dict) else set()
        return counted.union(*(FIELD.findall(str(one)) for one in words))

    assert [name for name, entry in entries().items() if fields(entry["en"]) != fields(entry["es"])] == []


def test_every_section_and_role_has_a_name() -> None:
    names = {f"navigation.{section.page}" for section in SECTIONS} | {f"roles.{role}" for role in Role}
    assert names <= entries().keys()


def test_templates_hold_no_words_of_their_own() -> None:
    """What is left of a template without its tags and expressions is marks, and the name of the product."""
    for path in TEMPLATES:
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", path.read_text(), flags=re.S)
        assert set(re.findall(r"[^\W\d_]{2,}", bare)) <= {"Clearline"}, path.name


def test_a_phrase_without_one_language_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text('title: {en: "People"}\n')
    with pytest.raises(ContentError, match=r"people.yaml: title needs words in es"):
        entries(tmp_path)


def test_two_languages_are_never_the_same_sentence() -> None:
    """Short words may be alike (Error, No); a sentence that is was not translated."""
    alike = [
        name
        for name, entry in entries().items()
        if entry[Language.ENGLISH.value] == entry[Language.SPANISH.value] and " " in str(entry["en"])
    ]
    assert alike == []
