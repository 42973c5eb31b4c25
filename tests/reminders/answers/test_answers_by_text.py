"""Answers to reminders through the real webhooks: what comes back, what changes, and what staff find."""

from __future__ import annotations

import pytest
from clinic import Clinic
from clock import Clock
from databases import on_both_databases
from sqlalchemy import select

from service.languages import Language
from service.reminders.consent import Channel
from service.simulator.phone import Phone
from service.storage.reminder_tables import audit, consents, contacts, deliveries, visits
from service.storage.tables import opt_outs

OTHER = "+15555550124"


def said(phone: Phone, words: str) -> str:
    return "\n".join(phone.text(words))


@pytest.mark.parametrize(
    "text",
    ["1", "yes", "Y", "OK see you", "I'll be there", "I will come", "👍", "❤️", 'Liked "Lakeside Clinic: visit"'],
)
def test_a_yes_in_any_form_confirms_and_names_the_visit(text: str, clinic: Clinic, phone: Phone) -> None:
    _, _, visit = clinic.reminded()
    assert said(phone, text) == (
        "Thank you. Thursday Dec 3, 2:30 PM is set. We will send one short note the day before."
        " To change it call 555-010-0100."
    )
    assert clinic.row(visits, visit)["confirmed_at"] == clinic.clock()
    assert clinic.tasks() == []


@pytest.mark.parametrize(
    ("text", "answer", "task"),
    [
        (
            "2",
            "We told the clinic. They will call you by Monday 5 PM. Feel worse or not sure? Do not wait: call"
            " 555-010-0199 day or night. Emergency: 911.",
            ("call back", "Mon 17:00"),
        ),
        (
            "3",
            "We told the clinic. Your visit Thursday Dec 3, 2:30 PM still stands until they call you, by Monday 5 PM."
            " Sooner? Call 555-010-0100.",
            ("another day", "Mon 17:00"),
        ),
        (
            "cant make it",
            "We told the clinic. Your visit Thursday Dec 3, 2:30 PM still stands until they call you, by Monday 5 PM."
            " Sooner? Call 555-010-0100.",
            ("another day", "Mon 17:00"),
        ),
        (
            "running late",
            "Thank you. Your visit Thursday Dec 3, 2:30 PM still stands. Nobody may have read this yet:"
            " please call 555-010-0100 now. Emergency? Call 911.",
            ("running late", "Mon 02:25"),
        ),
    ],
)
def test_every_other_answer_is_a_task_with_a_time(
    text: str, answer: str, task: tuple[str, str], clinic: Clinic, phone: Phone
) -> None:
    _, _, visit = clinic.reminded()
    assert said(phone, text) == answer
    assert clinic.tasks() == [task]
    assert clinic.row(visits, visit)["confirmed_at"] is None


def test_spanish_is_answered_in_spanish(clinic: Clinic, phone: Phone) -> None:
    clinic.reminded(language=Language.SPANISH)
    assert said(phone, "1").startswith("Gracias. Su cita del jueves 3 dic, 2:30 PM queda en pie.")


def test_a_yes_may_be_taken_back_until_the_visit(clinic: Clinic, phone: Phone) -> None:
    clinic.reminded()
    said(phone, "1")
    assert phone.text("ok thanks") == []
    assert "still stands until they call you" in said(phone, "3")


def test_a_call_back_asked_twice_is_one_task_with_the_first_promise(
    clinic: Clinic, phone: Phone, clock: Clock
) -> None:
    clinic.reminded()
    said(phone, "2")
    clock.pass_time(14 * 3600)
    assert "by Monday 5 PM" in said(phone, "2")
    assert clinic.tasks() == [("call back", "Mon 17:00")]


@on_both_databases
def test_a_menu_and_a_reminder_are_asked_apart_once(clinic: Clinic, phone: Phone) -> None:
    _, _, visit = clinic.reminded()
    said(phone, "MENU")
    assert said(phone, "1") == (
        "You wrote 1. Reply 1 again for your visit Thursday Dec 3, 2:30 PM (I will come),"
        " or 6 for the menu page Urgent help."
    )
    assert clinic.row(visits, visit)["confirmed_at"] is None
    assert "is set" in said(phone, "1")


