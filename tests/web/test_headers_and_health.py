"""What every answer of ours carries, and what it says of our health."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from line import Twilio
from werkzeug.routing import Rule

from service.app import Parts, serve_parts
from service.settings import Settings


def visits(app: Flask) -> list[tuple[str, str]]:
    """Every route with every method, and some addresses that lead nowhere."""

    def filled(rule: Rule) -> str:
        return str(rule.rule).replace("<path:name>", "en/x.wav").replace("<path:delivery>", "7").split("<")[0]

    known = [(method, filled(rule)) for rule in app.url_map.iter_rules() for method in rule.methods or ()]
    return [*known, ("GET", "/"), ("GET", "/nowhere"), ("DELETE", "/healthz"), ("GET", "/audio/../secret")]


def test_security_headers_on_every_route(app: Flask) -> None:
    client = app.test_client()
    for method, path in visits(app):
        answer = client.open(path, method=method)
        assert answer.status_code < 500 or path == "/readyz", path
        assert answer.headers["Cache-Control"], path
        assert path.startswith("/console/") or "Set-Cookie" not in answer.headers, path
        if path.startswith("/twilio/"):
            continue  # no browser comes here, and callers wait
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["Referrer-Policy"] == "no-referrer", path


def test_https_is_asked_for_where_we_have_it(build: Callable[[Settings], Parts], settings: Settings) -> None:
    encrypted = serve_parts(build(replace(settings, public_url="https://line.example")))
    assert "max-age" in encrypted.test_client().get("/healthz").headers["Strict-Transport-Security"]


def test_no_browser_is_sent_to_https_that_we_do_not_have(app: Flask) -> None:
    assert "Strict-Transport-Security" not in app.test_client().get("/healthz").headers


def test_answers_to_twilio_are_kept_by_nobody(twilio: Twilio) -> None:
    assert twilio.text("menu").headers["Cache-Control"] == "no-store"


def test_health_needs_no_database(build: Callable[[Settings], Parts], settings: Settings) -> None:
    down = serve_parts(build(replace(settings, database_url="postgresql://nobody@127.0.0.1:9/none"))).test_client()
    assert down.get("/healthz").status_code == 200
    answer = down.get("/readyz")
    assert answer.status_code == 503
    assert "answered from memory" in answer.json["wrong"]["database"]


def test_readiness_names_a_missing_migration(build: Callable[[Settings], Parts], settings: Settings) -> None:
    empty = serve_parts(build(replace(settings, database_url=f"sqlite:///{settings.var}/empty.db"))).test_client()
    assert "migration" in empty.get("/readyz").json["wrong"]["database"]


@pytest.mark.parametrize("path", ["/phone", "/phone/inbox", "/phone/sign"])
def test_a_real_account_has_no_pretend_phone(
    build: Callable[[Settings], Parts], settings: Settings, path: str
) -> None:
    real = replace(settings, tryout=False, public_url="https://line.example", account_sid="AC" + "1" * 32)
    client = serve_parts(build(real)).test_client()
    assert {client.get(path).status_code, client.post(path).status_code} == {404}
