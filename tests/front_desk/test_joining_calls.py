"""Joining by call: what the consent record holds, and what is said to whoever cannot join."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from clinic import Clinic
from clock import Clock
from databases import on_both_databases
from line import phone_to
from sqlalchemy import select, update

from service.app import Parts, serve_parts
from service.content.library import HERE, load, read
from service.front_desk.joining_calls import AGREE
from service.languages import Language
from service.reminders import join
from service.reminders.consent import Channel
from service.simulator.phone import Phone
from service.storage.call_tables import calls
from service.storage.reminder_tables import consents, contacts, join_cards, patients

CODE, PHONE, DESK = "4821", "+15555550123", "five five five, zero one zero, zero one zero zero"
NO_CARD, DOWN = "We could not find that card. Ask at the desk:", "We could not record this. Please call the desk:"


@pytest.fixture
def clinic(parts: Parts, clock: Clock) -> Clinic:
    own = Clinic.of(parts.database, parts.settings, clock)
    patient = own.patient()
    with own.database.write() as connection:
        card = join.Card(patient, needs=("ride",))
        join.prepare_card(connection, own.privacy, own.id, card, "Ana", int(clock()), lambda n: int(CODE))
    return own


@pytest.fixture
def phone(clinic: Clinic, parts: Parts) -> Phone:
    return replace(phone_to(serve_parts(parts), parts), line=clinic.ours)


@on_both_databases
def test_a_1_makes_a_consent_to_calls_with_the_very_words_that_were_heard(clinic: Clinic, phone: Phone) -> None:
    call = phone.call()
    call.press("4")
    [heard] = call.press(CODE)
    call.press("1")
    call.press("1")
    [kept] = clinic.rows(select(consents))
    assert kept["wording"] == heard.words
    assert (kept["channel"], kept["medium"], kept["wording_version"]) == ("call", "call", "2026-11")
    contact = clinic.row(contacts, kept["contact_id"])
    assert (contact["language"], contact["needs"]) == ("en", "interpreter,ride")
    [card] = clinic.rows(select(join_cards))
    assert card["closed_why"] == "joined"


def test_the_words_of_the_record_are_those_of_the_call() -> None:
    spoken, kept = load().phrases["reminder.join_ask"].speech, read(HERE / "reminders" / "consent_words.yaml")["call"]
    assert {language: kept[language.value] for language in Language} == dict(spoken)


def _used(clinic: Clinic) -> None:
    with clinic.database.write() as connection:
        now = int(clinic.clock())
        join.ask(connection, clinic.privacy, CODE, "+12025550171", Channel.CALL, Language.ENGLISH, now)
        assert join.join(connection, clinic.privacy, "+12025550171", now, Channel.CALL)
        connection.execute(consents.delete())


def _expired(clinic: Clinic) -> None:
    with clinic.database.write() as connection:
        connection.execute(update(join_cards).values(valid_until=int(clinic.clock()) - 1))


def _of_another_phone(clinic: Clinic) -> None:
    with clinic.database.write() as connection:
        connection.execute(update(join_cards).values(phone=clinic.privacy.phone("+12025550171")))


def _tried_too_often(clinic: Clinic) -> None:
    with clinic.database.write() as connection:
        for _ in range(join.MOST_TRIES):
            now = int(clinic.clock())
            join.ask(connection, clinic.privacy, "1111", PHONE, Channel.CALL, Language.ENGLISH, now)


@pytest.mark.parametrize("happened", [_used, _expired, _of_another_phone, _tried_too_often])
def test_every_card_that_opens_nothing_is_answered_alike(
    happened: Callable[[Clinic], None], clinic: Clinic, phone: Phone
) -> None:
    happened(clinic)
    call = phone.call()
    call.press("4")
    first, again = call.press(CODE)
    assert first.words.startswith(NO_CARD)
    assert DESK in first.words
    assert again.words == "Key in the four digits."
    assert clinic.rows(select(consents)) == []


@pytest.mark.parametrize("number", ["+266696687", "anonymous", "Restricted"])
def test_a_number_that_is_withheld_cannot_join(number: str, phone: Phone) -> None:
    call = replace(phone, number=number).call()
    said = "\n".join(item.words for item in call.press("4"))
    assert said.startswith("We cannot see your number, or cannot call it")
    assert "Key in" not in said


def test_whoever_presses_2_leaves_nothing_behind(clinic: Clinic, phone: Phone) -> None:
    call = phone.call()
    call.press("4")
    call.press(CODE)
    assert call.press("2")[0].words == "Nothing was kept."
    [card] = clinic.rows(select(join_cards))
    assert (card["asked_phone"], card["asked_number_sealed"], card["closed_at"]) == ("", None, None)
    assert clinic.rows(select(contacts)) == []


def test_a_text_never_agrees_to_the_words_of_a_call(clinic: Clinic, phone: Phone) -> None:
    phone.text(f"JOIN {CODE}")
    call = phone.call()
    call.press("4")
    call.press(CODE)
    call.hang_up()
    phone.text("1")
    assert clinic.rows(select(consents)) == []


def test_a_patient_whose_reminders_ended_meanwhile_is_not_joined(clinic: Clinic, phone: Phone) -> None:
    call = phone.call()
    call.press("4")
    call.press(CODE)
    with clinic.database.write() as connection:
        connection.execute(update(patients).values(state="ended"))
    assert call.press("1")[0].words.startswith(NO_CARD)
    assert clinic.rows(select(consents)) == []


@pytest.mark.parametrize("keys", [("4", CODE), ("4", CODE, "1")])
def test_while_the_database_is_down_the_caller_is_told_so(
    keys: tuple[str, ...], clinic: Clinic, phone: Phone, parts: Parts
) -> None:
    call = phone.call()
    for key in keys[:-1]:
        call.press(key)
    with parts.database.write():
        # Another writer holds the lock for as long as a caller may wait.
        said = call.press(keys[-1])
    assert said[0].words.startswith(DOWN)
    assert clinic.rows(select(consents)) == []


def test_the_digits_of_a_card_stand_in_no_log_of_the_call(clinic: Clinic, parts: Parts) -> None:
    app = serve_parts(parts)
    call = replace(phone_to(app, parts), line=clinic.ours).call()
    call.press("4")
    call.press(CODE)
    call.hang_up()
    app.extensions["call_journal"].settle()
    [kept] = clinic.rows(select(calls))
    assert AGREE in str(kept["trail"])
    assert CODE not in str(kept["trail"])
