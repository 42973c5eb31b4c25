"""The finish: whatever a voice gave becomes a clip for the telephone, all clips equally loud, none clipped."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from service.audio.voices.voice import CannotSpeak, Samples, Sound, silence

RATE = 8_000
# What a telephone line carries: only this band counts for loudness.
BAND_HZ = (300.0, 3_400.0)
# RFC 7874 asks for active speech at -19 dBm0, which is 22 dB below full scale.
LEVEL_DBFS = -22.0
PEAK_DBFS = -3.0
LEAD_S, TAIL_S = 0.3, 0.1
SILENT_DBFS = -120.0
FRAME_S = 0.02
# A frame this far below the loudest ones is a pause, not speech.
ACTIVE_BELOW_DB = 30.0
EDGE_BELOW_DB = 45.0
LIMITER_S = 0.004


class Format(StrEnum):
    """How samples are kept: mu-law is what a telephone uses itself (8 kB a second); pcm16 is twice as large."""

    MULAW = "mulaw"
    PCM16 = "pcm16"

    @property
    def subtype(self) -> str:
        return "ULAW" if self is Format.MULAW else "PCM_16"

    @property
    def profile(self) -> str:
        """Everything here that changes the bytes, for the key of a clip."""
        return f"{self.value} {RATE} level {LEVEL_DBFS} peak {PEAK_DBFS} lead {LEAD_S} tail {TAIL_S} v3"


@dataclass(frozen=True)
class Clip:
    """A finished clip: the bytes of a WAV file, and its length."""

    wav: bytes
    seconds: float


def finish(sound: Sound, form: Format = Format.MULAW) -> Clip:
    """8 kHz, edges trimmed, speech at the level, peaks under the limit, a short silence first. Raises CannotSpeak."""
    samples = np.asarray(soxr.resample(sound.samples, sound.rate, RATE), dtype=np.float32)
    samples = _trimmed(samples)
    if not len(samples):
        raise CannotSpeak("the voice gave nothing but silence")
    samples = np.concatenate([silence(LEAD_S, RATE), samples, silence(TAIL_S, RATE)])
    samples = _limited(samples * _factor(LEVEL_DBFS - active_level(samples, RATE)))
    out = io.BytesIO()
    soundfile.write(out, samples, RATE, format="WAV", subtype=form.subtype)
    return Clip(out.getvalue(), len(samples) / RATE)


def active_level(samples: Samples, rate: int) -> float:
    """The level of the speech without its pauses, in the telephone's band, in dB below full scale."""
    power = frame_power(_in_band(samples, rate), rate)
    active = power[_loud_enough(power)]
    return float(10 * np.log10(active.mean())) if len(active) else SILENT_DBFS


def speaking(samples: Samples, rate: int) -> NDArray[np.bool_]:
    """For each frame of FRAME_S seconds: is it speech, or a pause? Over the whole band: cutting one out of a short
    clip leaves a ringing where nothing was said."""
    return _loud_enough(frame_power(samples, rate))


def _loud_enough(power: Samples) -> NDArray[np.bool_]:
    loudest = float(power.max(initial=0))
    return np.asarray(power > loudest * _factor(-ACTIVE_BELOW_DB) ** 2)


def peak_level(samples: Samples) -> float:
    """The highest sample, in dB below full scale."""
    peak = float(np.abs(samples).max()) if len(samples) else 0.0
    return 20 * float(np.log10(peak)) if peak > 0 else SILENT_DBFS


def _in_band(samples: Samples, rate: int) -> Samples:
    # A power of two, because a transform over a length that is a large prime takes twenty times as long.
    size = 1 << max(1, len(samples) - 1).bit_length()
    spectrum = np.fft.rfft(samples, size)
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    spectrum[(frequencies < BAND_HZ[0]) | (frequencies > BAND_HZ[1])] = 0
    return np.fft.irfft(spectrum, size)[: len(samples)].astype(np.float32)


def frame_power(samples: Samples, rate: int) -> Samples:
    """The mean power of each frame of FRAME_S seconds; what is left over at the end is passed over."""
    size = round(FRAME_S * rate)
    whole = samples[: len(samples) // size * size]
    frames = whole.reshape(-1, size) if len(whole) else samples.reshape(1, -1)
    return np.asarray((frames.astype(np.float32) ** 2).mean(axis=1), dtype=np.float32)


def _trimmed(samples: Samples) -> Samples:
    """Without the silence before the first sound and after the last."""
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max(initial=0) * _factor(-EDGE_BELOW_DB))
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]


def _limited(samples: Samples) -> Samples:
    """Peaks brought under the limit by turning down the few milliseconds around each, not the whole clip."""
    ceiling = _factor(PEAK_DBFS - 0.1)
    over = np.maximum(np.abs(samples) / ceiling, 1.0)
    if over.max() <= 1:
        return samples
    reach = round(LIMITER_S * RATE)
    padded = np.pad(over, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    held = windows.max(axis=1)
    slope = np.hanning(2 * reach + 3)[1:-1]
    gain = np.convolve(np.pad(1 / held, reach, mode="edge"), slope / slope.sum(), mode="valid")
    # The smoothing may leave a peak a hair over; the clip stops it there.
    return np.clip(samples * gain, -ceiling, ceiling).astype(np.float32)


def _factor(db: float) -> float:
    return float(10 ** (db / 20))
