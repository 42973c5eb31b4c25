"""Is the process up, and can it do its work: for whoever watches over an installation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

Check = Callable[[], str]


def register(app: Flask, checks: Mapping[str, Check]) -> None:
    """GET /healthz says that we run; GET /readyz asks each check, which answers a sentence or, where all is well, "".

    readyz is 200 where every check is well and 503 otherwise, and names what is wrong either way."""

    @app.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return jsonify(ok=True)

    @app.get("/readyz")
    def readyz() -> ResponseReturnValue:
        wrong = {name: said for name, check in checks.items() if (said := check())}
        return jsonify(ok=not wrong, wrong=wrong), 503 if wrong else 200
