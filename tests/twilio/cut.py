"""Cuts out of Twilio's own API description what Clearline uses: python tests/twilio/cut.py twilio_api_v2010.json

The whole stands at github.com/twilio/twilio-oai (spec/json/twilio_api_v2010.json, Apache License 2.0)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ACCOUNT = "/2010-04-01/Accounts/{AccountSid}/"
USED = {
    "Messages.json": ("get", "post"),
    "Messages/{Sid}.json": ("get",),
    "Calls.json": ("get", "post"),
    "Calls/{Sid}.json": ("get",),
    "IncomingPhoneNumbers.json": ("get",),
}
# What explains a field to people, and would make the slice ten times as long.
LEFT_OUT = frozenset({"description", "examples", "x-twilio", "summary", "tags", "operationId"})


def slice_of(whole: dict[str, Any]) -> dict[str, Any]:
    """The paths we use with all that they refer to, and the licence."""
    paths = {ACCOUNT + name: _methods(whole, ACCOUNT + name, methods) for name, methods in USED.items()}
    schemas: dict[str, Any] = {}
    _collect(paths, whole["components"]["schemas"], schemas)
    return {
        "openapi": whole["openapi"],
        "info": {
            "title": whole["info"]["title"],
            "version": whole["info"]["version"],
            "license": whole["info"]["license"],
            "description": "A slice of Twilio's description of its API: see LICENSE.txt beside it.",
        },
        "servers": whole["servers"],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def _methods(whole: dict[str, Any], path: str, methods: tuple[str, ...]) -> dict[str, Any]:
    described = {method: _plain(whole["paths"][path][method]) for method in methods}
    for operation in described.values():
        for status, answer in operation["responses"].items():
            operation["responses"][status] = {"description": status, "content": answer.get("content", {})}
    return described


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    # A property may itself be called "description"; only the words beside a field are left out.
    return {
        name: {field: _plain(schema) for field, schema in value.items()} if name == "properties" else _plain(value)
        for name, value in node.items()
        if name not in LEFT_OUT
    }


def _collect(node: Any, schemas: dict[str, Any], found: dict[str, Any]) -> None:
    if isinstance(node, list):
        for item in node:
            _collect(item, schemas, found)
    elif isinstance(node, dict):
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name and name not in found:
            found[name] = _plain(schemas[name])
            _collect(found[name], schemas, found)
        for value in node.values():
            _collect(value, schemas, found)


if __name__ == "__main__":
    cut = slice_of(json.loads(Path(sys.argv[1]).read_text()))
    (HERE / "twilio_api_slice.json").write_text(json.dumps(cut, indent=1) + "\n")
