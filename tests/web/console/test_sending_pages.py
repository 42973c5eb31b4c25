"""A template, a plan and a broadcast as two people make them in the console, and what they may not do alone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from clock import Clock
from console_staff import NOW, Browser, Hire, Person
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from service.app import Parts
from service.reminders.jobs import counts
from service.reminders.preview import preview
from service.reminders.privacy import Privacy
from service.reminders.sample import make_sample
from service.storage.reminder_tables import broadcasts, deliveries, patients, plans, templates, visits
from service.storage.tables import simulated
from service.web.console.progress import GROUPS, progress

SitDown = Callable[[Person], Browser]
WORDS = "{clinic}: please call us. {phone}\nSTOP = end"
PALABRAS = "{clinic}: por favor llame. {phone}\nALTO = fin"


@dataclass
class Two:
    """Two people of the sample clinic at their browsers."""

    clinic_id: int
    first: Browser
    second: Browser
    parts: Parts

    def run(self) -> int:
        """The id of the newest broadcast."""
        with self.parts.database.read() as connection:
            newest = select(broadcasts.c.id).order_by(broadcasts.c.id.desc()).limit(1)
            return int(connection.execute(newest).scalar_one())


@pytest.fixture
def two(parts: Parts, hire: Hire, sit_down: SitDown, tmp_path: Path) -> Two:
    privacy = Privacy(parts.vault, parts.settings.phone_key)
    made = make_sample(parts.database, privacy, tmp_path, "+18125550150", NOW, Random(1))
    people = [hire(name, "administrator", made.clinic.id) for name in ("First Person", "Second Person")]
    return Two(made.clinic.id, *(sit_down(person) for person in people), parts)


def write_template(browser: Browser, **changed: str) -> str:
    browser.get("/console/templates/new")
    form = {"kind": "Please call", "en_1": WORDS, "es_1": PALABRAS, "save": "yes"} | changed
    answer = browser.send("/console/templates/new", form)
    return answer.location or answer.text


def test_a_template_is_used_once_a_second_person_said_yes(two: Two) -> None:
    address = write_template(two.first)
    two.first.get(address)
    assert two.first.send(f"{address}/approve").status_code == 409
    assert "somebody else has to approve" in two.first.get(address).text
    assert two.second.get(address).status_code == 200
    assert two.second.send(f"{address}/approve").status_code == 303
    assert "In use" in two.second.get(address).text


def test_a_template_for_visits_is_heard_as_a_call_in_both_languages(two: Two) -> None:
    with two.parts.database.read() as connection:
        mine = (templates.c.clinic_id == two.clinic_id, templates.c.kind == "visit")
        template_id = connection.execute(select(templates.c.id).where(*mine)).scalar_one()
    page = two.first.get(f"/console/templates/{template_id}").text
    for words in ("Lakeside Clinic with a message", "You have a visit on", "Usted tiene una cita el", "oprima 1"):
        assert words in page
    assert re.search(r'<audio [^>]*src="/audio/[^"]+"', page)


def test_words_that_go_by_text_alone_are_not_heard(two: Two) -> None:
    assert "data-call" not in two.first.get(write_template(two.first)).text


@pytest.mark.parametrize("what", ["template", "plan"])
def test_whoever_retires_reads_before_and_after_what_will_not_go(two: Two, what: str) -> None:
    two.first.get("/console/broadcasts/new/visits")
    two.first.send("/console/broadcasts/new/visits", {"days": "both"})
    with two.parts.database.read() as connection:
        waiting = (deliveries.c.clinic_id == two.clinic_id, deliveries.c.state.in_(("queued", "held")))
        by_template = (
            select(deliveries.c.template_id, func.count()).where(*waiting).group_by(deliveries.c.template_id)
        )
        template_id, with_words = max(connection.execute(by_template), key=lambda row: row[1])
        day_before = select(func.count()).where(*waiting, deliveries.c.dedupe.like("%:1d"))
        planned = connection.execute(day_before).scalar_one()
        plan_id = connection.execute(select(plans.c.id).where(plans.c.kind == "1 day")).scalar_one()
    page, count = (
        (f"/console/templates/{template_id}", with_words) if what == "template" else ("/console/plans", planned)
    )
    assert count > 1
    assert f"{count} messages" in two.first.get(page).text
    gone = two.first.send(f"{page}/retire" if what == "template" else f"/console/plans/{plan_id}/retire")
    assert f"will not go: {count}." in two.first.get(gone.location).text
    with two.parts.database.read() as connection:
        left_out = preview(connection, two.clinic_id, two.run(), NOW).left_out
    assert left_out[f"held.{what}_retired"] == count


@pytest.mark.parametrize(
    ("english", "remark"),
    [
        ("{clinic}: chemo today? {phone} STOP", "chemo"),
        ("{clinic}: come “now” {phone} STOP", "left double quotation mark"),
        ("{clinic}: please call. {phone}", "with the word STOP"),
        ("{clinic}: {phone} STOP " + "x" * 160, "too many for one text"),
        ("{clinic}: {phone} {drug} STOP", "no field called drug"),
    ],
)
def test_words_that_may_not_be_sent_are_not_kept_and_the_reason_stands_at_the_field(
    two: Two, english: str, remark: str
) -> None:
    page = write_template(two.first, en_1=english)
    assert remark in re.sub(r"\s+", " ", page.replace("&#34;", '"'))
    assert 'href="#en_1"' in page
    with two.parts.database.read() as connection:
        kinds = connection.execute(select(templates.c.kind).where(templates.c.clinic_id == two.clinic_id)).scalars()
        assert "Please call" not in set(kinds)


def test_the_check_without_a_script_names_the_price_and_keeps_nothing(two: Two) -> None:
    two.first.get("/console/templates/new")
    form = {"kind": "Accents", "en_1": WORDS, "es_1": "{clinic}: cámbiela {phone} ALTO", "check": "yes"}
    page = two.first.send("/console/templates/new", form).text
    assert "á (latin small letter a with acute)" in page
    assert "á</strong>" in page


def test_nobody_approves_what_they_prepared_and_sums_match_to_the_end(two: Two, clock: Clock) -> None:
    two.first.get("/console/broadcasts/new/visits")
    made = two.first.send("/console/broadcasts/new/visits", {"days": "both"})
    run = two.run()
    assert made.location == f"/console/broadcasts/{run}"
    page = two.first.get(made.location).text
    assert "Another person has to approve it" in page
    assert "Nobody has recorded that this person agreed" in page
    assert two.first.send(f"/console/broadcasts/{run}/approve").status_code == 409
    two.second.get(f"/console/broadcasts/{run}/approve")
    assert two.second.send(f"/console/broadcasts/{run}/approve").status_code == 303
    assert "The first goes at" in two.first.get(f"/console/broadcasts/{run}").text
    for step, state in (("pause", "Paused"), ("resume", "Approved"), ("undo", "Cancelled")):
        two.second.get(f"/console/broadcasts/{run}")
        assert two.second.send(f"/console/broadcasts/{run}/{step}").status_code == 303, step
        part = two.second.get(f"/console/broadcasts/{run}/progress").text
        assert state in part
        *groups, together = map(int, re.findall(r'class="number">(\d+)<', part))
        assert sum(groups) == together
    with two.parts.database.read() as connection:
        assert together == sum(counts(connection, two.clinic_id, run).values())


@given(st.dictionaries(st.sampled_from([*sum(GROUPS.values(), ()), "strange"]), st.integers(0, 10**6)))
def test_every_message_is_in_one_group_whatever_its_state(by_state: dict[str, int]) -> None:
    far = progress(by_state)
    assert sum(far.groups.values()) == far.total == sum(by_state.values())
    assert 0 <= far.done <= far.most
    assert 0 <= far.percent <= 100


def test_polling_does_not_keep_anybody_signed_in(two: Two, clock: Clock) -> None:
    two.first.get("/console/broadcasts/new/visits")
    two.first.send("/console/broadcasts/new/visits", {"days": "both"})
    for _ in range(4):
        clock.pass_time(240)
        last = two.first.get(f"/console/broadcasts/{two.run()}/progress")
    assert last.status_code == 401


def test_a_list_with_a_bad_line_is_refused_with_its_number_and_one_sent_before_is_asked_about(two: Two) -> None:
    address = "/console/broadcasts/new/message"
    two.first.get(address)
    page = two.first.get(address).text
    site = re.search(r'<select id="site".*?value="(\d+)"', page, re.S)
    form = {"template": "follow_up", "site": site[1] if site else "", "language": ""}
    bad = two.first.send(address, form | {"numbers": "812-555-0101\nnobody"})
    assert bad.status_code == 422
    assert "Line 2:" in bad.text
    listed = form | {"numbers": "812-555-0101\n812-555-0102"}
    assert two.first.send(address, listed).status_code == 303
    two.first.get(address)
    asked = two.first.send(address, listed)
    assert asked.status_code == 422
    assert "got a broadcast before" in asked.text
    assert two.first.send(address, listed | {"again": "y"}).status_code == 303


def test_closing_a_day_is_planned_for_who_is_booked_and_waits_for_another_person(two: Two) -> None:
    address = "/console/broadcasts/new/closing"
    with two.parts.database.read() as connection:
        booked = connection.execute(select(visits.c.site_id, visits.c.local_day).limit(1)).one()
    two.first.get(address)
    made = two.first.send(address, {"site": str(booked.site_id), "day": booked.local_day})
    assert made.status_code == 303
    assert "Another person has to approve it" in two.first.get(made.location).text
    assert two.first.send(address, {"site": str(booked.site_id), "day": "2026-01-01"}).status_code == 422


def test_a_test_goes_to_the_phone_that_was_typed_and_to_none_that_said_stop(two: Two) -> None:
    two.first.get("/console/broadcasts/new/visits")
    two.first.send("/console/broadcasts/new/visits", {"days": "both"})
    address = f"/console/broadcasts/{two.run()}"
    two.first.get(address)
    two.first.send(f"{address}/test", {"number": "202-555-0134", "language": "es"})
    assert "Look at your phone" in two.first.get(address).text
    with two.parts.database.read() as connection:
        rows = connection.execute(select(simulated.c.to_number, simulated.c.body)).all()
    assert [row.to_number for row in rows] == ["+12025550134"]
    assert "ALTO" in rows[0].body
    two.first.send(f"{address}/test", {"number": "nobody"})
    assert "no phone number" in two.first.get(address).text


def test_no_cell_of_the_report_is_a_formula(two: Two) -> None:
    privacy = Privacy(two.parts.vault, two.parts.settings.phone_key)
    two.first.get("/console/broadcasts/new/visits")
    two.first.send("/console/broadcasts/new/visits", {"days": "both"})
    run = two.run()
    with two.parts.database.write() as connection:
        patient = connection.execute(
            select(deliveries.c.patient_id).where(deliveries.c.broadcast_id == run).limit(1)
        ).scalar_one()
        sealed = privacy.seal("=HYPERLINK(1)", "patients.name_sealed", patient)
        connection.execute(update(patients).where(patients.c.id == patient).values(name_sealed=sealed))
    rows = list(csv.reader(io.StringIO(two.first.get(f"/console/broadcasts/{run}/report.csv").text.lstrip("\ufeff"))))
    assert any("HYPERLINK" in cell for row in rows for cell in row)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "＝"))]
    with two.parts.database.read() as connection:
        assert len(rows) - 1 == sum(counts(connection, two.clinic_id, run).values())


@pytest.mark.parametrize(("decision", "state"), [("keep", "booked"), ("cancelled", "cancelled")])
def test_a_held_visit_stands_or_is_cancelled_by_one_press(two: Two, decision: str, state: str) -> None:
    with two.parts.database.write() as connection:
        held = connection.execute(select(visits.c.id).limit(1)).scalar_one()
        connection.execute(update(visits).where(visits.c.id == held).values(state="held"))
    assert "waits for your decision" in two.first.get("/console/visits").text
    two.first.send(f"/console/visits/{held}/decide", {"decision": decision})
    with two.parts.database.read() as connection:
        assert connection.execute(select(visits.c.state).where(visits.c.id == held)).scalar_one() == state


def test_a_plan_is_made_once_and_approved_by_somebody_else(two: Two) -> None:
    two.first.get("/console/plans")
    assert two.first.send("/console/plans/new", {"kind": "1 day", "channels": "text"}).status_code == 422
    assert two.first.send("/console/plans/new", {"kind": "every 3 months", "channels": "text"}).status_code == 303
    page = two.second.get("/console/plans").text
    plan = re.search(r"/console/plans/(\d+)/approve", page)
    assert plan
    assert two.second.send(plan[0]).status_code == 303
    assert "/approve" not in two.second.get("/console/plans").text


def test_a_day_of_a_thousand_visits_comes_page_by_page(two: Two) -> None:
    with two.parts.database.write() as connection:
        patient, site = connection.execute(select(visits.c.patient_id, visits.c.site_id).limit(1)).one()
        row = {"clinic_id": two.clinic_id, "patient_id": patient, "site_id": site, "local_day": "2026-12-24"}
        many = [row | {"ref": f"many {n}", "starts_at": NOW + 86400 * 31 + 60 * (n // 3)} for n in range(130)]
        connection.execute(insert(visits), many)
    address, seen = "/console/visits?day=2026-12-24", 0
    while address:
        page = two.first.get(address).text
        seen += page.count('<tr><td data-head="Time"')
        after = re.search(r'rel="next" href="([^"]+)"', page)
        address = after[1].replace("&amp;", "&") if after else ""
    assert seen == 130
