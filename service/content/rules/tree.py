"""The tree: codes of digits 1 to 5 that lead somewhere, and menus short enough to be heard."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from service.content.finding import Finding
from service.content.library import read
from service.content.manuscript import Manuscript
from service.content.places import Step

DIGITS = re.compile(r"[1-5]+")


def codes(manuscript: Manuscript) -> Iterator[Finding]:
    """A code has digits from 1 to 5 (0 and 6 to 9 are keys of their own), at most three, and belongs to one place."""
    deepest = manuscript.lists["limits"]["deepest"]
    owner: dict[str, str] = {}
    for name, code, spot in _places(manuscript):
        if not DIGITS.fullmatch(code):
            yield manuscript.found(*spot, reason=f"the code {code!r} has something other than the digits 1 to 5")
        if len(code) > deepest:
            yield manuscript.found(*spot, reason=f"the code {code} is {len(code)} menus deep, {deepest} is the most")
        if code in owner:
            yield manuscript.found(*spot, reason=f"the code {code} is also the code of {owner[code]}")
        owner.setdefault(code, name)


def menus(manuscript: Manuscript) -> Iterator[Finding]:
    """Every place stands in a menu, every menu has choices, and none has more than a person can hold in mind."""
    most = manuscript.lists["limits"]["most_choices"]
    library = manuscript.library
    leaves = {menu.code for menu in library.menus.values() if menu.action}
    below: dict[str, set[str]] = defaultdict(set)
    for name, code, spot in _places(manuscript):
        below[code[:-1]].add(code)
        if code[:-1] and (code[:-1] not in library.menus or code[:-1] in leaves):
            yield manuscript.found(*spot, reason=f"{name} cannot be reached: {code[:-1]} is not a menu")
        if name not in library.menus and len(code) == 1:
            yield manuscript.found(*spot, reason=f"{name} stands in no menu")
    for menu in library.menus.values():
        spot = ("menus.yaml", menu.code)
        if not menu.action and not below[menu.code]:
            yield manuscript.found(*spot, reason=f"the menu {menu.code} has no choices")
        if len(below[menu.code]) > most:
            yield manuscript.found(
                *spot, reason=f"the menu {menu.code} has {len(below[menu.code])} choices, {most} is the most"
            )
    if len(below[""]) > most:
        yield manuscript.found("menus.yaml", reason=f"the main menu has {len(below[''])} choices, {most} is the most")


def _places(manuscript: Manuscript) -> Iterator[tuple[str, str, tuple[str, Step]]]:
    """Every place of the tree: its name, its code, and where the code stands."""
    for index, entry in enumerate(read(manuscript.folder / "menus.yaml")):
        yield entry["code"], entry["code"], ("menus.yaml", index)
    for topic in manuscript.library.topics.values():
        yield f"topic {topic.id}", topic.code, (f"topics/{topic.id}.yaml", "code")
