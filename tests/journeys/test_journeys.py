"""Talks that a nurse can read, played through the real webhooks by the pretend phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from clock import Clock
from player import Inbox, TalkError, play, settings_of

from service.settings import Settings, from_environment
from service.simulator.phone import Phone

TALKS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Settings:
    """The settings of the try-out, with those that the talk asks for."""
    asked = settings_of(request.getfixturevalue("talk")) if "talk" in request.fixturenames else {}
    return from_environment({"PUBLIC_URL": "http://localhost", "DATABASE_URL": database_url, **asked}, tmp_path)


@pytest.mark.parametrize("talk", TALKS, ids=[talk.stem for talk in TALKS])
def test_talk(talk: Path, phone: Phone, inbox: Inbox, clock: Clock) -> None:
    play(talk, phone, inbox, clock.pass_time)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("text from +15555550123\n> chemo\n< purple elephants", "line 3: < purple elephants"),
        ("text from +15555550123\n> chemo\n!< chemo", "line 3: !< chemo"),
        ("text from +15555550123\n> chemo\n< (nothing)", "nothing should have come back"),
        ("text from +15555550123\n> chemo\n< you get it in a vein\n< chemo is strong", "line 4"),
        ("text from +15555550123\ntext arrives: chemo", "these texts arrived"),
        ("call from +15555550123\n< (ended)", "the call is still on"),
        ("wobble", "no line of a talk begins so"),
    ],
)
def test_a_talk_that_goes_otherwise_is_told_by_its_line(
    lines: str, reason: str, phone: Phone, inbox: Inbox, clock: Clock, tmp_path: Path
) -> None:
    talk = tmp_path / "talk.txt"
    talk.write_text(lines)
    with pytest.raises(TalkError, match=reason):
        play(talk, phone, inbox, clock.pass_time)
