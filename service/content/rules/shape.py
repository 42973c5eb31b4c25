"""Shape: every file holds what it must, in both languages; the other rules rely on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from service.content.finding import Finding
from service.content.library import read
from service.content.phrase import FIELD
from service.content.places import Places, Step
from service.languages import Language

TOPIC_KEYS = frozenset({"id", "code", "checked", "drug_page", "safety_line", "gate", "keywords", "en", "es"})
TOPIC_NEEDS = ("id", "code", "keywords", "en", "es")
WORDING_NEEDS = ("title", "spoken", "text", "speech")
KEYWORD_NEEDS = ("strong", "en", "es", "typo")
CHANNELS = ("text", "speech")


Problem = tuple[tuple[Step, ...], str]


def shape(folder: Path) -> list[Finding]:
    """What is missing or of the wrong kind in the files below `folder`; with any of it nothing else can be read."""
    places = Places(folder)
    found = list(_unreadable(folder, places))
    if found:
        return found
    one_language = frozenset(read(folder / "limits.yaml")["one_language"])
    for file in _files(folder, "topics"):
        name = Path(file).stem
        for steps, reason in _topic(read(folder / file), name):
            found.append(Finding(file, places.line(file, *steps), reason, topic=name))
    for file in _files(folder, "phrases"):
        for steps, reason in _phrases(read(folder / file), one_language):
            found.append(Finding(file, places.line(file, *steps), reason))
    for steps, reason in _menus(read(folder / "menus.yaml")):
        found.append(Finding("menus.yaml", places.line("menus.yaml", *steps), reason))
    return found


def _unreadable(folder: Path, places: Places) -> Iterator[Finding]:
    """Files that are no YAML, hold something else than keys, or say one thing twice (YAML would take the last)."""
    seen: dict[str, str] = {}
    for file in (*_files(folder, "topics"), *_files(folder, "phrases"), "facts.yaml", "sources.yaml"):
        try:
            names = places.names(file)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            yield Finding(file, line, f"cannot be read: {error.problem}")
            continue
        if not names:
            yield Finding(file, 1, "must hold keys and values")
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Finding(file, places.line(file, name), f"{name} stands here twice")
        for name in names if file.startswith("phrases/") else ():
            if seen.setdefault(name, file) != file:
                yield Finding(file, places.line(file, name), f"{name} stands in {seen[name]} too")


def _files(folder: Path, kind: str) -> tuple[str, ...]:
    return tuple(f"{kind}/{path.name}" for path in sorted((folder / kind).glob("*.yaml")))


def _topic(content: dict[str, Any], name: str) -> Iterator[Problem]:
    for key in sorted(content.keys() - TOPIC_KEYS):
        yield (key,), f"`{key}` is not a key of a topic"
    for key in TOPIC_NEEDS:
        if key not in content:
            missing = f"the translation `{key}` is missing" if key in tuple(Language) else f"`{key}` is missing"
            yield (), missing
    if content.get("id") not in (None, name):
        yield ("id",), f"the id is {content['id']}, but the file is named {name}"
    if not isinstance(content.get("code", ""), str):
        yield ("code",), "the code must stand in quotes, or YAML reads it as a number"
    keywords = content.get("keywords") if isinstance(content.get("keywords"), dict) else {}
    for key in KEYWORD_NEEDS:
        if not isinstance(keywords.get(key, "missing"), list | None):  # type: ignore[union-attr]
            yield ("keywords", key), f"the keywords `{key}` must be a list"
    for language in Language:
        if language.value in content:
            yield from _wording(content[language.value], language.value)
    yield from _written_in_part(content)


def _wording(wording: Any, language: str) -> Iterator[Problem]:
    if not isinstance(wording, dict):
        yield (language,), f"`{language}` must hold title, spoken, text and speech"
        return
    for key in WORDING_NEEDS:
        if key not in wording:
            yield (language,), f"`{key}` is missing in `{language}`"
    for key in sorted(wording.keys() - set(WORDING_NEEDS)):
        yield (language, key), f"`{key}` is not a key of a wording"
    for channel in CHANNELS:
        pages = wording.get(channel)
        if pages is not None and not isinstance(pages, list):
            yield (language, channel), f"`{channel}` must be a list of pages"
            continue
        for index, page in enumerate(pages or ()):
            if not isinstance(page, dict) or not str(page.get("words") or "").strip():
                yield (language, channel, index), "a page without words"
            elif not isinstance(page.get("facts"), list):
                yield (language, channel, index), "a page must name the facts it states: `facts: [chemo.1]`"


def _written_in_part(content: dict[str, Any]) -> Iterator[Problem]:
    """A topic is written in both languages for both channels, or not at all."""
    sides = {
        (language.value, channel): bool((content.get(language.value) or {}).get(channel))
        for language in Language
        for channel in CHANNELS
        if isinstance(content.get(language.value), dict)
    }
    if any(sides.values()):
        for (language, channel), written in sides.items():
            if not written:
                yield (language, channel), f"the {channel} pages in `{language}` are missing; others are written"
        for language in sorted({language for language, _ in sides}):
            for key in ("title", "spoken"):
                if not str(content[language].get(key) or "").strip():
                    yield (language, key), f"`{key}` is empty in `{language}`"
        if not isinstance(content.get("checked"), date):
            reason = "must be the day on which the facts were last compared with their sources"
            yield ("checked",) if "checked" in content else ("id",), f"`checked` {reason}, such as 2026-11-22"


def _phrases(content: dict[str, Any], one_language: frozenset[str]) -> Iterator[Problem]:
    for name, entry in content.items():
        wordings = entry if isinstance(entry, dict) else {}
        here = {x.value: wordings.get(x.value) or {} for x in Language}
        if not any(words.get(channel) for words in here.values() for channel in CHANNELS):
            yield (name,), f"{name} says nothing"
        elif name not in one_language:
            yield from _both_languages(name, here)


def _both_languages(name: str, here: dict[str, dict[str, str]]) -> Iterator[Problem]:
    for language, words in here.items():
        if not words:
            yield (name,), f"{name}: the translation `{language}` is missing"
            return
    for channel in CHANNELS:
        said = {language: (words.get(channel) or "").strip() for language, words in here.items()}
        for language, spoken in said.items():
            if not spoken and any(said.values()):
                yield (name, language), f"{name}: the {channel} is missing in `{language}`"
        fields = {frozenset(FIELD.findall(spoken)) for spoken in said.values()}
        if all(said.values()) and len(fields) > 1:
            yield (name,), f"{name}: the {channel} has other fields in one language than in the other"


def _menus(entries: list[dict[str, Any]]) -> Iterator[Problem]:
    for index, entry in enumerate(entries):
        for language in Language:
            for key in ("title", "spoken"):
                if not str((entry.get(language.value) or {}).get(key) or "").strip():
                    yield (index, language.value), f"menu {entry.get('code')}: `{key}` is missing in `{language}`"