def test_6_opens_the_menu_page_instead(clinic: Clinic, phone: Phone) -> None:
    _, _, visit = clinic.reminded()
    said(phone, "MENU")
    said(phone, "3")
    assert said(phone, "6").startswith("How I feel\n1 ")
    assert clinic.row(visits, visit)["confirmed_at"] is None
    assert clinic.tasks() == []


def test_a_visit_that_changed_meanwhile_is_not_confirmed(clinic: Clinic, phone: Phone, clock: Clock) -> None:
    _, _, visit = clinic.reminded()
    clock.pass_time(60)
    clinic.set(visits, visit, starts_at=clinic.row(visits, visit)["starts_at"] + 3600, changed_at=int(clock()))
    assert "has changed this visit since we wrote" in said(phone, "1")
    assert clinic.row(visits, visit)["confirmed_at"] is None
    assert clinic.tasks() == [("call back", "Mon 17:00")]


@on_both_databases
def test_on_a_shared_phone_each_answer_says_whose_visit(clinic: Clinic, phone: Phone) -> None:
    _, _, first = clinic.reminded("M")
    _, _, second = clinic.reminded("J", local="2026-12-04 09:00")
    answer = said(phone, "1")
    assert "Friday Dec 4, 9 AM for J is set" in answer
    assert "And your visit Thursday Dec 3, 2:30 PM for M?" in answer
    assert clinic.row(visits, first)["confirmed_at"] is None
    assert "Thursday Dec 3, 2:30 PM for M is set" in said(phone, "1")
    assert clinic.row(visits, second)["confirmed_at"] == clinic.clock()


@on_both_databases
def test_words_of_ones_own_are_kept_sealed_with_a_task(clinic: Clinic, phone: Phone) -> None:
    clinic.reminded()
    assert "Nobody has read it yet" in said(phone, "the door was locked")
    assert clinic.words_kept() == [("the door was locked", "words")]
    assert clinic.tasks() == [("read their words", "Mon 17:00")]


def test_thanks_and_machines_settle_themselves(clinic: Clinic, phone: Phone) -> None:
    clinic.reminded()
    said(phone, "1")
    for words in ("thanks", 'Loved "Thank you."', "I am driving and will text you later"):
        assert phone.text(words) == []
    assert clinic.tasks() == []


def test_danger_is_answered_at_once_and_heads_the_list(clinic: Clinic, phone: Phone) -> None:
    clinic.reminded()
    answer = said(phone, "yes but i have a fever of 102")
    assert "555-010-0199 NOW" in answer
    assert "No nurse reads this" in answer
    assert clinic.tasks() == [("emergency", "Mon 02:25")]
    assert clinic.words_kept() == [("yes but i have a fever of 102", "fever")]


@on_both_databases
def test_a_copy_of_a_text_changes_nothing_twice(clinic: Clinic, twilio) -> None:
    clinic.reminded("M", number="+12025550123")
    clinic.reminded("J", number="+12025550123", local="2026-12-04 09:00")
    form = twilio.text_form("1")
    first = twilio.post("/twilio/sms", form).text
    assert "for J is set" in first
    assert twilio.post("/twilio/sms", form).text == first
    confirmed = clinic.rows(select(visits.c.id).where(visits.c.confirmed_at.is_not(None)))
    assert len(confirmed) == 1


@on_both_databases
def test_stop_cancels_what_waits_and_staff_phone_the_patient(clinic: Clinic, phone: Phone) -> None:
    _, contact, visit = clinic.reminded()
    waiting = clinic.queued(contact, visit)
    assert said(phone, "STOP").startswith("Stopped.")
    assert clinic.row(deliveries, waiting)["state"] == "cancelled"
    assert clinic.rows(select(consents).where(consents.c.superseded_at.is_(None))) == []
    assert clinic.tasks() == [("phone them", "Tue 02:10")]


def test_9_9_on_a_call_cancels_what_waits_too(clinic: Clinic, phone: Phone) -> None:
    _, contact, visit = clinic.reminded()
    waiting = clinic.queued(contact, visit)
    call = phone.call()
    call.press("9")
    call.press("9")
    assert clinic.row(deliveries, waiting)["state"] == "cancelled"


