"""What one phone's texts and calls know of each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from clock import Clock
from databases import on_both_databases
from line import PERSON, Twilio, heard, phone_to

from service.app import Parts, put_together, serve_parts
from service.content.library import Library
from service.front_desk.hours import number_now, read_hours
from service.settings import BadSettings, Settings, from_environment
from service.simulator.phone import Phone
from service.storage import talks


@on_both_databases
def test_a_language_chosen_on_a_call_is_that_of_texts_too(phone: Phone, clock: Clock) -> None:
    assert "Chemo is" in phone.text("chemo")[0]
    phone.call().press("2")
    clock.pass_time(60)
    assert "quimio" in phone.text("441")[0]


@on_both_databases
def test_a_language_chosen_by_text_is_that_of_calls_too(phone: Phone) -> None:
    phone.text("ESPANOL")
    call = phone.call()
    assert "ayuda urgente, oprima 1" in call.words
    assert "press 1" not in call.words


def test_a_word_in_the_other_language_is_answered_in_it_and_changes_no_call(phone: Phone) -> None:
    phone.call().press("1")
    assert "quimio" in phone.text("quimioterapia")[0]
    assert "urgent help, press 1" in phone.call().words


@on_both_databases
def test_more_time_is_remembered_for_the_next_call(phone: Phone, parts: Parts) -> None:
    call = phone.call()
    call.press("1")
    call.press("7")
    with parts.database.read() as connection:
        assert talks.recall(connection, parts.performer.index(phone.number)).pace == "slow"
    call.hang_up()
    again = phone.call()
    again.press("7")
    assert "Back to the normal pace." in again.words


@on_both_databases
@pytest.mark.parametrize("how", ["by text", "on the call"])
def test_a_stop_takes_back_the_text_that_8_asked_for(
    phone: Phone, inbox: Callable[[str], list[str]], how: str, clock: Clock
) -> None:
    call = phone.call()
    call.press("1")
    call.press("441")
    call.press("88")
    clock.pass_time(5)
    if how == "by text":
        phone.text("STOP")
    else:
        call.press("99")
    clock.pass_time(5)
    assert inbox(phone.number) == []


def test_a_stop_takes_back_nobody_elses_text(phone: Phone, inbox: Callable[[str], list[str]]) -> None:
    call = phone.call()
    call.press("1")
    call.press("441")
    call.press("88")
    phone.as_number("+15555550999").text("STOP")
    assert "Chemo is strong medicine" in inbox(phone.number)[0]


def test_8_after_an_older_stop_still_sends(phone: Phone, inbox: Callable[[str], list[str]], clock: Clock) -> None:
    """What a person starts themselves is answered."""
    phone.text("STOP")
    clock.pass_time(60)
    call = phone.call()
    call.press("1")
    call.press("441")
    call.press("88")
    assert len(inbox(phone.number)) == 1


def test_a_stop_asked_for_by_a_digit_lasts(phone: Phone, parts: Parts) -> None:
    assert "1 Stop all texts" in phone.text("i want out")[0]
    assert "Stopped" in phone.text("1")[0]
    with parts.database.read() as connection:
        assert talks.is_stopped(connection, parts.performer.index(phone.number))


def test_a_reading_after_a_fever_word_may_be_a_code_otherwise(phone: Phone, clock: Clock) -> None:
    assert "Goals" in phone.text("41")[0]
    phone.text("fever")
    clock.pass_time(29 * 60)
    assert "Fever 100.4+" in phone.text("41")[0]
    clock.pass_time(31 * 60)
    assert "Goals" in phone.text("41")[0]


def test_a_state_of_an_older_release_begins_afresh(phone: Phone, parts: Parts) -> None:
    phone.text("441")
    with parts.database.write() as connection:
        talks.remember(connection, parts.performer.index(phone.number), {"state": "an older form", "language": "es"})
    assert "quimio" in phone.text("441")[0]


@pytest.mark.parametrize(
    "state", ["", "?", "en-n-444------------", "es-n-441", "x" * 5000, "en-n-441--%00", "-" * 14]
)
def test_a_step_that_no_release_wrote_goes_home(twilio: Twilio, state: str) -> None:
    answer = twilio.step(f"/step?t=1&s={state}", Digits="4")
    assert (answer.status_code, "<Gather" in answer.text) == (200, True)


def test_a_call_of_an_older_release_keeps_its_language(twilio: Twilio, parts: Parts) -> None:
    assert "cambió de lugar" in heard(parts, twilio.step("/step?t=1&s=es-n-441-1", Digits="4").text)


@pytest.mark.parametrize("t", ["", "x", "-5", "9" * 30, "1.5", "%D9%A1"])
def test_an_odd_time_counts_as_long_ago(twilio: Twilio, t: str) -> None:
    assert twilio.step(f"/step?s=en-n-------------&t={t}", Digits="4").status_code == 200


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", "Restricted", "", "12345", "sip:x@y", "+15555550100"])
def test_a_caller_without_a_number_is_served_and_sent_nothing(
    phone: Phone, worker: Callable[[], int], caller: str
) -> None:
    call = phone.as_number(caller).call()
    call.press("1")
    call.press("441")
    assert "We cannot send a text to this phone." in [item.words for item in call.press("8")]
    assert worker() == 0


@pytest.mark.parametrize("sender", ["12345", "CLINIC", "anonymous", "+15555550100", "whatsapp:+12025550123"])
def test_odd_senders_are_answered(twilio: Twilio, sender: str) -> None:
    assert "Urgent help" in twilio.text("menu", From=sender).text


def clinic(**env: str) -> Settings:
    return from_environment({"SECRET_KEY": "s" * 40, "DATA_KEYS": "k1:" + "0" * 64, **env})


@pytest.mark.parametrize(
    ("env", "when", "number"),
    [
        ({}, "2026-11-23 12:00", ""),
        ({"CLINIC_PHONE": "+12025550100"}, "2026-11-23 12:00", "+12025550100"),
        ({"CLINIC_PHONE": "+12025550100"}, "2026-11-23 02:00", "+12025550100"),
        ({"CLINIC_PHONE_NIGHT": "+12025550199"}, "2026-11-23 12:00", "+12025550199"),
    ],
)
def test_one_number_is_given_at_every_hour(env: dict[str, str], when: str, number: str) -> None:
    assert number_at(clinic(**env), when) == number


@pytest.mark.parametrize(
    ("when", "number"),
    [
        ("2026-11-23 07:59", "night"),
        ("2026-11-23 08:00", "day"),
        ("2026-11-23 16:59", "day"),
        ("2026-11-23 17:00", "night"),
        ("2026-11-28 10:00", "day"),  # a Saturday
        ("2026-11-28 12:00", "night"),
        ("2026-11-29 10:00", "night"),
        ("2026-11-26 10:00", "night"),  # Thanksgiving
        ("2026-03-08 12:00", "night"),  # the Sunday on which clocks go forward
        ("2026-11-02 08:00", "day"),  # the Monday after they went back
    ],
)
def test_the_night_number_is_given_outside_hours(when: str, number: str) -> None:
    settings = clinic(
        CLINIC_PHONE="+12025550100",
        CLINIC_PHONE_NIGHT="+12025550199",
        CLINIC_HOURS="Mon-Fri 08:00-17:00, Sat 09:00-12:00",
        CLINIC_ZONE="America/Chicago",
    )
    assert number_at(settings, when) == {"day": "+12025550100", "night": "+12025550199"}[number]


@pytest.mark.parametrize(
    "env",
    [
        {"CLINIC_HOURS": "Mon-Fri 8-17"},
        {"CLINIC_HOURS": "Mon 17:00-08:00"},
        {"CLINIC_HOURS": "Xyz 08:00-17:00"},
        {"CLINIC_HOURS": "Mon 25:00-26:00"},
        {"CLINIC_ZONE": "Nowhere/Else"},
        {"CLINIC_ZONE": "../etc/passwd"},
    ],
    ids=str,
)
def test_hours_that_cannot_be_read_are_told_at_start(env: dict[str, str]) -> None:
    with pytest.raises(BadSettings, match=next(iter(env))):
        read_hours(clinic(**env))


def number_at(settings: Settings, when: str) -> str:
    hours = read_hours(settings)
    local = datetime.fromisoformat(when).replace(tzinfo=hours.zone)
    return number_now(settings, hours, local.astimezone(UTC).timestamp())


@pytest.mark.parametrize(("hour", "number"), [(7, "555-010-0199"), (15, "555-010-0100")])
def test_0_and_a_fever_give_the_number_of_the_hour(
    build: Callable[[Settings], Parts], settings: Settings, clock: Clock, hour: int, number: str
) -> None:
    both = replace(settings, clinic_phone="+15550100100", clinic_phone_night="+15550100199")
    clock.now = datetime(2026, 11, 23, hour, 30, tzinfo=UTC).timestamp()
    parts = build(both)
    phone = phone_to(serve_parts(parts), parts)
    assert f"Call {number} NOW" in phone.text("101.3")[0]
    assert number in phone.text("0")[0]
    call = phone.call()
    call.press("1")
    call.press("0")
    assert call.calling == "+1" + number.replace("-", "")
    assert "Nobody could answer" in " ".join(item.words for item in call.dialled("busy"))


def test_a_clinics_own_number_names_the_clinic_only(build: Callable[[Settings], Parts], settings: Settings) -> None:
    two = replace(
        settings,
        reminders_from="+15555550300",
        numbers=(settings.line_from, "+15555550300"),
        clinic_name="Lakeside Clinic",
        clinic_phone="+15550100100",
    )
    parts = build(two)
    phone = replace(phone_to(serve_parts(parts), parts), line="+15555550300")
    for body in ("HELP", "purple elephants"):
        (said,) = phone.text(body)
        assert "Lakeside Clinic" in said
        assert "Call 555-010-0100." in said
        assert not any(word in said.lower() for word in ("cancer", "chemo", "mbc", "topics"))


def test_a_call_to_a_line_without_a_number_of_its_own_still_ends_kindly(
    library: Library, settings: Settings, clock: Clock
) -> None:
    service = replace(settings, line_from="", reminders_from="", numbers=("+15555550300",))
    parts = put_together(service, clock, library)
    call = replace(phone_to(serve_parts(parts), parts), line="+15555550300").call()
    for _ in range(3):
        call.wait()
    assert call.ended
    assert "We will end this call now" in call.words
    assert "went wrong" not in call.words


def test_the_carriers_own_words_are_left_to_the_carrier(
    build: Callable[[Settings], Parts], settings: Settings
) -> None:
    parts = build(replace(settings, carrier_keywords="twilio"))
    phone = phone_to(serve_parts(parts), parts, PERSON)
    assert [phone.text(word) for word in ("STOP", "START", "HELP")] == [[], [], []]
    assert phone.text("unsubscribe") == []
    with parts.database.read() as connection:
        assert talks.is_stopped(connection, parts.performer.index(PERSON))
    assert "Listo" in phone.as_number("+12025550124").text("ALTO")[0]
    assert "Stopped" in phone.as_number("+12025550125").text("please stop texting me")[0]


@pytest.mark.parametrize("word", ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
def test_every_carrier_word_stops(phone: Phone, parts: Parts, word: str) -> None:
    assert "Stopped" in phone.text(word)[0]
    with parts.database.read() as connection:
        assert talks.is_stopped(connection, parts.performer.index(phone.number))
