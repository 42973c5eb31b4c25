"""Rendering does what is needed and nothing else; counted with a tone in place of a voice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from service.audio.finish import Format
from service.audio.render import Counts, render
from service.audio.script import Line
from service.audio.voices.tone import Tone
from service.audio.voices.voice import CannotSpeak, Sound
from service.conversation.pace import Pace
from service.languages import Language

LINES = [
    Line(language, pace, clip, words, words, local)
    for language in Language
    for pace in Pace
    for clip, words, local in (
        ("topic.chemo.1", "Chemo is strong medicine.", False),
        ("menu.4", "For goals and choices, press one.", False),
        ("phrase.clinic", "This is Oak Street Clinic.", True),
    )
]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "audio", tmp_path / "var" / "audio"


def run(lines: list[Line], folders: tuple[Path, Path], voice: Tone | None = None) -> Counts:
    return render(lines, voice or Tone(), *folders)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.glob("*/*")}


def listed(folder: Path) -> set[tuple[str, str, str]]:
    data = json.loads((folder / "manifest.json").read_text())
    return {(language, pace, clip) for language in data for pace in data[language] for clip in data[language][pace]}


def test_normal_clips_are_committed_and_slow_ones_only_listed(folders: tuple[Path, Path]) -> None:
    counts = run(LINES, folders)
    assert (counts.rendered, counts.kept, counts.failed) == (12, 0, [])
    committed, local = folders
    assert len(files(committed)) == 4
    assert listed(committed) == {(x, p, c) for x in Language for p in Pace for c in ("topic.chemo.1", "menu.4")}
    assert len(files(local)) == 8


def test_third_pages_are_made_at_set_up_and_listed(folders: tuple[Path, Path]) -> None:
    third = replace(LINES[0], clip="topic.chemo.3", pace=Pace.NORMAL)
    run([third], folders)
    assert files(folders[0]) == set()
    assert len(files(folders[1])) == 1
    assert listed(folders[0]) == {("en", "normal", "topic.chemo.3")}


def test_a_clinic_s_own_words_are_never_committed(folders: tuple[Path, Path]) -> None:
    run(LINES, folders)
    assert "Oak Street" not in (folders[0] / "manifest.json").read_text()
    assert not [name for name in files(folders[0]) if "clinic" in name]


def test_a_second_run_renders_nothing_and_touches_nothing(folders: tuple[Path, Path]) -> None:
    run(LINES, folders)
    before = {path: path.stat().st_mtime_ns for folder in folders for path in folder.rglob("*")}
    voice = Tone()
    counts = run(LINES, folders, voice)
    assert (voice.asked, counts.kept) == ([], len(LINES))
    assert before == {path: path.stat().st_mtime_ns for folder in folders for path in folder.rglob("*")}


def test_one_changed_sentence_renders_one_clip_a_pace_and_nothing_else(folders: tuple[Path, Path]) -> None:
    run(LINES, folders)
    old = files(folders[0]) | files(folders[1])
    changed = [
        replace(line, words="Chemo is a strong medicine.", spoken="Chemo is a strong medicine.")
        if (line.language, line.clip) == (Language.ENGLISH, "topic.chemo.1")
        else line
        for line in LINES
    ]
    voice = Tone()
    counts = run(changed, folders, voice)
    assert [(line.language, line.clip) for line in voice.asked] == [(Language.ENGLISH, "topic.chemo.1")] * 2
    assert {line.pace for line in voice.asked} == set(Pace)
    new = files(folders[0]) | files(folders[1])
    assert len(new - old) == 2
    assert len(old - new) == 2
    assert counts.removed == 2


def test_a_clip_that_nothing_asks_for_goes(folders: tuple[Path, Path]) -> None:
    run(LINES, folders)
    run([line for line in LINES if line.clip != "menu.4"], folders)
    assert not [name for folder in folders for name in files(folder) if "menu.4" in name]
    assert not [place for place in listed(folders[0]) if place[2] == "menu.4"]


def test_rendering_one_language_leaves_the_other_alone(folders: tuple[Path, Path]) -> None:
    run(LINES, folders)
    english = files(folders[0])
    run([line for line in LINES if line.language is Language.SPANISH], folders)
    assert files(folders[0]) == english


class Hoarse(Tone):
    """Fails on every line that holds a given word."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def speak(self, line: Line) -> Sound:
        if self.word in line.spoken:
            raise CannotSpeak("hoarse today")
        return super().speak(line)


def test_a_failure_keeps_the_last_good_clip_and_is_reported(folders: tuple[Path, Path]) -> None:
    run(LINES, folders)
    before = files(folders[0])
    changed = [replace(line, words=line.words + " Today.", spoken=line.spoken + " Today.") for line in LINES]
    counts = run(changed, folders, Hoarse("Chemo"))
    assert len(counts.failed) == 4
    assert "en normal topic.chemo.1: hoarse today" in counts.failed
    kept = {name for name in before if "chemo" in name}
    assert kept <= files(folders[0])


class Interrupted(Tone):
    """Ctrl-C arrives while the fifth line is spoken."""

    def speak(self, line: Line) -> Sound:
        if len(self.asked) == 4:
            raise KeyboardInterrupt
        return super().speak(line)


def test_an_interrupted_run_goes_on_where_it_stopped(folders: tuple[Path, Path]) -> None:
    with pytest.raises(KeyboardInterrupt):
        render(LINES, Interrupted(), *folders, workers=1)
    voice = Tone()
    counts = run(LINES, folders, voice)
    assert counts.kept >= 4
    assert len(voice.asked) == len(LINES) - counts.kept


def test_another_format_is_another_clip(folders: tuple[Path, Path]) -> None:
    run(LINES, folders)
    counts = render(LINES, Tone(), *folders, form=Format.PCM16)
    assert counts.rendered == len(LINES)