def test_a_second_phone_still_reaches_the_patient_after_a_stop(clinic: Clinic, phone: Phone) -> None:
    patient, _, _ = clinic.reminded()
    clinic.phone(patient, OTHER)
    said(phone, "STOP")
    assert clinic.tasks() == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("CANCEL", ["phone them", "may have meant the visit"]),
        ("wrong number", ["phone them", "check this number"]),
        ("please stop", ["phone them"]),
    ],
)
def test_a_stop_that_needs_a_look_is_a_task(text: str, kinds: list[str], clinic: Clinic, phone: Phone) -> None:
    clinic.reminded()
    said(phone, text)
    assert [kind for kind, _ in clinic.tasks()] == kinds


def test_cancel_long_after_a_reminder_is_a_stop_and_no_more(clinic: Clinic, phone: Phone, clock: Clock) -> None:
    clinic.reminded()
    clock.pass_time(49 * 3600)
    said(phone, "CANCEL")
    assert [kind for kind, _ in clinic.tasks()] == ["phone them"]


@on_both_databases
def test_stop_so_early_offers_just_a_few_and_a_digit_is_a_new_consent(clinic: Clinic, phone: Phone) -> None:
    _, contact, _ = clinic.reminded()
    offer = said(phone, "stop texting me so early")
    assert offer.startswith("OK, all messages are off. Want just a few?")
    assert said(phone, "1").startswith("Done: only the day before a visit")
    [consent] = clinic.rows(select(consents).where(consents.c.superseded_at.is_(None)))
    assert consent["wording"] == offer
    assert clinic.row(contacts, contact)["fewer"] == "day before"
    assert clinic.rows(select(opt_outs).where(opt_outs.c.lifted_at.is_(None))) == []


@pytest.mark.parametrize(
    ("digit", "answer", "kept"),
    [
        ("1", "only the day before", {"fewer": "day before"}),
        ("2", "only if a visit changes", {"fewer": "changes"}),
        ("3", "calls, not texts", {"never_text": True, "never_call": False}),
        ("4", "texts, not calls", {"never_text": False, "never_call": True}),
        ("5", "no reminders until Monday Dec 7", {}),
    ],
)
def test_less_keeps_the_choice(digit: str, answer: str, kept: dict, clinic: Clinic, phone: Phone) -> None:
    _, contact, _ = clinic.reminded(channels=tuple(Channel))
    assert "5 pause 2 weeks" in said(phone, "LESS")
    assert answer in said(phone, digit)
    row = clinic.row(contacts, contact)
    assert {name: row[name] for name in kept} == kept
    assert "is set" in said(phone, "1")


def test_less_never_turns_to_calls_that_nobody_agreed_to(clinic: Clinic, phone: Phone) -> None:
    clinic.reminded(needs=("deaf",), channels=tuple(Channel))
    said(phone, "LESS")
    assert "Nothing has changed" in said(phone, "3")


def test_visit_tells_the_next_one_and_its_digits_count(clinic: Clinic, phone: Phone) -> None:
    patient = clinic.patient()
    clinic.phone(patient)
    clinic.visit(patient, "2026-12-20 09:00")
    visit = clinic.visit(patient)
    assert said(phone, "VISIT").startswith("Next visit: Thursday Dec 3, 2:30 PM.\n1 I will come")
    assert "is set" in said(phone, "1")
    assert clinic.row(visits, visit)["confirmed_at"] is not None


@pytest.mark.parametrize("channels", [(), (Channel.TEXT,)])
def test_visit_tells_nothing_to_a_phone_that_has_not_agreed(
    channels: tuple[Channel, ...], clinic: Clinic, phone: Phone
) -> None:
    clinic.reminded(channels=channels)
    said(phone, "STOP")
    answer = said(phone, "VISIT")
    assert "Dec 3" not in answer
    assert "ask Lakeside Clinic: 555-010-0100" in answer


def test_remind_says_what_is_on(clinic: Clinic, phone: Phone) -> None:
    clinic.reminded()
    assert said(phone, "REMIND").startswith("Visit reminders are on")
    said(phone, "LESS")
    said(phone, "2")
    assert said(phone, "REMIND").startswith("You get a text only if a visit changes")


@on_both_databases
def test_a_death_holds_everything_until_staff_decide(clinic: Clinic, phone: Phone) -> None:
    _, contact, visit = clinic.reminded()
    waiting = clinic.queued(contact, visit)
    assert said(phone, "my husband passed away") == (
        "We are so sorry. We have stopped all messages about this person. You do not need to do anything."
        " If you would like to talk: 555-010-0100."
    )
    assert clinic.row(deliveries, waiting)["state"] == "held"
    assert clinic.row(visits, visit)["state"] == "held"
    assert clinic.tasks() == [("may have died", "Tue 02:10")]


