"""A list of visits changes, cancels and adds; what it no longer names is held until somebody decides."""

from datetime import date

import pytest
from databases import on_both_databases
from made_lists import NOW, PATIENTS, VISITS
from sqlalchemy import insert, update

from service.reminders.clinics import Site, add_site
from service.reminders.imports.columns import Kind
from service.reminders.refused import Refused
from service.reminders.visits import DEATH_TOLD, Decision, decide, held_visits
from service.storage.database import StorageDown
from service.storage.reminder_tables import broadcasts, contacts, deliveries, files, patients, plans, visits

BOTH_DAYS = (date(2026, 11, 26), date(2026, 11, 26))


@pytest.fixture
def booked(load_list, database, rows):
    """Two visits, each with a message that waits."""
    load_list(Kind.PATIENTS, PATIENTS)
    load_list(Kind.VISITS, VISITS)
    with database.write() as c:
        run = c.execute(
            insert(broadcasts).values(clinic_id=load_list.clinic.id, kind="daily").returning(broadcasts.c.id)
        )
        run_id = run.scalar_one()
        for visit, contact in zip(rows(visits), rows(contacts), strict=True):
            values = {"clinic_id": load_list.clinic.id, "broadcast_id": run_id, "contact_id": contact["id"],
                      "patient_id": visit["patient_id"], "visits": f"[{visit['id']}]", "due_at": NOW}  # fmt: skip
            c.execute(insert(deliveries).values(values))
    return load_list


@pytest.fixture
def states(rows):
    """The states of all visits and of all messages, in order."""
    return lambda: ([v["state"] for v in rows(visits)], [d["state"] for d in rows(deliveries)])


@on_both_databases
def test_new_visits_are_booked_at_their_local_time(booked, rows):
    assert [(v["local_day"], v["starts_at"], v["state"]) for v in rows(visits)] == [
        ("2026-11-26", 1795725000, "booked"),
        ("2026-11-26", 1795705200, "booked"),
    ]


@on_both_databases
def test_an_unchanged_list_changes_nothing(booked, states):
    loaded = booked(Kind.VISITS, VISITS + "\n", now=NOW + 60)
    assert (loaded.tally.counts["unchanged visits"], loaded.held) == (2, [])
    assert states() == (["booked", "booked"], ["queued", "queued"])


@on_both_databases
def test_a_moved_visit_loses_its_old_message_and_its_confirmation(booked, database, rows, states):
    with database.write() as c:
        c.execute(update(visits).values(confirmed_at=NOW))
    loaded = booked(Kind.VISITS, VISITS.replace("1430", "1530"))
    assert (loaded.tally.counts["moved visits"], loaded.messages) == (1, 1)
    assert rows(visits)[0]["starts_at"] - 1795725000 == 3600
    assert [v["confirmed_at"] for v in rows(visits)] == [None, NOW]
    assert states() == (["booked", "booked"], ["cancelled", "queued"])


@pytest.mark.parametrize(
    ("word", "state"),
    [("Canceled", "cancelled"), ("Rescheduled", "cancelled"), ("No Show", "noshow"), ("Arrived", "done")],
)
def test_a_status_word_ends_the_visits_messages(booked, states, word, state):
    booked(Kind.VISITS, VISITS.replace("1430,Scheduled", f"1430,{word}"))
    assert states() == ([state, "booked"], ["cancelled", "queued"])


def test_a_cancelled_visit_may_be_booked_again(booked, states):
    booked(Kind.VISITS, VISITS.replace("1430,Scheduled", "1430,Canceled"))
    again = booked(Kind.VISITS, VISITS + "\n")
    assert again.tally.counts["booked again"] == 1
    assert states()[0] == ["booked", "booked"]


ONE_LEFT = "Visit ID,MRN,Appt Dt/Tm,Status\nV2,2,11/26/2026 0900,Scheduled\n"


