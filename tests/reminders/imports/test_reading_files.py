"""A list is read as a clinic's system wrote it, or refused in words that say what to do."""

import csv

import pytest
from made_lists import PATIENTS, Loader, read_list

from service.reminders.imports.columns import Kind
from service.reminders.imports.finding import BadFile, Finding
from service.reminders.imports.reading import Row, normal

ACCENTED = PATIENTS.replace("Ruiz, Ana", "Núñez, Ana")


def parted_by(mark: str) -> str:
    """The list with another mark between its cells."""
    lines = (next(csv.reader([line])) for line in ACCENTED.splitlines())
    return "".join(mark.join(cells) + "\n" for cells in lines)


@pytest.mark.parametrize(
    "content",
    [
        ACCENTED.encode("utf-8"),
        ACCENTED.encode("utf-8-sig"),
        ACCENTED.encode("utf-16"),
        ACCENTED.encode("utf-16-le"),
        ACCENTED.encode("utf-16-be"),
        ACCENTED.encode("cp1252"),
        ACCENTED.replace("\n", "\r\n").encode(),
        parted_by(";").encode(),
        parted_by("\t").encode("utf-16"),
        parted_by("|").encode(),
        ("Lakeside Clinic\nAppointments for 11/26/2026, printed by CARLA\n\n" + ACCENTED).encode(),
        ("sep=,\n" + ACCENTED).encode(),
        (ACCENTED + "\n,,,\nTotal: 2\n").encode(),
    ],
    ids=[
        "utf-8",
        "bom",
        "utf-16",
        "le",
        "be",
        "windows",
        "crlf",
        "semicolon",
        "tab",
        "pipe",
        "titles",
        "sep",
        "total",
    ],
)
def test_the_same_list_is_read_however_it_is_written(load_list: Loader, content: bytes):
    sheet, match = read_list(Kind.PATIENTS, load_list.file(content))
    assert [match.cell(row, "name") for row in sheet.rows()] == ["Núñez, Ana", "Stone, Ben"]
    assert [match.cell(row, "ref") for row in sheet.rows()] == ["1", "2"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "Excel workbook"),
        (b"%PDF-1.7", "is PDF, not a list"),
        (b"<html><table>", "is HTML, not a list"),
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"MRN,Name\n1,a\0b\n", "Zero bytes"),
        (b"red,green\n1,2\n", "no line with column names"),
        (b"Name,Mobile\nAna,8125550134\n", "No column for patient number"),
        (b'MRN,Name\n1,"Ana\n' + b"2,Ben\n" * 60, "line 2 and never closes"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(load_list: Loader, content: bytes, words: str):
    path = load_list.file(content)
    with pytest.raises(BadFile, match=words):
        list(read_list(Kind.PATIENTS, path)[0].rows())


def test_lines_are_counted_as_an_editor_counts_them(load_list: Loader):
    content = (
        'A report\n\nMRN,Name,Mobile,Lang\n1,"Ana\nRuiz",8125550134,\n\n2,Ben,8125550135,,x\n3,Clara,8125550136,\n'
    )
    sheet, _ = read_list(Kind.PATIENTS, load_list.file(content))
    found = list(sheet.rows())
    assert [(one.line, type(one)) for one in found] == [(4, Row), (7, Finding), (8, Row)]
    assert found[0].cells["Name"] == "Ana Ruiz"
    assert found[1].say() == "line 7: 5 cells, but 4 columns. A cell with a comma needs quotation marks around it."


def test_two_columns_of_one_name_are_both_read(load_list: Loader):
    sheet, match = read_list(Kind.PATIENTS, load_list.file("MRN,Phone,Phone 2,Phone\n1,,8125550134,8125550135\n"))
    assert sheet.header == ("MRN", "Phone", "Phone 2", "Phone (4)")
    assert match.columns["phone"] == ("Phone", "Phone 2")


@pytest.mark.parametrize(
    ("heading", "plain"), [("Appt Dt/Tm", "appt dt tm"), ("  TELÉFONO ", "telefono"), ("Pt. MRN #", "pt mrn")]
)
def test_headings_are_compared_without_marks(heading, plain):
    assert normal(heading) == plain


def test_the_state_of_an_address_is_no_status(load_list: Loader):
    _, match = read_list(Kind.PATIENTS, load_list.file("MRN,Name,Mobile,State\n1,Ana,8125550134,IN\n"))
    assert not match.has("status")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "MRN,Name,Mobile\n1,Núñez,8125550134\n2,José".encode()[:-1],
            "breaks off in the middle of a letter in line 3",
        ),
        (
            "MRN,Name,Mobile\n1,Ana,8125550134\n".encode("utf-16")[:-1],
            "breaks off in the middle of a letter in line 2",
        ),
        ("MRN,Name\n1,Ana\n".encode("utf-16") + b"\x00\xd8\x00\x00", "line 3 stands a letter that we cannot read"),
        (b"MRN,Name\n1,Ana\n2,\x81\n", "line 3 stands a letter that we cannot read"),
        (b"x" * 300_000, "no line with column names"),
    ],
    ids=["utf-8", "utf-16", "surrogate", "windows", "one cell"],
)
def test_a_broken_letter_is_named_by_its_line(load_list: Loader, content: bytes, words: str):
    path = load_list.file(content)
    with pytest.raises(BadFile, match=words):
        list(read_list(Kind.PATIENTS, path)[0].rows())


def test_an_accent_of_windows_at_the_very_end_is_no_broken_letter(load_list: Loader):
    sheet, match = read_list(Kind.PATIENTS, load_list.file("MRN,Mobile,Name\n1,8125550134,José".encode("cp1252")))
    assert [match.cell(row, "name") for row in sheet.rows()] == ["José"]


@pytest.mark.parametrize("at", [65_535, 65_536, 65_537, 262_143, 262_144])
def test_a_letter_over_the_edge_of_what_is_read_at_once_is_whole(load_list: Loader, at: int):
    head, row = "MRN,Name\n", "1,"
    list_text = head + "\n" * (at - len(head) - len(row) - 1) + row + "ñ"
    sheet, match = read_list(Kind.PATIENTS, load_list.file(list_text))
    assert [match.cell(found, "name") for found in sheet.rows() if isinstance(found, Row)] == ["ñ"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_machine(load_list: Loader, end: str):
    sheet, match = read_list(Kind.PATIENTS, load_list.file(ACCENTED.replace("\n", end)))
    assert [match.cell(row, "ref") for row in sheet.rows()] == ["1", "2"]
