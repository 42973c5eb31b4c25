"""Places: the line on which each key of a YAML file stands, so that a finding can point at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

Step = str | int


@dataclass
class Places:
    """Looks up lines in the YAML files below `folder`, reading each file once."""

    folder: Path
    _roots: dict[str, yaml.Node | None] = field(default_factory=dict)
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def line(self, file: str, *steps: Step, find: str = "") -> int:
        """The line (from 1) of what `steps` lead to in `file`: keys of mappings, and in lists a number or the `id` or
        `code` of the entry meant. Steps that lead nowhere give the nearest place on the way. With `find`, the line
        below that place on which these characters stand, if any."""
        node = self._root(file)
        start = 0
        for step in steps:
            found = _below(node, step)
            if found is None:
                break
            start, node = found
        if find and node is not None:
            for number in range(start, min(node.end_mark.line + 1, len(self._lines[file]))):
                if find in self._lines[file][number]:
                    return number + 1
        return start + 1

    def names(self, file: str) -> list[str]:
        """The keys at the top of `file`, as often as they stand there. Raises yaml.MarkedYAMLError for bad YAML."""
        node = self._root(file)
        return [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []

    def _root(self, file: str) -> yaml.Node | None:
        if file not in self._roots:
            path = self.folder / file
            words = path.read_text(encoding="utf-8") if path.exists() else ""
            self._lines[file] = words.splitlines()
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            self._roots[file] = yaml.compose(words, Loader=loader)
        return self._roots[file]


def _below(node: yaml.Node | None, step: Step) -> tuple[int, yaml.Node] | None:
    """The line of the key or entry that `step` names in `node`, counted from 0, and the node it holds."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line, value
    if isinstance(node, yaml.SequenceNode):
        if isinstance(step, int):
            return (node.value[step].start_mark.line, node.value[step]) if step < len(node.value) else None
        for entry in node.value:
            names = {k.value: v.value for k, v in entry.value} if isinstance(entry, yaml.MappingNode) else {}
            if step in (names.get("id"), names.get("code"), getattr(entry, "value", None)):
                return entry.start_mark.line, entry
    return None
