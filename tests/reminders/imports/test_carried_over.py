"""Moving in from another system: opt-outs first, then consent with its evidence named."""

import pytest
from databases import on_both_databases
from made_lists import NOW, PATIENTS

from service.reminders import optouts
from service.reminders.clinics import clinic
from service.reminders.consent import Channel, Consent, in_force, record_consent
from service.reminders.imports.columns import Kind
from service.storage.reminder_tables import clinic_opt_outs, consents
from service.storage.reminder_tables import contacts as phones


def may_not_send(database, loader):
    with database.read() as c:
        return clinic(c, loader.clinic.id).may_not_send


@pytest.mark.parametrize("content", ["Phone\n", "Phone\n812-555-0134\n", "Phone,Date\n812-555-0134,3/1/2025\n"])
def test_a_moving_clinic_may_send_once_its_opt_outs_are_loaded(make_loader, database, content):
    loader = make_loader(moving=True)
    assert "load its opt-outs first" in may_not_send(database, loader)
    loader(Kind.OPTOUTS, content, source="OldText")
    assert may_not_send(database, loader) == ""


def test_an_opt_out_that_cannot_be_read_keeps_the_clinic_locked(make_loader, database):
    loader = make_loader(moving=True)
    loaded = loader(Kind.OPTOUTS, "Phone\n812-555-0134\n812-555-0135\n5.55E+09\n")
    assert list(loaded.tally.bad) == [4]
    assert may_not_send(database, loader)


def test_numbers_that_nobody_would_send_to_lock_nothing(make_loader, database):
    loader = make_loader(moving=True)
    loader(Kind.OPTOUTS, "Phone\n800-555-0134\n+44 20 7946 0018\n")
    assert may_not_send(database, loader) == ""


@on_both_databases
def test_carried_opt_outs_hold_before_and_after_the_patients_come(load_list, database, privacy, rows):
    loaded = load_list(Kind.OPTOUTS, "Phone,Date\n(812) 555-0134,3/1/2025\n8125550134,\n", source="OldText")
    assert loaded.tally.counts["new opt-outs"] == 1
    load_list(Kind.PATIENTS, PATIENTS)
    with database.read() as c:
        assert optouts.is_stopped(c, load_list.clinic.id, privacy.phone("+18125550134"))
    assert [row["how"] for row in rows(clinic_opt_outs)] == ["OldText"]


CONSENTS = """Phone,Consent Type,Consent Date,Consent Text
812-555-0134,SMS,2/3/2025,Text YES to get reminders
812-555-0135,both,2/4/2025,
"""


@on_both_databases
def test_carried_consent_names_its_evidence(load_list, database, rows):
    load_list(Kind.PATIENTS, PATIENTS)
    loaded = load_list(Kind.CONSENTS, CONSENTS, source="OldText")
    assert loaded.tally.counts["consents"] == 3
    kept = rows(consents)
    assert {row["carried_over"] for row in kept} == {True}
    assert {row["recorded_by"] for row in kept} == {"Carla"}
    assert [row["wording"] for row in kept] == [
        "Text YES to get reminders",
        "The words shown were not kept by OldText.",
        "The words shown were not kept by OldText.",
    ]
    with database.read() as c:
        agreed = [in_force(c, load_list.clinic.id, phone["id"]) for phone in rows(phones)]
    assert agreed == [{Channel.TEXT}, set(Channel)]


def test_a_phone_that_opted_out_gets_no_carried_consent(load_list, rows):
    load_list(Kind.PATIENTS, PATIENTS)
    load_list(Kind.OPTOUTS, "Phone\n812-555-0134\n")
    loaded = load_list(Kind.CONSENTS, CONSENTS)
    assert loaded.tally.counts["left out: opted out"] == 1
    assert "opted out" in loaded.tally.notes[0].say()
    assert {row["contact_id"] for row in rows(consents)} == {rows(phones)[1]["id"]}


def test_an_older_carried_consent_does_not_replace_a_persons_own(load_list, database, rows):
    load_list(Kind.PATIENTS, PATIENTS)
    own = Consent(Channel.TEXT, "Reply 1 to agree.", "2026-11", "text", NOW - 86400, "the person")
    with database.write() as c:
        record_consent(c, load_list.clinic.id, rows(phones)[0]["id"], own, NOW)
    loaded = load_list(Kind.CONSENTS, CONSENTS)
    assert loaded.tally.counts["left out: newer consent"] == 1
    assert next(row["wording"] for row in rows(consents) if row["superseded_at"] is None) == "Reply 1 to agree."


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("812-555-0199,text,2/3/2025", "No patient has this phone"),
        ("812-555-0134,fax,2/3/2025", "fax should be text, call or both"),
        ("812-555-0134,text,2/3/2027", "is in the future"),
        ("812-555-0134,text,", "The date is empty"),
        ("5.55E+09,text,2/3/2025", "Excel shortened"),
    ],
)
def test_a_consent_without_its_evidence_is_left_out(load_list, row, words):
    load_list(Kind.PATIENTS, PATIENTS)
    content = "Phone,Consent Type,Consent Date\n812-555-0135,text,2/3/2025\n" + row + "\n"
    assert words in load_list(Kind.CONSENTS, content).tally.bad[3].say()
