"""The phone finds a recording only where it says exactly what is to be said."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run as run_program

import pytest

from service.audio.recordings import Recordings
from service.audio.render import render
from service.audio.script import Line
from service.audio.voices.tone import Tone
from service.channels.prompts import Prompt
from service.conversation.pace import Pace
from service.languages import Language

CHEMO = Prompt("topic.chemo.1", "Chemo is strong medicine.", Language.ENGLISH)
CLINIC = Prompt("phrase.clinic", "This is Oak Street Clinic.", Language.ENGLISH, local=True)


def lines(*prompts: Prompt, pace: Pace = Pace.NORMAL) -> list[Line]:
    return [Line(p.language, pace, p.clip, p.words, p.words, p.local) for p in prompts]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    both = tmp_path / "audio", tmp_path / "var" / "audio"
    render(lines(CHEMO, CLINIC), Tone(), *both)
    return both


def test_a_clip_is_found_by_its_words(folders: tuple[Path, Path]) -> None:
    recordings = Recordings(*folders)
    url = recordings.url(Language.ENGLISH, Pace.NORMAL, CHEMO)
    assert url is not None
    found = recordings.find(url.removeprefix("/audio/"))
    assert found is not None
    assert found.path.stat().st_size == found.bytes
    assert recordings.seconds(Language.ENGLISH, Pace.NORMAL, CHEMO.clip) == pytest.approx(2.15, abs=0.05)


def test_a_clinic_s_own_prompt_is_found_beside_the_committed_ones(folders: tuple[Path, Path]) -> None:
    assert Recordings(*folders).url(Language.ENGLISH, Pace.NORMAL, CLINIC)


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt(CHEMO.clip, "Chemo is very strong medicine.", Language.ENGLISH),
        Prompt("topic.chemo.9", "Chemo.", Language.ENGLISH),
    ],
)
def test_older_words_and_unknown_clips_have_no_recording(folders: tuple[Path, Path], prompt: Prompt) -> None:
    assert Recordings(*folders).url(Language.ENGLISH, Pace.NORMAL, prompt) is None


def test_the_slow_pace_falls_back_until_it_is_made_and_is_then_heard_at_once(folders: tuple[Path, Path]) -> None:
    recordings = Recordings(*folders)
    normal = recordings.url(Language.ENGLISH, Pace.NORMAL, CHEMO)
    assert recordings.url(Language.ENGLISH, Pace.SLOW, CHEMO) == normal
    edition = recordings.edition
    render(lines(CHEMO, pace=Pace.SLOW), Tone(), *folders)
    slow = recordings.url(Language.ENGLISH, Pace.SLOW, CHEMO)
    assert slow not in (None, normal)
    assert recordings.edition > edition


def test_a_file_that_is_gone_is_not_offered(folders: tuple[Path, Path]) -> None:
    for path in folders[0].glob("*/*.wav"):
        path.unlink()
    assert Recordings(*folders).url(Language.ENGLISH, Pace.NORMAL, CHEMO) is None


@pytest.mark.parametrize(
    "name", ["", "manifest.json", "../manifest.json", "en/../manifest.json", "en/topic.chemo.1.wav"]
)
def test_only_listed_names_are_known(folders: tuple[Path, Path], name: str) -> None:
    assert Recordings(*folders).find(name) is None


def test_with_nothing_rendered_there_is_nothing_and_no_error(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path / "audio", tmp_path / "var")
    assert recordings.url(Language.ENGLISH, Pace.NORMAL, CHEMO) is None
    assert recordings.seconds(Language.ENGLISH, Pace.NORMAL, CHEMO.clip) is None


def test_the_web_finds_recordings_without_loading_what_makes_them() -> None:
    heavy = "numpy", "soundfile", "soxr", "babel", "num2words", "rich"
    program = f"import service.audio.recordings, sys; print([m for m in {heavy!r} if m in sys.modules])"
    told = run_program([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