def test_who_cannot_come_is_understood_without_an_open_question(clinic: Clinic, phone: Phone) -> None:
    patient = clinic.patient()
    clinic.phone(patient)
    clinic.visit(patient)
    assert "Your visit Thursday Dec 3, 2:30 PM still stands" in said(phone, "cant make it")


def test_a_phone_that_no_clinic_knows_is_answered_as_ever(clinic: Clinic, phone: Phone) -> None:
    clinic.reminded()
    stranger = phone.as_number(OTHER)
    assert "set an alarm" in said(stranger, "VISIT")
    assert said(stranger, "1").startswith("Urgent")
    assert clinic.tasks() == []


@pytest.mark.parametrize(
    ("text", "answer", "task"), [("2", "They will call you by", "call back"), ("yes", "We kept", "read their words")]
)
def test_it_is_time_to_set_a_visit_takes_a_2(text: str, answer: str, task: str, clinic: Clinic, phone: Phone) -> None:
    clinic.reminds(clinic.phone(clinic.patient()), kind="follow_up")
    assert answer in said(phone, text)
    assert [kind for kind, _ in clinic.tasks()] == [task]


def test_the_988_message_on_a_call_is_raised_too(clinic: Clinic, phone: Phone) -> None:
    clinic.reminded()
    call = phone.call()
    call.press("9")
    call.press("8")
    assert [kind for kind, _ in clinic.tasks()] == ["crisis"]


def test_danger_after_a_stop_is_answered_and_raised(clinic: Clinic, phone: Phone) -> None:
    clinic.reminded()
    said(phone, "STOP")
    assert said(phone, "i want to die").startswith("You matter.")
    assert [kind for kind, _ in clinic.tasks()] == ["phone them", "crisis"]


@on_both_databases
def test_start_after_a_stop_is_noted_for_the_clinic_in_the_persons_words(
    clinic: Clinic, phone: Phone, clock: Clock
) -> None:
    _, contact, _ = clinic.reminded()
    said(phone, "START")
    said(phone, "STOP")
    clock.pass_time(3600)
    said(phone, "Start please")
    noted = clinic.rows(select(audit).where(audit.c.what == "wrote START"))
    assert [(row["who"], row["about"], row["at"]) for row in noted] == [("the person", f"contact {contact}", clock())]
    assert clinic.words_kept()[-1] == ("Start please", "start")
    assert clinic.rows(select(consents).where(consents.c.superseded_at.is_(None))) == []


def test_a_stop_taken_back_by_key_is_noted_too(clinic: Clinic, phone: Phone) -> None:
    clinic.reminded()
    call = phone.call()
    for key in "992":
        call.press(key)
    assert [row["what"] for row in clinic.rows(select(audit).where(audit.c.who == "the person"))] == [
        "took back a stop by key"
    ]


@pytest.mark.parametrize("text", ["C", "#1", "7", "x"])
def test_a_letter_that_other_systems_ask_for_shows_our_three_choices(text: str, clinic: Clinic, phone: Phone) -> None:
    _, _, visit = clinic.reminded()
    assert said(phone, text).startswith("For your visit Thursday Dec 3, 2:30 PM, reply a number:\n1 I will come")
    assert clinic.tasks() == []
    assert clinic.row(visits, visit)["confirmed_at"] is None


@pytest.mark.parametrize(
    ("text", "language", "task"),
    [
        ("Call me", Language.ENGLISH, "call back"),
        ("Change the day", Language.ENGLISH, "another day"),
        ("Llámenme", Language.SPANISH, "call back"),
        ("Otro día", Language.SPANISH, "another day"),
    ],
)
def test_the_words_of_our_own_choices_are_the_choices(
    text: str, language: Language, task: str, clinic: Clinic, phone: Phone
) -> None:
    clinic.reminded(language=language)
    said(phone, text)
    assert [kind for kind, _ in clinic.tasks()] == [task]


@pytest.mark.parametrize("text", ["what time?", "ok what time", "when is it"])
def test_who_asks_for_the_time_is_told_the_visit(text: str, clinic: Clinic, phone: Phone) -> None:
    clinic.reminded()
    assert said(phone, text).startswith("Next visit: Thursday Dec 3, 2:30 PM.")
    assert clinic.tasks() == []
