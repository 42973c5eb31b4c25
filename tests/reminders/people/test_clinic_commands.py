"""The commands a clinic's staff type, one after another, against the sample clinic."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from service.cli import main
from service.reminders.privacy import Privacy
from service.settings import from_environment
from service.storage.database import Database
from service.storage.reminder_tables import contacts, patients, plans, templates, visits

RUTH, OMAR = "Ruth Sample", "Omar Sample"


@pytest.fixture
def env(tmp_path):
    return {"CLEARLINE_VAR": str(tmp_path / "var"), "TWILIO_ACCOUNT_SID": None, "DATABASE_URL": None}


@pytest.fixture
def clearline(env):
    """Runs a command and gives what it printed; `fails` where it should."""

    def run(*words: str, typed: str = "", fails: bool = False) -> str:
        done = CliRunner().invoke(main, list(words), input=typed, env=env)
        assert (done.exit_code != 0) is fails, done.output
        return done.output

    return run


@pytest.fixture
def demo(clearline) -> str:
    return clearline("demo")


@pytest.fixture
def opened(env, demo):
    """The sample's database and what opens it."""
    settings = from_environment({k: v for k, v in env.items() if v})
    database = Database(settings.database_url)
    yield database, Privacy.of(settings)
    database.close()


def test_the_sample_is_ready_to_plan(demo, opened):
    database, privacy = opened
    with database.read() as c:
        people = c.execute(select(patients)).all()
        numbers = [privacy.open(r.phone_sealed, "contacts.phone_sealed", r.id) for r in c.execute(select(contacts))]
        booked = c.execute(select(visits.c.local_day).distinct()).all()
        approvals = c.execute(select(templates.c.first_by, templates.c.approved_by).distinct()).all()
        planned = c.execute(select(plans.c.kind).where(plans.c.approved_at.is_not(None))).scalars().all()
    assert len(people) == 200
    assert [number for number in numbers if not re.fullmatch(r"\+1(812|502|317)55501\d\d", number)] == []
    assert len(booked) == 1
    assert approvals == [(RUTH, OMAR)]
    assert planned == ["7 days", "1 day", "2 hours"]


def test_the_sample_is_made_once(demo, clearline):
    assert "There is a clinic named Lakeside Clinic (sample) already." in clearline("demo", fails=True)


def test_a_clinic_is_set_up_from_nothing(clearline):
    new = ("clinic", "create", "Hope Center", "--zone", "America/Chicago", "--administrator", "Ada")
    assert "cannot stand in texts" in clearline(*new, "--texts-as", "Hope Cancer Center", fails=True)
    assert "load its opt-outs first" in clearline(*new, "--texts-as", "Lakeside Clinic", "--moving")
    clearline("clinic", "site", "Evansville", "--town", "Evansville", "--day-phone", "+18125550100", "--as", "Ada")
    clearline("clinic", "sender", "+15555550100", "--role", "both", "--as", "Ada")
    clearline("staff", "add", "Bea", "--role", "administrator", "--as", "Ada")
    assert "does not work here" in clearline("staff", "add", "Cid", "--as", "Nobody", fails=True)
    shown = clearline("clinic", "show")
    for words in ("NOT SENDING", "site Evansville", "sender +15555550100", "administrator Bea", "patients: 0"):
        assert words in shown
    assert "Nobody had opted out".lower() in clearline("import", "optouts", "--none", "--as", "Ada").lower()
    assert "NOT SENDING" not in clearline("clinic", "show")


def test_a_list_is_shown_asked_about_and_loaded(demo, clearline, tmp_path):
    path = tmp_path / "morning.csv"
    path.write_text(
        "Report\nChart,Person,Cell\nN1,Ana Ruiz,812-555-0134\nN2,Ben Stone,5.55E+09\nN3,Eva,812-555-0136\n"
    )
    assert "Person" in clearline("import", "patients", str(path), "--as", RUTH, "--dry-run").split("not used:")[1]
    said = ("--column", "name=Person", "--as", RUTH)
    tried = clearline("import", "patients", str(path), *said, "--dry-run")
    assert "Nothing was changed" in tried
    assert "line 4: Excel shortened this number" in tried
    done = clearline("import", "patients", str(path), *said, typed="y\nmorning\ny\n")
    assert "1 rows to correct and load again" in done
    assert "was loaded on" in clearline("import", "patients", str(path), "--as", RUTH, "--yes", fails=True)
    again = clearline("import", "patients", str(path), "--as", RUTH, "--yes", "--again")
    assert "Same shape as last time (morning)." in again


def test_a_visit_no_longer_listed_waits_for_a_decision(demo, clearline, tmp_path):
    (listed,) = (tmp_path / "var" / "demo").glob("visits-*.csv")
    lines = listed.read_text().splitlines()
    shorter = tmp_path / "shorter.csv"
    shorter.write_text("\n".join(lines[:1] + lines[3:]) + "\n")
    assert "2 no longer listed" in clearline("import", "visits", str(shorter), "--as", RUTH, "--yes")
    held = re.findall(r"visit (\d+), patient", clearline("visits", "held"))
    assert len(held) == 2
    clearline("visits", "decide", "keep", held[0], "--as", RUTH)
    clearline("visits", "decide", "cancelled", held[1], "--as", RUTH)
    assert "0 visits wait" in clearline("visits", "held")


def test_a_death_and_its_correction_by_two_people(demo, clearline):
    assert "1 visits" in clearline("patient", "died", "S1003", "--as", RUTH)
    assert "second person" in clearline("patient", "revive", "S1003", "--as", RUTH)
    assert "second person" in clearline("patient", "revive", "S1003", "--as", RUTH, fails=True)
    assert "active again" in clearline("patient", "revive", "S1003", "--as", OMAR)


def test_a_card_for_the_desk(demo, clearline):
    printed = clearline("patient", "card", "S1003", "--as", RUTH)
    assert re.search(r"text JOIN \d{4} to .*, or call it, press 4,", printed)


def test_an_erased_patient_is_gone(demo, clearline):
    assert "S1003" in clearline("patient", "show", "S1003", "--as", RUTH)
    clearline("patient", "erase", "S1003", "--as", RUTH, "--yes")
    assert "no patient with the number" in clearline("patient", "show", "S1003", "--as", RUTH, fails=True)


def test_somebody_who_leaves_can_act_no_more(demo, clearline):
    clearline("staff", "hand-over", RUTH, "--to", OMAR, "--as", OMAR)
    assert "does not work here" in clearline("patient", "died", "S1003", "--as", RUTH, fails=True)
    assert "only administrator" in clearline(
        "staff", "hand-over", OMAR, "--to", "Carla Sample", "--as", OMAR, fails=True
    )


def test_purge_and_a_new_key_run_through(demo, clearline):
    assert "replies 0" in clearline("purge")
    assert "0 sealed anew" in clearline("keys", "rotate")
