"""Is a clip fit for the phone? Silence, clipping, level and length are measured on the file itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from service.audio.finish import (
    FRAME_S,
    LEAD_S,
    LEVEL_DBFS,
    PEAK_DBFS,
    TAIL_S,
    active_level,
    frame_power,
    peak_level,
    speaking,
)
from service.audio.voices.voice import Samples
from service.content.readability import syllables
from service.languages import Language

LEVEL_TOLERANCE_DB = 1.5
PEAK_TOLERANCE_DB = 0.2
LEAD_TOLERANCE_S = 0.15
LONGEST_PAUSE_S = 1.5
LEAST_SPEECH = 0.4
# In a clip long enough to hold a pause: ours fall silent, with noise 10 dB under the speech nothing falls below 11.
MOST_NOISE_DB, NOISE_FROM_S = -16.0, 6.0
# Seconds of speech to a syllable: ours take 0.17 to 0.37, and up to 0.7 where a clip is one or two words.
FASTEST_S, SLOWEST_S, SLOWEST_SHORT_S = 0.12, 0.42, 0.8
SHORT = 8


@dataclass(frozen=True)
class Recording:
    """A clip as it lies on the disk, from -1 to 1, and its samples a second."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def read(path: Path) -> Recording:
    """The clip in `path`. Raises ValueError saying why it cannot be read."""
    try:
        samples, rate = soundfile.read(path, dtype="float32")
    except (OSError, soundfile.LibsndfileError) as error:
        raise ValueError(f"cannot be read ({error})") from error
    if samples.ndim != 1:
        raise ValueError("is not mono")
    return Recording(samples, rate)


def faults(clip: Recording, spoken: str, language: Language) -> list[str]:
    """What is wrong with the sound of a clip that says `spoken`; nothing where it is fit for the phone."""
    peak = peak_level(clip.samples)
    if peak < LEVEL_DBFS:
        return ["is silent"]
    found = []
    if peak > PEAK_DBFS + PEAK_TOLERANCE_DB:
        found.append(f"is clipped or too loud: its peak is {peak:.1f} dBFS, at most {PEAK_DBFS} is allowed")
    level = active_level(clip.samples, clip.rate)
    # A lone word such as "sí" sounds mostly below the telephone's band: its peaks reach the limit first.
    held_back = level < LEVEL_DBFS and peak > PEAK_DBFS - 1
    if abs(level - LEVEL_DBFS) > LEVEL_TOLERANCE_DB and not held_back:
        found.append(f"is at {level:.1f} dBFS, not {LEVEL_DBFS}: render it again")
    if clip.seconds > NOISE_FROM_S and _noise(clip) > MOST_NOISE_DB:
        found.append(f"is noisy: its quietest moments are only {-_noise(clip):.0f} dB below its speech")
    active = speaking(clip.samples, clip.rate)
    at = np.flatnonzero(active) * FRAME_S
    if abs(at[0] - LEAD_S) > LEAD_TOLERANCE_S:
        found.append(f"begins after {at[0]:.2f} s of silence, not {LEAD_S}")
    if len(at) > 1 and np.diff(at).max() > LONGEST_PAUSE_S:
        found.append(f"falls silent for {np.diff(at).max():.1f} s")
    share = active.sum() * FRAME_S / max(FRAME_S, clip.seconds - LEAD_S - TAIL_S)
    if share < LEAST_SPEECH:
        found.append(f"is mostly silence: speech fills {share:.0%} of it")
    return found + _wrong_length(len(at) * FRAME_S, spoken, language)


def _noise(clip: Recording) -> float:
    """The quietest moments between the first sound and the last, in dB over the speech."""
    power = frame_power(clip.samples, clip.rate)
    at = np.flatnonzero(speaking(clip.samples, clip.rate))
    inner = power[at[0] : at[-1] + 1]
    return float(10 * np.log10((np.percentile(inner, 5) + 1e-12) / power[at].mean()))


def _wrong_length(speech_s: float, spoken: str, language: Language) -> list[str]:
    """Too much or too little speech for so many syllables: cut short, or another text altogether."""
    count = sum(syllables(word, language) for word in re.findall(r"[^\W\d_]+", spoken.lower()))
    each = speech_s / max(1, count)
    if FASTEST_S <= each <= (SLOWEST_SHORT_S if count <= SHORT else SLOWEST_S):
        return []
    return [
        f"holds {speech_s:.1f} s of speech for {count} syllables ({each:.2f} s each): is it cut, or another text?"
    ]
