"""Recordings over the web: kept for a year, told apart by their hash, sent whole or in part."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.audio.recordings import Recordings
from service.audio.render import render
from service.audio.script import Line
from service.audio.voices.tone import Tone
from service.channels.prompts import Prompt
from service.conversation.pace import Pace
from service.languages import Language
from service.web.recordings import recordings_blueprint

WORDS = "Chemo is strong medicine."


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    folders = tmp_path / "audio", tmp_path / "var"
    render([Line(Language.ENGLISH, Pace.NORMAL, "topic.chemo.1", WORDS, WORDS)], Tone(), *folders)
    return Recordings(*folders)


@pytest.fixture
def client(recordings: Recordings) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(recordings_blueprint(recordings))
    return app.test_client()


@pytest.fixture
def url(recordings: Recordings) -> str:
    found = recordings.url(Language.ENGLISH, Pace.NORMAL, Prompt("topic.chemo.1", WORDS, Language.ENGLISH))
    assert found is not None
    return found


def test_a_recording_is_kept_for_a_year(client: FlaskClient, url: str, recordings: Recordings) -> None:
    answer = client.get(url)
    found = recordings.find(url.removeprefix("/audio/"))
    assert found is not None
    assert answer.status_code == 200
    assert answer.content_type == "audio/wav"
    assert {part.strip() for part in answer.headers["Cache-Control"].split(",")} == {
        "public",
        "max-age=31536000",
        "immutable",
    }
    assert answer.headers["ETag"] == f'"{found.sha256}"'
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.data == found.path.read_bytes()


def test_a_part_may_be_asked_for(client: FlaskClient, url: str) -> None:
    whole = client.get(url).data
    answer = client.get(url, headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.data) == (206, whole[10:20])
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"


def test_a_part_beyond_the_end_is_refused(client: FlaskClient, url: str) -> None:
    assert client.get(url, headers={"Range": "bytes=99999999-"}).status_code == 416


def test_what_a_cache_holds_is_not_sent_again(client: FlaskClient, url: str) -> None:
    etag = client.get(url).headers["ETag"]
    answer = client.get(url, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "en/topic.chemo.1.wav",
        "manifest.json",
        "../manifest.json",
        "..%2fmanifest.json",
        "en/..%2F..%2Fvar/manifest.json",
        "%00",
    ],
)
def test_any_other_name_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/audio/{name}").status_code == 404


def test_a_file_that_has_gone_is_not_found(client: FlaskClient, url: str, recordings: Recordings) -> None:
    found = recordings.find(url.removeprefix("/audio/"))
    assert found is not None
    found.path.unlink()
    assert client.get(url).status_code == 404
