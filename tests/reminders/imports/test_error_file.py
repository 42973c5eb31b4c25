"""The error file holds the rows that were left out, safe to open, and is loaded again once corrected."""

import csv

from made_lists import PATIENTS as GOOD
from made_lists import VISITS, read_list

from service.reminders.imports.columns import Kind
from service.reminders.imports.error_file import safe, write_errors
from service.storage.reminder_tables import patients, visits

PATIENTS = """A report of the morning
MRN,Name,Mobile,Note
1,Ana,812-555-0134,
2,Ben,812-555-013,=HYPERLINK("http://x")
3,Clara,812-555-0136,+plus
4,Dev,812-555-0137,
"""


def errors_of(loader, kind, content):
    path = loader.file(content)
    sheet, _ = read_list(kind, path)
    bad = loader(kind, content).tally.bad
    errors = path.with_name(f"{path.stem}.errors.csv")
    write_errors(sheet, bad, errors)
    return errors


def test_a_corrected_error_file_loads(load_list, rows):
    errors = errors_of(load_list, Kind.PATIENTS, PATIENTS)
    with errors.open(encoding="utf-8-sig", newline="") as file:
        header, row = csv.reader(file)
    assert header == ["Clearline: line", "Clearline: what is wrong", "MRN", "Name", "Mobile", "Note"]
    assert row[0] == "4"
    assert row[1] == "812-555-013 has 9 digits. A US number has ten, such as 202-555-0134."
    assert row[5] == '\'=HYPERLINK("http://x")'
    corrected = errors.read_text(encoding="utf-8-sig").replace("812-555-013,", "812-555-0135,")
    assert load_list(Kind.PATIENTS, corrected).tally.counts["new patients"] == 1
    assert len(rows(patients)) == 4


def test_corrected_visits_say_nothing_about_the_others(load_list, rows):
    load_list(Kind.PATIENTS, GOOD)
    content = VISITS + "V3,2,soon,Scheduled\n"
    corrected = errors_of(load_list, Kind.VISITS, content).read_text(encoding="utf-8-sig")
    loaded = load_list(Kind.VISITS, corrected.replace("soon", "11/26/2026 1100"))
    assert (loaded.held, loaded.tally.counts["new visits"]) == ([], 1)
    assert [visit["state"] for visit in rows(visits)] == ["booked"] * 3


def test_only_its_owner_reads_an_error_file(load_list):
    assert errors_of(load_list, Kind.PATIENTS, PATIENTS).stat().st_mode & 0o077 == 0


def test_no_cell_is_a_formula():
    for cell in ("=1+1", "+1", "-1", "@x", "＝1", "\t=1"):
        assert safe(cell).startswith("'")
    assert safe("Ana") == "Ana"
