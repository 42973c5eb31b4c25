"""Twilio's own description of its API, and whether a request of ours keeps to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

SLICE = Path(__file__).parent / "twilio_api_slice.json"
HOST = "https://api.twilio.com"
E164 = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)
NUMBERS = frozenset({"To", "From"})


class NotAsDescribed(Exception):
    """A request or an answer that Twilio's description does not know."""


@cache
def described() -> dict[str, Any]:
    """The slice that stands beside this file."""
    document: dict[str, Any] = json.loads(SLICE.read_text())
    return document


@cache
def _openapi() -> OpenAPI:
    return OpenAPI.from_dict(described())


def check(method: str, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> None:
    """Raises NotAsDescribed for a path, a parameter, a value or a number that Twilio would not know.

    openapi-core lets unknown parameters and `To=+1` pass, so names and numbers are checked here."""
    operation = _operation(method, path)
    _names(operation, method, query, form)
    for name in NUMBERS & {*query, *form}:
        number = form.get(name, query.get(name, ""))
        if E164.fullmatch(number) is None:
            raise NotAsDescribed(f"{name} is {number!r}, not a number in E.164 form")
    request = MockRequest(
        HOST,
        method.lower(),
        path,
        args=dict(query),
        headers={"Authorization": "Basic QTpC"},
        data="&".join(f"{k}={_quoted(v)}" for k, v in form.items()).encode() if form else b"",
        content_type="application/x-www-form-urlencoded",
    )
    errors = list(_openapi().iter_request_errors(request))
    if errors:
        raise NotAsDescribed(f"{method} {path}: {errors[0]!r} {errors[0].__cause__!r}")


def check_answer(method: str, path: str, status: int, body: str) -> None:
    """Raises NotAsDescribed where the stand-in answers as Twilio would not."""
    request = MockRequest(HOST, method.lower(), path, headers={"Authorization": "Basic QTpC"})
    errors = list(_openapi().iter_response_errors(request, MockResponse(body.encode(), status)))
    if errors:
        raise NotAsDescribed(f"{status} to {method} {path}: {errors[0]!r} {errors[0].__cause__!r}")


def _operation(method: str, path: str) -> dict[str, Any]:
    for pattern, methods in described()["paths"].items():
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(pattern)), path) and method.lower() in methods:
            found: dict[str, Any] = methods[method.lower()]
            return found
    raise NotAsDescribed(f"no {method} {path}")


def _names(operation: dict[str, Any], method: str, query: Mapping[str, str], form: Mapping[str, str]) -> None:
    known = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
    unknown = set(query) - known
    if method.upper() == "POST":
        schema = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        unknown |= set(form) - set(schema["properties"])
        missing = set(schema.get("required", ())) - set(form)
        if missing:
            raise NotAsDescribed(f"without {', '.join(sorted(missing))}")
    if unknown:
        raise NotAsDescribed(f"with {', '.join(sorted(unknown))}, which Twilio does not know")


def _quoted(value: str) -> str:
    from urllib.parse import quote

    return quote(value)
