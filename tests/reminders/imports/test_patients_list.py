"""A list of patients: known ones are found, shared phones named, bad rows left out with their reason."""

from pathlib import Path

import pytest
from databases import on_both_databases
from made_lists import NOW, PATIENTS

from service.reminders import contacts, died, people
from service.reminders.imports.columns import Kind
from service.reminders.imports.finding import BadFile
from service.storage.reminder_tables import contacts as phones
from service.storage.reminder_tables import files, patient_contacts, patients


@on_both_databases
def test_a_list_makes_patients_with_their_phones(load_list, database, privacy, rows):
    loaded = load_list(Kind.PATIENTS, PATIENTS)
    assert (loaded.tally.counts["new patients"], loaded.tally.bad) == (2, {})
    with database.write() as c:
        ana = people.find_patient(c, privacy, load_list.clinic.id, "1")
        card = people.show(c, privacy, load_list.clinic.id, ana.id, "Carla", NOW)
    assert (card.name, card.clinic_ref, ana.first_initial) == ("Ruiz, Ana", "1", "A")
    ((contact, number),) = card.phones
    assert (number, contact.language.value, contact.zones) == (
        "+18125550134",
        "es",
        "America/Chicago America/New_York|",
    )


@on_both_databases
def test_loading_again_doubles_nothing(load_list, rows):
    load_list(Kind.PATIENTS, PATIENTS)
    again = load_list(Kind.PATIENTS, PATIENTS.replace("Ana", "Anna"), now=NOW + 60)
    assert again.tally.counts["new patients"] == 0
    assert [len(rows(table)) for table in (patients, phones, files)] == [2, 2, 2]


def test_nothing_readable_lies_in_the_database(load_list, database):
    load_list(Kind.PATIENTS, PATIENTS)
    stored = database.url.database
    for part in (stored, stored + "-wal"):
        content = Path(part).read_bytes()
        assert [word for word in (b"Ruiz", b"Ana", b"5550134", b"555-0134") if word in content] == []


def test_the_very_same_file_is_refused_the_second_time(load_list):
    load_list(Kind.PATIENTS, PATIENTS)
    with pytest.raises(BadFile, match=r"loaded on 2026-11-23 by Carla"):
        load_list(Kind.PATIENTS, PATIENTS)
    load_list(Kind.PATIENTS, PATIENTS, again=True)


@on_both_databases
def test_a_trial_run_tells_the_same_and_changes_nothing(load_list, rows):
    tried = load_list(Kind.PATIENTS, PATIENTS, dry_run=True)
    assert [rows(table) for table in (patients, phones, files)] == [[], [], []]
    assert load_list(Kind.PATIENTS, PATIENTS).tally.counts == tried.tally.counts


BAD_CELLS = """MRN,Name,Mobile,Status
1,Ana,5.55E+09,
2,Ben,555-0134,
3,Clara,812-555-0136,what
,Dev,812-555-0137,
5,Eva,,
6,Fay,812-555-0138 / 812-555-0139,
7,Gus,812-555-0141,
8,Hal,812-555-0142,
"""


def test_every_bad_row_has_its_line_and_a_reason_that_a_clerk_understands(load_list, rows):
    loaded = load_list(Kind.PATIENTS, BAD_CELLS)
    assert [finding.say() for finding in loaded.tally.bad.values()] == [
        "line 2: Excel shortened this number to 5.55E+09 and its digits are lost. In Excel, set the column to Text,"
        " put the numbers in again and export once more.",
        "line 3: 555-0134 has no area code. Type all ten digits, such as 202-555-0134.",
        "line 4: We do not know the status what. Use scheduled, canceled, no show, completed or deceased, or have it"
        " added to the list.",
        "line 5: The patient number is empty.",
    ]
    assert [finding.line for finding in loaded.tally.notes] == [6]
    assert (len(rows(patients)), len(rows(phones))) == (4, 4)


def test_a_list_that_is_mostly_bad_is_not_loaded_at_all(load_list, rows):
    content = "MRN,Name,Mobile\n1,Ana,812-555-0134\n2,Ben,x\n3,Clara,y\n"
    with pytest.raises(BadFile, match=r"2 of 3 rows cannot be loaded.*line 3: x has letters"):
        load_list(Kind.PATIENTS, content)
    assert rows(patients) == []


def test_a_phone_of_two_people_is_named_and_shared(load_list, rows):
    loaded = load_list(Kind.PATIENTS, PATIENTS.replace("812-555-0135", "812-555-0134"))
    assert loaded.tally.notes[0].say().startswith("line 3: This phone also serves the patient in line 2.")
    assert [phone["whose"] for phone in rows(phones)] == ["shared"]
    assert loaded.tally.counts["shared phones"] == 1


def test_a_patient_in_two_rows_is_one_with_both_phones(load_list, rows):
    loaded = load_list(Kind.PATIENTS, PATIENTS + '1,"Ruiz, Ana",812-555-0177,Spanish\n')
    assert loaded.tally.notes[0].say() == "line 4: The same patient as in line 2. Both were taken together."
    assert (len(rows(patients)), len(rows(phones))) == (2, 3)


def test_no_list_revives_the_dead(load_list, database, privacy, rows):
    load_list(Kind.PATIENTS, PATIENTS)
    with database.write() as c:
        ana = people.find_patient(c, privacy, load_list.clinic.id, "1")
        died.record_death(c, load_list.clinic.id, ana.id, "Carla", NOW)
    again = load_list(Kind.PATIENTS, PATIENTS.replace("Spanish", "English"))
    assert [row["state"] for row in rows(patients)] == ["died", "active"]
    assert "two people" in again.tally.notes[0].say()


def test_a_list_that_says_deceased_ends_everything(load_list, rows):
    load_list(Kind.PATIENTS, PATIENTS)
    loaded = load_list(Kind.PATIENTS, "MRN,Name,Status\n1,Ana,Deceased\n")
    assert loaded.tally.counts["marked as died"] == 1
    assert [row["state"] for row in rows(patients)] == ["died", "active"]


def test_a_deaf_persons_phone_is_never_called(load_list, rows):
    load_list(Kind.PATIENTS, "MRN,Name,Mobile,Needs\n1,Ana,812-555-0134,hard of hearing (deaf)\n")
    assert [(row["needs"], row["never_call"]) for row in rows(phones)] == [("deaf", True)]


def test_a_later_list_does_not_undo_what_a_person_wished(load_list, database, rows):
    load_list(Kind.PATIENTS, PATIENTS)
    first = rows(phones)[0]
    with database.write() as c:
        contacts.change_contact(c, load_list.clinic.id, first["id"], never_call=True, fewer="day before")
    load_list(Kind.PATIENTS, PATIENTS.replace("Ana", "Anna"))
    assert (rows(phones)[0]["never_call"], rows(phones)[0]["fewer"]) == (True, "day before")


@on_both_databases
def test_a_longer_list_is_loaded_in_batches(load_list, database, rows):
    people_in = [f"{n},Person {n},812-{200 + n // 10000:03}-{n % 10000:04}," for n in range(1300)]
    loaded = load_list(Kind.PATIENTS, "MRN,Name,Mobile,Lang\n" + "\n".join(people_in) + "\n")
    assert (loaded.tally.counts["new patients"], loaded.tally.rows) == (1300, 1300)
    with database.read() as c:
        assert len(c.execute(patient_contacts.select()).all()) == 1300