@on_both_databases
def test_a_visit_no_longer_listed_is_held_with_its_messages(booked, database, states, rows):
    loaded = booked(Kind.VISITS, ONE_LEFT)
    assert loaded.held == [rows(visits)[0]["id"]]
    assert states() == (["held", "booked"], ["held", "queued"])
    with database.read() as c:
        assert [visit.id for visit in held_visits(c, booked.clinic.id)] == loaded.held


@pytest.mark.parametrize(
    ("decision", "visit", "message"),
    [(Decision.KEEP, "booked", "queued"), (Decision.CANCELLED, "cancelled", "cancelled")],
)
def test_somebody_decides_about_a_held_visit(booked, database, states, decision, visit, message):
    (held,) = booked(Kind.VISITS, ONE_LEFT).held
    with database.write() as c:
        assert decide(c, booked.clinic.id, held, decision, "Carla", NOW) == 1
    assert states() == ([visit, "booked"], [message, "queued"])
    with database.write() as c, pytest.raises(Refused):
        decide(c, booked.clinic.id, held, decision, "Carla", NOW)


def test_a_held_visit_that_is_listed_again_goes_on(booked, states):
    booked(Kind.VISITS, ONE_LEFT)
    assert booked(Kind.VISITS, VISITS + "\n").tally.counts["listed again"] == 1
    assert states() == (["booked", "booked"], ["queued", "queued"])


def test_a_list_speaks_only_for_the_days_it_covers(booked, states):
    other_day = "Visit ID,MRN,Appt Dt/Tm,Status\nV9,2,11/27/2026 0900,Scheduled\n"
    assert booked(Kind.VISITS, other_day).held == []
    assert len(booked(Kind.VISITS, other_day + "\n", covers=(date(2026, 11, 26), date(2026, 11, 27))).held) == 2


def test_a_list_speaks_only_for_its_sites(booked, database, states):
    with database.write() as c:
        for name, zone in (("Evansville", "America/Chicago"), ("Louisville", "America/New_York")):
            add_site(c, booked.clinic.id, Site(name, zone, town=name), "Ruth", NOW)
    from made_lists import Loader

    sited = Loader(database, booked.privacy, booked.folder / "..", booked.clinic.id)
    at = "Visit ID,MRN,Appt Dt/Tm,Dept\n"
    sited(Kind.VISITS, at + "E1,1,11/26/2026 1000,Evansville\nE2,1,11/26/2026 1200,ONC INF EVV\n",
          places={"ONC INF EVV": "Evansville"})  # fmt: skip
    loaded = sited(Kind.VISITS, at + "L1,2,11/26/2026 1000,Louisville\n")
    assert loaded.held == [], "Evansville's list is another one"
    assert len(sited(Kind.VISITS, at + "E1,1,11/26/2026 1000,Evansville\n").held) == 1


def test_an_unknown_place_is_asked_about(booked, database):
    with database.write() as c:
        for name in ("Evansville", "Louisville"):
            add_site(c, booked.clinic.id, Site(name, "America/Chicago"), "Ruth", NOW)
    from made_lists import Loader

    sited = Loader(database, booked.privacy, booked.folder / "..", booked.clinic.id)
    rows = "E1,1,11/26/2026 1000,Evansville\nE2,1,11/26/2026 1100,Evansville\nE3,1,11/26/2026 1200,ONC INF\n"
    bad = sited(Kind.VISITS, "Visit ID,MRN,Appt Dt/Tm,Dept\n" + rows).tally.bad
    assert "Your sites are: Evansville, Louisville. Say which one it is" in bad[4].say()
    assert '--place "ONC INF=SITE"' in bad[4].say()


def test_a_row_that_cannot_be_read_does_not_count_as_gone(booked, states):
    loaded = booked(Kind.VISITS, VISITS.replace("11/26/2026 1430", "soon"))
    assert (list(loaded.tally.bad), loaded.held) == ([2], [])
    assert states()[0] == ["booked", "booked"]


