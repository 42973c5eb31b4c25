"""Consent is a record of exact words; it is replaced, never edited, and an opt-out ends it."""

import pytest
from databases import on_both_databases
from made_clinics import DAY, NOW
from sqlalchemy import select, update

from service.reminders import consent, optouts
from service.reminders.consent import Channel, Consent
from service.storage import talks
from service.storage.reminder_tables import consents, deliveries

WORDS = Consent(Channel.TEXT, "Reply 1 to agree.", "2026-11", "text", NOW, "the person")


@on_both_databases
def test_a_new_consent_replaces_the_one_in_force_and_both_stay(database, lakeside):
    with database.write() as c:
        consent.record_consent(c, lakeside.clinic, lakeside.contact, WORDS, NOW)
        kept = [k for k in consent.history(c, lakeside.clinic, lakeside.contact) if k.consent.channel is Channel.TEXT]
    assert [k.consent.wording for k in kept] == ["We may send reminders.", "Reply 1 to agree."]
    assert [k.superseded_at for k in kept] == [NOW, None]


def test_text_and_call_are_agreed_to_apart(database, lakeside):
    with database.write() as c:
        consent.end_consents(c, lakeside.clinic, [lakeside.contact], "asked", NOW, (Channel.CALL,))
        assert consent.in_force(c, lakeside.clinic, lakeside.contact) == {Channel.TEXT}


def test_changed_words_are_noticed(database, lakeside):
    with database.write() as c:
        c.execute(update(consents).where(consents.c.channel == "text").values(wording="We may sell your number."))
        kept = consent.history(c, lakeside.clinic, lakeside.contact)
    assert {k.consent.channel: k.intact for k in kept} == {Channel.TEXT: False, Channel.CALL: True}


def test_consent_from_another_system_is_asked_again_within_a_year(database, lakeside):
    carried = Consent(Channel.TEXT, "old words", "", "paper", NOW, "Carla", source="OldText", carried_over=True)
    with database.write() as c:
        consent.record_consent(c, lakeside.clinic, lakeside.contact, carried, NOW)
        assert consent.to_ask_again(c, lakeside.clinic, NOW + 300 * DAY) == []
        assert consent.to_ask_again(c, lakeside.clinic, NOW + 340 * DAY) == [lakeside.contact]


@on_both_databases
def test_stop_ends_consent_and_what_waits_in_every_clinic(database, privacy, make_clinic):
    one, other = make_clinic("One"), make_clinic("Other")
    phone = privacy.phone("+18125550134")
    with database.write() as c:
        concerned = optouts.stop_phone(c, phone, "text", NOW)
    assert sorted(concerned) == sorted([(one.clinic, one.contact), (other.clinic, other.contact)])
    with database.read() as c:
        for own in (one, other):
            assert consent.in_force(c, own.clinic, own.contact) == frozenset()
            assert optouts.is_stopped(c, own.clinic, phone)
        assert set(c.execute(select(deliveries.c.state, deliveries.c.reason)).all()) == {
            ("cancelled", "held.stopped")
        }


def test_start_brings_no_consent_back(database, privacy, lakeside):
    phone = privacy.phone("+18125550134")
    with database.write() as c:
        optouts.stop_phone(c, phone, "text", NOW)
        talks.opt_in(c, phone, NOW + 60)
        assert not optouts.is_stopped(c, lakeside.clinic, phone)
        assert consent.in_force(c, lakeside.clinic, lakeside.contact) == frozenset()


def test_the_opt_outs_that_one_clinic_brings_do_not_silence_another(database, privacy, make_clinic):
    one, other = make_clinic("One"), make_clinic("Other")
    phone = privacy.phone("+18125550134")
    with database.write() as c:
        assert optouts.carry_over(c, one.clinic, [(phone, NOW)], "OldText", NOW) == 1
        assert optouts.carry_over(c, one.clinic, [(phone, NOW)], "OldText", NOW) == 0
        assert optouts.is_stopped(c, one.clinic, phone)
        assert not optouts.is_stopped(c, other.clinic, phone)
        assert consent.in_force(c, other.clinic, other.contact) == set(Channel)
        assert consent.in_force(c, one.clinic, one.contact) == frozenset()


@pytest.mark.parametrize("since", [0, 1])
def test_the_condition_holds_for_columns_too(database, privacy, lakeside, since):
    from service.storage.reminder_tables import contacts

    phone = privacy.phone("+18125550134")
    with database.write() as c:
        if since:
            talks.opt_out(c, phone, "text", NOW)
        asked = select(optouts.stopped(contacts.c.clinic_id, contacts.c.phone)).select_from(contacts)
        assert bool(c.execute(asked).scalar_one()) is bool(since)
