"""A date or a number on a call is put together from recorded pieces: the right ones, and evenly."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile

from service.audio.finish import active_level
from service.audio.joining import BETWEEN_WORDS_S, LEAD_S, TAIL_S, Addresses, Join, joined
from service.audio.listening import LEAST_COVER, Ear, missing_words, words_of
from service.audio.phrasing import PAUSES
from service.audio.recordings import COMMITTED, Recordings
from service.audio.render import render, render_names
from service.audio.script import Line, own_lines
from service.audio.voices.tone import Tone
from service.channels import pieces
from service.channels.pieces import Piece, compose, own, sentence
from service.channels.prompts import Prompt
from service.content.library import Library
from service.conversation.pace import Pace
from service.languages import Language
from service.reminders.rules import spoken_dates
from service.reminders.rules.grouping import About, Told, Visit

EN, ES = Language.ENGLISH, Language.SPANISH
both = pytest.mark.parametrize("language", list(Language))
VISIT = "reminder.call_visit"


def told(*starts: str) -> Told:
    visits = (Visit(start, datetime.fromisoformat(start).replace(tzinfo=UTC), "UTC") for start in starts)
    return Told(About.DAY, tuple(visits))


def says(ids: str, language: Language) -> str:
    return sentence(compose("any", "{moment}", {"moment": ids}, language))


@pytest.mark.parametrize(
    ("starts", "english", "spanish"),
    [
        (
            ["2026-12-01 14:30"],
            "Tuesday, December first, at two thirty in the afternoon.",
            "martes primero de diciembre, a las dos y media de la tarde.",
        ),
        (
            ["2027-01-31 08:05"],
            "Sunday, January thirty-first, at eight oh five in the morning.",
            "domingo treinta y uno de enero, a las ocho y cinco de la mañana.",
        ),
        (
            ["2026-12-03 13:15"],
            "Thursday, December third, at one fifteen in the afternoon.",
            "jueves tres de diciembre, a la una y cuarto de la tarde.",
        ),
        # No piece of its own, so the hour and the minutes are said one after the other.
        (
            ["2026-12-03 17:07"],
            "Thursday, December third, at five oh seven in the evening.",
            "jueves tres de diciembre, a las cinco y siete de la tarde.",
        ),
        (
            ["2026-12-03 12:00"],
            "Thursday, December third, at twelve noon.",
            "jueves tres de diciembre, a las doce del mediodía.",
        ),
        (
            ["2026-12-07 08:15", "2026-12-08 08:15", "2026-12-09 08:15"],
            "Monday, December seventh, to Wednesday, December ninth, at eight fifteen in the morning.",
            "lunes siete de diciembre, al miércoles nueve de diciembre, a las ocho y cuarto de la mañana.",
        ),
        (
            ["2026-12-07 09:00", "2026-12-09 10:00"],
            "Monday, December seventh, and Wednesday, December ninth, the first day, at nine in the morning.",
            "lunes siete de diciembre, y miércoles nueve de diciembre, el primer día, a las nueve de la mañana.",
        ),
    ],
)
def test_dates_are_said_as_people_say_them(starts: list[str], english: str, spanish: str) -> None:
    assert says(spoken_dates.moment(told(*starts), EN), EN) == english
    assert says(spoken_dates.moment(told(*starts), ES), ES) == spanish


def test_what_more_is_that_day_and_for_whom_comes_last() -> None:
    message = told("2026-12-03 09:00", "2026-12-03 11:00", "2026-12-03 13:00")
    assert says(spoken_dates.besides(message, "m", EN), EN) == (
        "and two more visits that day, for someone whose first name begins with M."
    )
    assert says(spoken_dates.besides(message, "Á", ES), ES) == (
        "y dos citas más ese día, para alguien cuyo nombre empieza con a."
    )
    assert spoken_dates.besides(told("2026-12-03 09:00"), "", EN) == ""


@both
def test_every_day_and_minute_of_a_year_has_its_pieces(language: Language) -> None:
    known = pieces.every_piece(language)
    year = (date(2026, 1, 1) + timedelta(days) for days in range(365))
    ids = {one for on in year for one in pieces.day(on, language)}
    ids |= {one for minute in range(1440) for one in pieces.clock(time(minute // 60, minute % 60), language)}
    assert ids <= known.keys()
    assert {f"{one}.end" for one in ids if one.startswith("part.")} <= known.keys()


def test_a_number_is_said_digit_by_digit_in_groups_and_twice() -> None:
    once = "eight one two, five five five, zero one zero zero."
    assert says(" ".join(pieces.phone("812-555-0100")), EN) == f"{once} Again, {once}"
    assert says(" ".join(pieces.phone("")), EN) == "your clinic."


@both
def test_every_piece_is_recorded_in_both_languages(language: Language) -> None:
    recordings = Recordings(COMMITTED, Path("none"))
    missing = [
        name
        for name, words in pieces.every_piece(language).items()
        if recordings.url(language, Pace.NORMAL, Prompt(f"piece.{name}", words, language)) is None
    ]
    assert missing == []


@both
def test_a_joined_file_is_as_long_as_its_pieces_and_as_loud(language: Language, library: Library) -> None:
    prompt = visit_on(told("2026-12-03 14:30"), language, library)
    recordings = Recordings(COMMITTED, Path("none"))
    url = recordings.url(language, Pace.NORMAL, prompt)
    assert url is not None
    found = recordings.find(url.removeprefix("/audio/"))
    assert found is not None
    assert found.words == prompt.words
    samples, rate = soundfile.read(io.BytesIO(found.content), dtype="float32")
    clips = [clip_of(piece, language) for piece in prompt.pieces]
    pause = {"word": BETWEEN_WORDS_S[Pace.NORMAL], **PAUSES[Pace.NORMAL]}
    pauses = sum(pause[piece.pause] for piece in prompt.pieces[:-1])
    spoken = sum(len(np.trim_zeros(clip)) for clip in clips) / rate
    assert len(samples) / rate == pytest.approx(LEAD_S + spoken + pauses + TAIL_S, abs=0.01)
    assert active_level(samples, rate) == pytest.approx(-22, abs=1)
    assert all(active_level(clip, rate) == pytest.approx(-22, abs=1.5) for clip in clips)


def clip_of(piece: Piece, language: Language) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    (path,) = COMMITTED.glob(f"{language.value}/{piece.clip}.????????????????.wav")
    return np.asarray(soundfile.read(path, dtype="float32")[0])


def visit_on(message: Told, language: Language, library: Library, until: int = 0) -> Prompt:
    fields = {"moment": spoken_dates.moment(message, language), "town": "", "besides": ""}
    said = compose(VISIT, library.phrases[VISIT].speech[language], fields, language)
    return Prompt("joined", sentence(said), language, pieces=said, until=until)


# Every piece that a recogniser does not place where it stands alone.
SAID = (
    *("2026-06-03 16:00", "2026-09-08 17:00", "2026-10-26 18:30", "2026-06-26 19:00", "2026-09-26 21:02"),
    *("2026-10-08 21:04", "2026-06-08 09:22", "2026-09-03 09:36"),
)


def test_a_recogniser_hears_every_joined_sentence_and_not_another(library: Library) -> None:
    recordings = Recordings(COMMITTED, Path("none"))
    prompts = [visit_on(told(start), EN, library) for start in SAID]
    prompts += [goodbye(number, library) for number in ("268-862-6822", "317-549-0268")]
    ear = Ear(missing_words({word for prompt in prompts for word in words_of(prompt.words)}))
    for prompt, other in zip(prompts, (*prompts[1:], prompts[0]), strict=True):
        url = recordings.url(EN, Pace.NORMAL, prompt)
        assert url
        found = recordings.find(url.removeprefix("/audio/"))
        assert found
        samples, rate = soundfile.read(io.BytesIO(found.content), dtype="float32")
        own, neighbour = ear.fits(samples, rate, prompt.words, other.words)
        assert own, prompt.words
        assert own.cover >= LEAST_COVER, prompt.words
        assert neighbour is None or neighbour.cover < LEAST_COVER or neighbour.likelihood < own.likelihood, (
            prompt.words
        )


def goodbye(number: str, library: Library) -> Prompt:
    phrase = "reminder.call_goodbye"
    said = compose(phrase, library.phrases[phrase].speech[EN], {"phone": number}, EN)
    return Prompt("joined", sentence(said), EN, pieces=said)


def test_a_name_is_joined_once_it_is_recorded(tmp_path: Path, library: Library) -> None:
    phrase = "reminder.call_door"
    said = compose(phrase, library.phrases[phrase].speech[EN], {"clinic": "Lakeside Clinic"}, EN)
    prompt = Prompt("joined", sentence(said), EN, pieces=said)
    lines = [Line(EN, Pace.NORMAL, piece.clip, piece.words, piece.words) for piece in said if "own" not in piece.clip]
    render(lines, Tone(), tmp_path / "audio", tmp_path / "var" / "audio")
    names = tmp_path / "var" / "names"
    recordings = Recordings(tmp_path / "audio", tmp_path / "var" / "audio", names=names)
    lakeside = own("Lakeside Clinic")
    assert recordings.url(EN, Pace.NORMAL, prompt) is None
    assert recordings.without_name(EN, [lakeside]) == [lakeside]
    render_names(list(own_lines({EN: [lakeside]})), Tone(), names)
    url = recordings.url(EN, Pace.NORMAL, prompt)
    assert url is not None
    assert recordings.words(url.removeprefix("/audio/")) == prompt.words
    assert prompt.words.startswith("This is Lakeside Clinic. In an emergency, hang up")
    # A clinic that is gone takes its recording along.
    render_names(list(own_lines({EN: [own("Hilltop")]})), Tone(), names)
    assert recordings.without_name(EN, [lakeside])
    assert not list(names.glob(f"en/{lakeside.clip}*"))


def test_an_address_tells_nothing_is_the_same_for_the_same_words_and_ends_with_the_visit(library: Library) -> None:
    now = [1_000.0]
    recordings = Recordings(COMMITTED, Path("none"), secret=b"a secret", clock=lambda: now[0])
    prompt = visit_on(told("2026-12-03 14:30"), EN, library, until=2_000)
    url = recordings.url(EN, Pace.NORMAL, prompt)
    assert url is not None
    name = url.removeprefix("/audio/")
    assert "december" not in url.lower()
    assert "date" not in url
    assert url == recordings.url(EN, Pace.NORMAL, prompt)
    other = recordings.url(EN, Pace.NORMAL, visit_on(told("2026-12-04 14:30"), EN, library, until=2_000))
    assert url != other
    assert Recordings(COMMITTED, Path("none"), secret=b"another").find(name) is None
    assert recordings.find(name[:-8] + "AAAA.wav") is None
    assert recordings.find(name)
    now[0] = 2_000.0
    assert recordings.find(name) is None


def test_pieces_at_two_paces_are_never_mixed(library: Library, tmp_path: Path) -> None:
    prompt = visit_on(told("2026-12-03 14:30"), EN, library)
    recordings = Recordings(COMMITTED, tmp_path, secret=b"s")
    slow = Line(EN, Pace.SLOW, "piece.month.12", "December", "December,")
    render([slow], Tone(), tmp_path / "elsewhere", tmp_path)
    assert recordings.url(EN, Pace.SLOW, prompt) == recordings.url(EN, Pace.NORMAL, prompt)


@pytest.mark.parametrize("name", ["joined/.wav", "joined/AAAA.wav", "joined/ñ.wav", "joined/../manifest.json"])
def test_names_that_we_never_made_find_nothing(name: str) -> None:
    assert Addresses(b"s").open(name, 0) is None


def test_what_an_address_holds_comes_back_whole() -> None:
    join = Join(ES, Pace.SLOW, 7, (("piece.month.12", "phrase"),), "abc")
    addresses = Addresses(b"s")
    assert addresses.open(addresses.name(join), 6) == join
    assert addresses.open(addresses.name(replace(join, until=0)), 9e9) == replace(join, until=0)


@pytest.mark.parametrize("clip", [b"", b"RIFFxxxxWAVE", b"no sound at all"])
def test_what_is_no_recording_is_not_joined(clip: bytes) -> None:
    with pytest.raises(ValueError, match=r"no WAV|no sound"):
        joined([clip], ["word"], Pace.NORMAL)
