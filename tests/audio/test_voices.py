"""What voices promise: the same bytes every time, clear refusals, and nothing of a clinic's sent away."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import soundfile
from gtts.tts import gTTSError

from service.audio.finish import LEAD_S, LEVEL_DBFS, PEAK_DBFS, RATE, Format, active_level, finish, peak_level
from service.audio.phrasing import phrases
from service.audio.script import Line
from service.audio.spoken_form import spoken_form
from service.audio.voices import flite as flite_voice
from service.audio.voices.espeak import Espeak
from service.audio.voices.gtts import TRIES, Gtts
from service.audio.voices.recorded import Recorded
from service.audio.voices.voice import CannotSpeak, Sound
from service.conversation.pace import Pace
from service.languages import Language

WORDS = {
    Language.ENGLISH: "Chemo is strong medicine. Tamoxifen is not chemo. In an emergency, call 911.",
    Language.SPANISH: "La quimio es una medicina fuerte. El tamoxifeno no es quimio. Si es urgente, llame al 911.",
}


def line(
    language: Language = Language.ENGLISH, pace: Pace = Pace.NORMAL, words: str = "", local: bool = False
) -> Line:
    words = words or WORDS[language]
    return Line(language, pace, "topic.chemo.1", words, spoken_form(words, language), local)


@pytest.mark.parametrize("language", Language)
def test_espeak_says_the_same_bytes_every_time(language: Language) -> None:
    voice = Espeak()
    clips = [finish(voice.speak(line(language))).wav for _ in range(2)]
    assert clips[0] == clips[1]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("pace", Pace)
@pytest.mark.parametrize("words", ["", "Yes.", "Uno."])
def test_a_finished_clip_is_as_loud_as_every_other(language: Language, pace: Pace, words: str) -> None:
    clip = finish(Espeak().speak(line(language, pace, words)))
    samples, rate = soundfile.read(io.BytesIO(clip.wav), dtype="float32")
    assert rate == RATE
    assert active_level(samples, rate) == pytest.approx(LEVEL_DBFS, abs=0.3)
    assert peak_level(samples) <= PEAK_DBFS
    assert not samples[: round(LEAD_S * rate)].any()
    assert samples[round((LEAD_S + 0.1) * rate)] != 0


def test_the_slow_pace_is_slower_and_rests_longer() -> None:
    normal, slow = (finish(Espeak().speak(line(pace=pace))).seconds for pace in Pace)
    assert 1.1 * normal < slow < 1.4 * normal


def test_a_phrase_ends_where_a_reader_would_breathe() -> None:
    cut = phrases("For treatments, press four. Can it wait? No", Pace.NORMAL)
    assert [phrase for phrase, _ in cut] == ["For treatments,", "press four.", "Can it wait?", "No"]
    assert [pause for _, pause in cut] == [0.16, 0.5, 0.5, 0.16]


def test_mu_law_takes_half_the_room_of_pcm() -> None:
    sound = Espeak().speak(line())
    mulaw, pcm = (len(finish(sound, form).wav) for form in (Format.MULAW, Format.PCM16))
    assert mulaw == pytest.approx(pcm / 2, rel=0.01)


def test_a_peak_is_turned_down_and_not_clipped() -> None:
    wave = 0.05 * np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE)
    wave[4000:4020] *= 18
    clip = finish(Sound(wave.astype(np.float32), RATE))
    samples, _ = soundfile.read(io.BytesIO(clip.wav), dtype="float32")
    assert peak_level(samples) <= PEAK_DBFS


def test_silence_is_no_clip() -> None:
    with pytest.raises(CannotSpeak, match="silence"):
        finish(Sound(np.zeros(RATE, dtype=np.float32), RATE))


def test_a_human_voice_is_read_by_clip_and_a_new_take_is_a_new_setting(tmp_path: Path) -> None:
    path = tmp_path / "en" / "topic.chemo.1.wav"
    path.parent.mkdir()
    soundfile.write(path, np.full((4410, 2), 0.25), 44_100)
    voice = Recorded(tmp_path)
    first = voice.setting(line())
    assert voice.speak(line()).samples.shape == (4410,)
    assert voice.setting(line(pace=Pace.SLOW)) == first
    soundfile.write(path, np.full(4410, 0.5), 44_100)
    assert voice.setting(line()) != first
    with pytest.raises(CannotSpeak, match=r"es/topic\.chemo\.1"):
        voice.speak(line(Language.SPANISH))


class Google:
    """Answers with a sound after so many refusals."""

    def __init__(self, refusals: int, status: int = 429) -> None:
        self.asked: list[str] = []
        self.refusals = refusals
        self.status = status

    def __call__(self, words: str, language: Language, slow: bool, into: BinaryIO) -> None:
        self.asked.append(words)
        if len(self.asked) <= self.refusals:
            into.write(b"half an answer")
            response = type("Response", (), {"status_code": self.status, "reason": "no"})()
            raise gTTSError("refused", response=response)
        soundfile.write(into, np.full(2400, 0.25), 24_000, format="MP3")


def test_google_is_asked_again_later_each_time_it_says_too_many() -> None:
    waits: list[float] = []
    google = Google(refusals=2)
    assert len(Gtts(google, waits.append).speak(line()).samples) > 0
    assert waits == [30.0, 60.0, 1.0]


@pytest.mark.parametrize(("refusals", "status", "asked"), [(TRIES, 429, TRIES), (1, 403, 1)])
def test_google_s_refusal_is_reported(refusals: int, status: int, asked: int) -> None:
    google = Google(refusals, status)
    with pytest.raises(CannotSpeak, match="Google"):
        Gtts(google, lambda _seconds: None).speak(line())
    assert len(google.asked) == asked


def test_google_never_gets_a_clinic_s_own_words() -> None:
    google = Google(0)
    with pytest.raises(CannotSpeak, match="never sent"):
        Gtts(google).speak(line(local=True))
    assert google.asked == []


def test_flite_speaks_english_alone(tmp_path: Path) -> None:
    program = tmp_path / "flite"
    program.touch()
    with pytest.raises(CannotSpeak, match="English alone"):
        flite_voice.Flite(str(program)).speak(line(Language.SPANISH))


def test_without_flite_the_message_says_what_to_do() -> None:
    with pytest.raises(CannotSpeak, match="apt install flite"):
        flite_voice.Flite(None)
