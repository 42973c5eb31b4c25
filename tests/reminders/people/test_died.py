"""A death ends everything at once, and only two people can take it back."""

import pytest
from databases import on_both_databases
from made_clinics import DAY, NOW
from sqlalchemy import select

from service.reminders import contacts, died, people
from service.reminders.consent import Channel, history, in_force
from service.reminders.refused import Refused
from service.storage.reminder_tables import deliveries, patients, questions, tasks, visits


@on_both_databases
def test_a_death_ends_everything_at_once(database, lakeside, row):
    with database.write() as c:
        ended = died.record_death(c, lakeside.clinic, lakeside.patient, "Carla", NOW)
    assert ended == died.Ended(visits=1, deliveries=1, tasks=1, phones=1)
    assert row(patients, lakeside.patient)["state"] == "died"
    assert row(visits, lakeside.visit)["state"] == "cancelled"
    assert (row(deliveries, lakeside.delivery)["state"], row(tasks, lakeside.task)["outcome"]) == (
        "cancelled",
        "died",
    )
    with database.read() as c:
        assert in_force(c, lakeside.clinic, lakeside.contact) == frozenset()
        assert c.execute(select(questions.c.open_until)).scalar_one() == NOW


def test_a_second_report_changes_nothing(database, lakeside, row):
    with database.write() as c:
        died.record_death(c, lakeside.clinic, lakeside.patient, "Carla", NOW)
        assert died.record_death(c, lakeside.clinic, lakeside.patient, "Omar", NOW + DAY) == died.Ended(0, 0, 0, 0)
    assert row(patients, lakeside.patient)["died_by"] == "Carla"


def test_a_phone_that_serves_somebody_else_goes_on(database, privacy, lakeside):
    with database.write() as c:
        wife = people.save_patient(c, privacy, lakeside.clinic, "MRN2", "Eva Ruiz", "E", NOW)
        contacts.link(c, lakeside.clinic, wife, lakeside.contact, "E")
        assert died.record_death(c, lakeside.clinic, lakeside.patient, "Carla", NOW).phones == 0
        assert in_force(c, lakeside.clinic, lakeside.contact) == set(Channel)


def test_what_already_happened_stays(database, lakeside, row):
    with database.write() as c:
        c.execute(visits.update().values(state="done", starts_at=NOW - DAY))
        died.record_death(c, lakeside.clinic, lakeside.patient, "Carla", NOW)
    assert row(visits, lakeside.visit)["state"] == "done"


@on_both_databases
def test_two_people_take_a_mistake_back(database, lakeside, row):
    with database.write() as c:
        died.record_death(c, lakeside.clinic, lakeside.patient, "Carla", NOW)
        assert died.revive(c, lakeside.clinic, lakeside.patient, "Ruth", NOW + 1) is False
    assert row(patients, lakeside.patient)["state"] == "died"
    with database.write() as c, pytest.raises(Refused, match="second person"):
        died.revive(c, lakeside.clinic, lakeside.patient, "Ruth", NOW + 2)
    with database.write() as c:
        assert died.revive(c, lakeside.clinic, lakeside.patient, "Omar", NOW + 3) is True
        assert in_force(c, lakeside.clinic, lakeside.contact) == set(Channel)
        assert len(history(c, lakeside.clinic, lakeside.contact)) == 4
    assert row(patients, lakeside.patient)["state"] == "active"


def test_consent_that_the_person_ended_before_does_not_come_back(database, lakeside):
    from service.reminders.consent import end_consents

    with database.write() as c:
        end_consents(c, lakeside.clinic, [lakeside.contact], "asked", NOW, (Channel.CALL,))
        died.record_death(c, lakeside.clinic, lakeside.patient, "Carla", NOW)
        died.revive(c, lakeside.clinic, lakeside.patient, "Ruth", NOW)
        died.revive(c, lakeside.clinic, lakeside.patient, "Omar", NOW)
        assert in_force(c, lakeside.clinic, lakeside.contact) == {Channel.TEXT}
