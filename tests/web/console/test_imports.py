"""Loading lists on the page: tried before anything changes, with the line and the reason of every row left out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from clock import Clock
from console_staff import NOW, ORIGIN, Browser, Hire, Person
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from service.app import Parts
from service.reminders.clinics import create_clinic
from service.storage.reminder_tables import column_matches, files, patients
from service.web.console.uploads import safe_name

SitDown = Callable[[Person], Browser]
PEOPLE = 'MRN,Pt Name,Mobile,Lang\n1,"Ruiz, Ana",(812) 555-0134,Spanish\n2,"Stone, Ben",812-555-0135,English\n'
BAD = PEOPLE + '3,"=cmd, Eve",900-555-0136,English\n'


@pytest.fixture
def clerk(hire: Hire, sit_down: SitDown) -> Browser:
    return sit_down(hire("Cleo Park", "desk"))


def upload(browser: Browser, content: str | bytes, kind: str = "patients", name: str = "morning.csv") -> TestResponse:
    page = browser.get("/console/import")
    proof = re.search(r'name="proof" value="([^"]+)"', page.text)
    assert proof
    body = content.encode() if isinstance(content, str) else content
    form = {"proof": proof[1], "kind": kind, "file": (io.BytesIO(body), name)}
    return browser.client.post("/console/import", data=form, headers=ORIGIN)


def matched(browser: Browser, where: str) -> TestResponse:
    """Send the columns just as the page proposes them."""
    page = browser.get(where).text
    form = {"name": "Epic"}
    for name, options in re.findall(r'<select id="(column\.[^"]+)"[^>]*>(.*?)</select>', page, re.S):
        found = re.search(r"<option selected>([^<]*)", options)
        form[name] = found[1] if found else ""
    return browser.send(where, form)


def count(parts: Parts, table: object = patients) -> int:
    with parts.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_list_is_matched_once_tried_and_loaded(parts: Parts, clerk: Browser, clinic_id: int) -> None:
    where = upload(clerk, PEOPLE).location
    page = clerk.get(where).text
    assert "Ruiz, Ana" in page
    tried = matched(clerk, where).location
    page = clerk.get(tried).text
    assert "<strong>2</strong> new people" in page
    assert count(parts) == 0
    done = clerk.send(tried.replace("/check", "/load"), {"columns": "Epic"})
    assert count(parts) == 2
    assert "Loaded. Nothing has been sent." in clerk.get(done.location).text
    again = upload(clerk, PEOPLE + "4,New,812-555-0139,English\n")
    assert "Same shape as last time: Epic" in clerk.get(again.location).text


def test_rows_left_out_are_named_by_line_and_come_back_as_a_file_that_runs_nothing(
    parts: Parts, clerk: Browser, clinic_id: int
) -> None:
    tried = matched(clerk, upload(clerk, BAD).location).location
    page = clerk.get(tried).text
    assert "Line 4" in page
    assert "paid (900) number" in page
    answer = clerk.get(tried.replace("/check", "/rows.csv"))
    assert answer.headers["Content-Disposition"] == "attachment; filename=morning.errors.csv"
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row[0] for row in rows[1:]] == ["4"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_the_same_file_is_loaded_twice_only_when_somebody_says_so(
    parts: Parts, clerk: Browser, clinic_id: int
) -> None:
    for _ in range(2):
        tried = matched(clerk, upload(clerk, PEOPLE).location).location
        page = clerk.get(tried).text
        last = clerk.send(tried.replace("/check", "/load"))
    assert "loaded before by Cleo Park" in page
    assert last.status_code == 422
    assert "Tick that you want to load it again" in last.text
    assert clerk.send(tried.replace("/check", "/load"), {"again": "yes"}).status_code == 303
    assert count(parts, files) == 2


def test_a_needed_column_that_nobody_chose_is_asked_for(parts: Parts, clerk: Browser, clinic_id: int) -> None:
    where = upload(clerk, PEOPLE).location
    clerk.get(where)
    answer = clerk.send(where, {"column.name.0": "Pt Name"})
    assert answer.status_code == 422
    assert 'href="#column.ref.0"' in answer.text
    assert count(parts, column_matches) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 workbook", "Excel workbook"),
        (b"%PDF-1.7", "is PDF"),
        (b"nothing,that,we,know\n1,2,3,4\n", "no line with column names"),
        (b'MRN,Name\n1,"Ruiz\n' + b"2,x\n" * 60, "quotation mark"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(
    clerk: Browser, clinic_id: int, content: bytes, said: str
) -> None:
    answer = upload(clerk, content)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_file_beyond_the_bound_is_refused_before_it_is_read(clerk: Browser, clinic_id: int) -> None:
    assert upload(clerk, "MRN,Name\n" + "1,x\n" * 300_000).status_code == 413


def test_too_many_rows_are_not_loaded_through_a_page(parts: Parts, clerk: Browser, clinic_id: int) -> None:
    rows = "".join(f"{n},Person {n}\n" for n in range(5001))
    tried = matched(clerk, upload(clerk, "MRN,Name\n" + rows).location).location
    assert "more than the 5000" in clerk.get(tried).text
    assert clerk.send(tried.replace("/check", "/load")).status_code == 422
    assert count(parts) == 0


def test_an_upload_is_gone_after_an_hour_and_never_there_for_another_clinic(
    parts: Parts, clerk: Browser, clinic_id: int, hire: Hire, sit_down: SitDown, clock: Clock
) -> None:
    where = upload(clerk, PEOPLE).location
    with parts.database.write() as connection:
        other = create_clinic(connection, "Other", "Other Clinic", "America/Chicago", NOW, who="Ben")
    stranger = sit_down(hire("Dan Else", "administrator", clinic=other))
    assert stranger.get(where).location == "/console/import"
    assert clerk.get(where).status_code == 200
    clock.pass_time(3601)
    later = sit_down(hire("Fay Late", "desk"))
    assert later.get(where).location == "/console/import"


def test_what_lies_on_disk_names_nobody(parts: Parts, clerk: Browser, clinic_id: int) -> None:
    upload(clerk, PEOPLE)
    (kept,) = (parts.settings.var / "uploads").iterdir()
    assert b"Ruiz" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0


@given(st.text(max_size=300))
def test_no_file_name_leaves_its_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set('/\\\0\r\n"<>')
    assert safe.strip(".")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), kind=st.sampled_from(["patients", "visits", "optouts", "consents", "?"]))
def test_any_bytes_are_answered_and_never_with_an_error_of_ours(
    clerk: Browser, clinic_id: int, content: bytes, kind: str
) -> None:
    head = {"patients": b"MRN,Name\n", "visits": b"MRN,Date\n"}.get(kind, b"")
    answer = upload(clerk, head + content, kind)
    assert answer.status_code in (303, 422)
    if answer.status_code == 303:
        tried = matched(clerk, answer.location)
        assert tried.status_code in (303, 422)
        if tried.status_code == 303:
            assert clerk.get(tried.location).status_code == 200
