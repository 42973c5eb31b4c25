"""The check finds what a caller would suffer from: each fault is made by hand and must be told."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from service.audio.finish import RATE, Format, finish
from service.audio.inspection import Inspection, Limits
from service.audio.listening import Ear, Heard, judge, missing_words, words_of
from service.audio.phonemes import arpabet
from service.audio.render import render
from service.audio.script import Line
from service.audio.soundness import Recording, faults, read
from service.audio.spoken_form import spoken_form
from service.audio.voices.espeak import Espeak
from service.audio.voices.tone import Tone
from service.conversation.pace import Pace
from service.languages import Language

LINES = [
    Line(Language.ENGLISH, pace, clip, words, words)
    for pace in Pace
    for clip, words in (
        ("topic.chemo.1", "Chemo is strong medicine."),
        ("menu.4", "For chemo, press one."),
        ("phrase.greet_emergency", "Hang up and call."),
    )
]
ROOMY = Limits(page=45, choices=22, language=10)


class Desk:
    """Rendered clips in two folders, and the check over them."""

    def __init__(self, folder: Path) -> None:
        self.committed, self.local = folder / "audio", folder / "var" / "audio"
        render(LINES, Tone(), self.committed, self.local)

    def problems(self, lines: list[Line] = LINES, limits: Limits = ROOMY, exact: bool = True) -> list[str]:
        inspection = Inspection(lines, Tone(), Format.MULAW, self.committed, self.local, limits, exact)
        return list(inspection.problems())

    def clip(self, name: str) -> Path:
        return next(self.committed.glob(f"*/{name}.*"))

    def edit_manifest(self, **changes: object) -> None:
        path = self.committed / "manifest.json"
        data = json.loads(path.read_text())
        for clip in data["en"]["slow"].values():
            clip.update(changes)
        path.write_text(json.dumps(data))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_fresh_set_has_no_problem(desk: Desk) -> None:
    assert desk.problems() == []


SPOILED: list[tuple[str, Callable[[Desk], object]]] = [
    ("en normal topic.chemo.1: its file is missing or cut", lambda desk: desk.clip("topic.chemo.1").unlink()),
    (
        "en normal topic.chemo.1: its file is missing or cut",
        lambda desk: desk.clip("topic.chemo.1").write_bytes(desk.clip("topic.chemo.1").read_bytes()[:-900]),
    ),
    (
        "en normal topic.chemo.1: its file is not the one that was rendered",
        lambda desk: desk.clip("topic.chemo.1").write_bytes(desk.clip("topic.chemo.1").read_bytes()[:-1] + b"\0"),
    ),
    ("no manifest lists it", lambda desk: (desk.committed / "en" / "old.wav").touch()),
    ("its bytes differ from those that the committed manifest lists", lambda desk: desk.edit_manifest(sha256="0")),
    ("by the committed manifest", lambda desk: desk.edit_manifest(seconds=9.0)),
]


@pytest.mark.parametrize(("told", "spoil"), SPOILED)
def test_a_spoiled_file_is_told(desk: Desk, told: str, spoil: Callable[[Desk], object]) -> None:
    spoil(desk)
    assert any(told in problem for problem in desk.problems())


def test_elsewhere_than_in_ci_length_decides_and_not_bytes(desk: Desk) -> None:
    desk.edit_manifest(sha256="0")
    assert desk.problems(exact=False) == []


def test_changed_words_are_told(desk: Desk) -> None:
    changed = [
        replace(line, words="Chemo.", spoken="Chemo.") if line.clip == "topic.chemo.1" else line for line in LINES
    ]
    assert [problem.partition(";")[0] for problem in desk.problems(changed)] == [
        f"en {pace} topic.chemo.1: recorded with other words or another voice" for pace in Pace
    ]


def test_a_new_line_and_a_dropped_one_are_told(desk: Desk) -> None:
    lines = [line for line in LINES if line.clip != "menu.4"]
    lines.append(Line(Language.ENGLISH, Pace.NORMAL, "menu.5", "For support, press two.", "For support, press two."))
    problems = desk.problems(lines)
    assert any(problem.startswith("en normal menu.5: not recorded") for problem in problems)
    assert any("menu.4" in problem and "nothing plays it" in problem for problem in problems)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (replace(ROOMY, page=1), "en normal topic.chemo.1: lasts"),
        (replace(ROOMY, choices=1), "en normal menu.4: lasts"),
        (replace(ROOMY, language=1), "the language step lasts"),
    ],
)
def test_what_lasts_too_long_is_told(desk: Desk, limits: Limits, told: str) -> None:
    problems = desk.problems(limits=limits)
    assert len(problems) == 1
    assert problems[0].startswith(told)


def test_an_abbreviation_without_a_pronunciation_is_told(desk: Desk) -> None:
    line = Line(Language.ENGLISH, Pace.NORMAL, "topic.x.1", "Ask for XQZ.", "Ask for X Q Z.")
    assert any("how is XQZ said?" in problem for problem in desk.problems([*LINES, line]))


def sound(change: Callable[[np.ndarray], np.ndarray] = lambda samples: samples) -> Recording:
    words = "Chemo is strong medicine. It kills cells that grow fast. You get it in a vein, or as pills."
    clip = finish(Espeak().speak(Line(Language.ENGLISH, Pace.NORMAL, "topic.chemo.1", words, words)))
    samples, rate = soundfile.read(io.BytesIO(clip.wav), dtype="float32")
    return Recording(change(samples).astype(np.float32), rate)


NOISE = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("told", "change"),
    [
        ("silent", lambda samples: samples * 0),
        ("too loud", lambda samples: np.clip(samples * 4, -1, 1)),
        ("dBFS, not", lambda samples: samples * 0.5),
        ("begins after", lambda samples: np.concatenate([np.zeros(RATE), samples])),
        ("falls silent", lambda samples: np.concatenate([samples[:20_000], np.zeros(2 * RATE), samples[20_000:]])),
        ("is noisy", lambda samples: samples + NOISE.normal(0, 0.025, len(samples))),
        ("is it cut", lambda samples: samples[: len(samples) // 3]),
    ],
)
def test_a_sound_that_is_not_fit_for_the_phone_is_told(told: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    spoken = "Chemo is strong medicine. It kills cells that grow fast. You get it in a vein, or as pills."
    assert faults(sound(), spoken, Language.ENGLISH) == []
    assert any(told in fault for fault in faults(sound(change), spoken, Language.ENGLISH))


OWN = "Chemo is strong medicine. Tamoxifen is not chemo. In an emergency, call 911."
OTHER = "Most people get one drug at a time. It goes on while it helps, and while you feel able."


@pytest.fixture(scope="module")
def ear() -> Ear:
    said = (spoken_form(words, Language.ENGLISH) for words in (OWN, OTHER))
    return Ear(missing_words(word for words in said for word in words_of(words)))


@pytest.mark.parametrize(
    ("text", "neighbour", "change", "right"),
    [
        (OWN, OTHER, lambda samples: samples, True),
        (OTHER, OWN, lambda samples: samples, False),
        (OWN, OTHER, lambda samples: samples[: int(len(samples) * 0.7)], False),
        (OWN, OTHER, lambda samples: samples + NOISE.normal(0, 0.08, len(samples)), False),
    ],
    ids=["own words", "another clip's words", "cut", "noisy"],
)
def test_a_recogniser_hears_whether_a_clip_says_its_words(
    tmp_path: Path,
    ear: Ear,
    text: str,
    neighbour: str,
    change: Callable[[np.ndarray], np.ndarray],
    right: bool,
) -> None:
    clip = finish(
        Espeak().speak(Line(Language.ENGLISH, Pace.NORMAL, "clip", OWN, spoken_form(OWN, Language.ENGLISH)))
    )
    path = tmp_path / "clip.wav"
    path.write_bytes(clip.wav)
    soundfile.write(path, change(read(path).samples), RATE, subtype="ULAW")
    spoken, beside = (spoken_form(words, Language.ENGLISH) for words in (text, neighbour))
    assert (judge(ear, Heard("hash", path, spoken, beside)) == "") is right


@pytest.mark.parametrize(
    ("phonemes", "sounds"),
    [
        ("t@m'0ksIf,En", "T AH M AA K S IH F EH N"),
        ("trast'u:zu:m,ab", "T R AE S T UW Z UW M AE B"),
        ("Enh'3:t#u:", "EH N HH ER T UW"),
        ("p'A@p", "P AA R P"),
    ],
)
def test_espeak_s_sounds_become_the_recogniser_s(phonemes: str, sounds: str) -> None:
    assert arpabet(phonemes) == sounds
