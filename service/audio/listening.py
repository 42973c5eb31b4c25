"""Listening without anyone listening: a recogniser lays each English clip along its own words, and its neighbour's.

A clip is right where its own words fit the sound from end to end and better than its neighbour's do. What the
recogniser would have understood by itself is noise on telephone speech; laying known words along it is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from service.audio.phonemes import arpabet
from service.audio.pronunciation import table
from service.audio.soundness import read
from service.audio.voices.espeak import phonemes
from service.audio.voices.voice import Samples
from service.languages import Language

RATE = 16_000
FRAME_S = 0.01
# A quick search first: every second frame, two densities, a narrow beam. Where it cannot place a clip's own words, a
# careful one decides, and for a long clip one with a wider beam still; in a short one that would also place the words
# of a recording that was cut. bestpath would look again in what is left of a search, and may lose words on the way.
SEARCHES: tuple[dict[str, float], ...] = (
    {"beam": 1e-64, "pbeam": 1e-64, "wbeam": 1e-40, "ds": 2, "topn": 2, "bestpath": False},
    {"beam": 1e-120, "pbeam": 1e-120, "wbeam": 1e-100, "bestpath": False},
    {"beam": 1e-200, "pbeam": 1e-200, "wbeam": 1e-150, "bestpath": False},
)
LONG_S = 20.0
# The share of the sounding time that the words must cover. Right clips cover 0.78 and more; noise in the pauses, and
# another clip's words, leave much of it to fillers.
LEAST_COVER = 0.75
AUDIBLE = 0.05
WORKERS = 2


@dataclass(frozen=True)
class Heard:
    """A clip to listen to: its hash, where it lies, what it says, and what a clip beside it says."""

    sha256: str
    path: Path
    spoken: str
    neighbour: str


@dataclass(frozen=True)
class Fit:
    """How words lie along a sound: the share of the sound that they cover, and their likelihood as a logarithm."""

    cover: float
    likelihood: float


def listen(
    clips: Sequence[Heard], workers: int = WORKERS, progress: Callable[[int, int], None] = lambda done, total: None
) -> Iterator[tuple[Heard, str]]:
    """Each clip with what is wrong with it, or an empty string; in no particular order."""
    extra = missing_words({word for clip in clips for word in (*words_of(clip.spoken), *words_of(clip.neighbour))})
    progress(0, len(clips))
    with ProcessPoolExecutor(workers, initializer=_begin, initargs=(extra,)) as pool:
        for done, (clip, fault) in enumerate(zip(clips, pool.map(_fault, clips, chunksize=8), strict=True), 1):
            progress(done, len(clips))
            yield clip, fault


def words_of(spoken: str) -> list[str]:
    """The words that the recogniser's dictionary could know."""
    return [word.strip("'") for word in re.findall(r"[a-z']+", spoken.lower()) if word.strip("'")]


def missing_words(words: Iterable[str]) -> dict[str, str]:
    """The sounds of the words that the recogniser's dictionary lacks: from our table, else as espeak-ng says them."""
    dictionary = Ear({}).decoder
    missing = sorted(word for word in set(words) if dictionary.lookup_word(word) is None)
    ours = table(Language.ENGLISH).words
    guessed = dict(zip(missing, phonemes(missing, Language.ENGLISH), strict=True)) if missing else {}
    sounds = {}
    for word in missing:
        entry = ours.get(word)
        sounds[word] = arpabet(entry["espeak"] if isinstance(entry, Mapping) else guessed[word])
    return sounds


class Ear:
    """A recogniser that knows what was said and is asked where."""

    def __init__(self, extra: Mapping[str, str]) -> None:
        self._decoders = [_decoder(extra, search) for search in SEARCHES]

    @property
    def decoder(self):  # type: ignore[no-untyped-def]
        return self._decoders[0]

    def fits(self, samples: Samples, rate: int, *texts: str) -> list[Fit | None]:
        """How each text lies along the sound, None for one that does not. The first is searched for until it is
        found; the others by the same search, so that likelihoods can be compared."""
        pcm = (np.clip(soxr.resample(samples, rate, RATE), -1, 1) * 32767).astype("<i2").tobytes()
        first = None
        long = len(samples) / rate > LONG_S
        for decoder in self._decoders if long else self._decoders[:-1]:
            first = _fit(decoder, pcm, samples, rate, texts[0])
            if first and first.cover >= LEAST_COVER:
                break
        return [first, *(_fit(decoder, pcm, samples, rate, text) for text in texts[1:])]


def judge(ear: Ear, clip: Heard) -> str:
    """What is wrong with a clip, or an empty string."""
    sound = read(clip.path)
    own, other = ear.fits(sound.samples, sound.rate, clip.spoken, clip.neighbour)
    if own is None:
        return "does not say its words: listen to it"
    if own.cover < LEAST_COVER:
        return f"holds more than its words, or noise: they cover {own.cover:.0%} of it; listen to it"
    if other and other.cover >= LEAST_COVER and other.likelihood >= own.likelihood:
        return f"sounds more like: {clip.neighbour[:60]}"
    return ""


_ear: Ear | None = None


def _begin(extra: Mapping[str, str]) -> None:
    global _ear  # a recogniser takes a tenth of a second to load: one for each process
    _ear = Ear(extra)


def _fault(clip: Heard) -> str:
    assert _ear is not None
    try:
        return judge(_ear, clip)
    except ValueError as error:
        return str(error)


def _decoder(extra: Mapping[str, str], search: Mapping[str, float]):  # type: ignore[no-untyped-def]
    from pocketsphinx import Decoder

    decoder = Decoder(lm=None, loglevel="FATAL", **search)
    for word, sounds in extra.items():
        decoder.add_word(word, sounds, True)
    return decoder


def _fit(decoder, pcm: bytes, samples: Samples, rate: int, text: str) -> Fit | None:  # type: ignore[no-untyped-def]
    words = words_of(text)
    decoder.set_align_text(" ".join(words))
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    spans = [span for span in decoder.seg() if span.word[0] not in "<[("] if found else []
    if [span.word.partition("(")[0] for span in spans] != words:
        return None
    size = round(rate * FRAME_S)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    loud = np.sqrt((frames**2).mean(axis=1))
    sounding = loud > loud.max() * AUDIBLE
    covered = np.zeros(len(sounding), dtype=bool)
    for span in spans:
        covered[span.start_frame : span.end_frame + 1] = True
    return Fit(float((sounding & covered).sum() / max(1, sounding.sum())), float(np.log(max(found.score, 1e-300))))