def test_an_unknown_patient_is_named(booked):
    loaded = booked(Kind.VISITS, VISITS + "V3,77,11/26/2026 1500,Scheduled\n")
    assert loaded.tally.bad[4].say().startswith("line 4: We do not know this patient.")


def test_a_list_that_introduces_its_patients_brings_them(load_list, rows):
    content = """Appointment report,,,,,
Pt Name,MRN,Appt Dt/Tm,Mobile,Lang,Status
"Ruiz, Ana",1,11/26/2026 1430,812-555-0134,Spanish,Scheduled
"Ruiz, Ana",1,11/26/2026 1530,812-555-0134,Spanish,Scheduled
"Stone, Ben",2,11/26/2026 0900,5.55E+09,English,Scheduled
"Vega, Eva",3,11/26/2026 1000,812-555-0136,English,Deceased
"""
    loaded = load_list(Kind.VISITS, content.encode("utf-16"))
    assert (loaded.tally.counts["new patients"], loaded.tally.counts["marked as died"]) == (3, 1)
    assert [v["state"] for v in rows(visits)] == ["booked", "booked", "booked"], "none for her who died"
    assert "Excel shortened" in loaded.tally.notes[0].say()
    assert [p["state"] for p in rows(patients)] == ["active", "active", "died"]


def test_a_list_without_visit_numbers_knows_a_visit_by_patient_start_and_place(load_list, rows):
    load_list(Kind.PATIENTS, PATIENTS)
    content = "MRN,Appt Dt/Tm\n1,11/26/2026 1430\n2,11/26/2026 0900\n"
    load_list(Kind.VISITS, content)
    moved = load_list(Kind.VISITS, content.replace("1430", "1530"))
    assert (moved.tally.counts["new visits"], len(moved.held)) == (1, 1)
    assert [v["state"] for v in rows(visits)] == ["held", "booked", "booked"]


def test_a_visit_for_somebody_who_died_is_not_booked(booked, database, rows):
    from service.reminders.died import record_death

    with database.write() as c:
        record_death(c, booked.clinic.id, rows(patients)[0]["id"], "Carla", NOW)
    booked(Kind.VISITS, VISITS + "V3,1,11/26/2026 1700,Scheduled\n")
    assert [v["state"] for v in rows(visits)] == ["cancelled", "booked"]


@on_both_databases
def test_a_load_that_breaks_off_leaves_nothing_behind(booked, rows, states):
    def break_off(done: int) -> None:
        raise StorageDown("the disk is full")

    before = (states(), len(rows(files)))
    with pytest.raises(StorageDown):
        booked(Kind.VISITS, VISITS.replace("1430", "1530"), progress=break_off)
    assert (states(), len(rows(files))) == before


@on_both_databases
def test_a_list_does_not_book_again_what_a_told_death_holds(booked, database, states):
    with database.write() as c:
        c.execute(update(visits).values(state="held", held_why=DEATH_TOLD))
    booked(Kind.VISITS, VISITS + "\n", now=NOW + 60)
    assert states()[0] == ["held", "held"]
    booked(Kind.VISITS, VISITS.replace("1430", "1530"), now=NOW + 120)
    assert states()[0] == ["held", "held"]


def test_whoever_asked_to_hear_only_of_changes_hears_that_a_list_moved_their_visit(booked, database, rows):
    with database.write() as c:
        c.execute(insert(plans).values(clinic_id=booked.clinic.id, kind="1 day", template_kind="visit"))
        c.execute(update(contacts).values(fewer="changes"))
    booked(Kind.VISITS, VISITS.replace("1430", "1530"), now=NOW)
    told = [row for row in rows(deliveries) if row["dedupe"].endswith(":change")]
    assert [row["visit_id"] for row in told] == [rows(visits)[0]["id"]]
    assert [run["kind"] for run in rows(broadcasts)] == ["daily", "change"]
