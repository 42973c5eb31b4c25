"""JOIN with a card from the desk: four digits, then a 1, and the consent record writes itself."""

import pytest
from databases import on_both_databases
from made_clinics import DAY, NOW

from service.languages import Language
from service.reminders import contacts, died, join, optouts
from service.reminders.consent import Channel, history, in_force
from service.reminders.refused import Refused
from service.segments import cut

PHONE = "+15025550188"


def prepare(database, privacy, own, **card):
    with database.write() as c:
        wanted = join.Card(own.patient, **card)
        return join.prepare_card(c, privacy, own.clinic, wanted, "Carla", NOW, lambda n: 4821)


def ask(c, privacy, code="4821", number=PHONE, at=NOW):
    return join.ask(c, privacy, code, number, Channel.TEXT, Language.ENGLISH, at)


@on_both_databases
def test_a_card_and_a_1_make_the_consent_record(database, privacy, lakeside):
    assert prepare(database, privacy, lakeside, needs=("ride",)) == "4821"
    with database.write() as c:
        asked = ask(c, privacy)
        assert asked.words.startswith("Lakeside visit reminders, about 4 a month. Reply 1 to agree.")
        assert join.is_asked(c, privacy.phone(PHONE), NOW + 60)
        joined = join.join(c, privacy, PHONE, NOW + 60)
        (kept,) = history(c, lakeside.clinic, joined.contact_id)
        assert (kept.consent.wording, kept.consent.given_at, kept.intact) == (asked.words, NOW + 60, True)
        assert in_force(c, lakeside.clinic, joined.contact_id) == {Channel.TEXT}
        assert contacts.patients_of(c, lakeside.clinic, joined.contact_id) == [lakeside.patient]
        assert contacts.find_contact(c, lakeside.clinic, privacy.phone(PHONE)).needs == ("ride",)


def test_without_the_1_nothing_is_kept(database, privacy, lakeside):
    prepare(database, privacy, lakeside)
    with database.write() as c:
        ask(c, privacy)
        assert contacts.find_contact(c, lakeside.clinic, privacy.phone(PHONE)) is None


def test_a_1_that_nobody_asked_for_joins_nothing(database, privacy, lakeside):
    with database.write() as c:
        assert join.join(c, privacy, PHONE, NOW) is None


def test_a_card_is_used_once(database, privacy, lakeside):
    prepare(database, privacy, lakeside)
    with database.write() as c:
        ask(c, privacy)
        assert join.join(c, privacy, PHONE, NOW)
        assert join.join(c, privacy, PHONE, NOW) is None
        assert ask(c, privacy, number="+15025550189").card_id == 0


def test_a_card_closes_after_three_days(database, privacy, lakeside):
    prepare(database, privacy, lakeside)
    with database.write() as c:
        assert ask(c, privacy, at=NOW + 3 * DAY + 1).card_id == 0


def test_a_card_for_one_number_serves_no_other_phone(database, privacy, lakeside):
    prepare(database, privacy, lakeside, number=PHONE)
    with database.write() as c:
        assert ask(c, privacy, number="+15025550189").card_id == 0
        assert ask(c, privacy).card_id > 0


def test_codes_cannot_be_guessed_through(database, privacy, lakeside):
    prepare(database, privacy, lakeside)
    with database.write() as c:
        answers = [ask(c, privacy, code=f"{n:04}") for n in range(6)]
        assert "too often" in answers[-1].words
        assert ask(c, privacy).card_id == 0, "even the right digits wait until tomorrow"
        assert ask(c, privacy, at=NOW + DAY + 1).card_id > 0


def test_joining_lifts_an_older_stop_for_this_clinic(database, privacy, lakeside):
    prepare(database, privacy, lakeside)
    phone = privacy.phone(PHONE)
    with database.write() as c:
        optouts.stop_phone(c, phone, "text", NOW - DAY)
        ask(c, privacy)
        assert join.join(c, privacy, PHONE, NOW)
        assert not optouts.is_stopped(c, lakeside.clinic, phone)


def test_a_death_between_the_card_and_the_1_ends_it(database, privacy, lakeside):
    prepare(database, privacy, lakeside)
    with database.write() as c:
        ask(c, privacy)
        died.record_death(c, lakeside.clinic, lakeside.patient, "Carla", NOW)
        assert join.join(c, privacy, PHONE, NOW) is None
    with pytest.raises(Refused):
        prepare(database, privacy, lakeside)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("key", ["text", "joined"])
def test_the_words_fit_one_text_with_the_longest_name(language, key):
    words = join._words()[key][language.value].replace("{clinic}", "W" * 22)
    assert (cut(words).segments, cut(words).alphabet) == (1, "GSM-7")


def test_needs_are_told_by_digits():
    assert join.needs_of("13") == ("interpreter", "slow")
    assert join.needs_of("0") == ()
