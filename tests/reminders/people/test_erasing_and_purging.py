"""What identifies people goes when it must: erased on demand, purged with time, but never what is still open."""

import pytest
from databases import on_both_databases
from made_clinics import DAY, NOW, NUMBER
from sqlalchemy import select, update

from service.gateway.outbox_carrier import OutboxCarrier
from service.reminders import contacts, erase, jobs, optouts, people, purge
from service.reminders.post import Post
from service.reminders.reconcile import Lists
from service.reminders.retention import Retention, change_retention
from service.storage.reminder_tables import contacts as phones
from service.storage.reminder_tables import deliveries, patients, replies, tasks


@on_both_databases
def test_erasing_leaves_nothing_that_identifies(database, privacy, lakeside, row):
    phone = privacy.phone(NUMBER)
    with database.write() as c:
        optouts.stop_phone(c, phone, "text", NOW)
        erased = erase.erase_patient(c, lakeside.clinic, lakeside.patient, "Ruth", NOW)
    assert erased == erase.Erased(phones=1, shared_phones=0, replies=1)
    patient, contact = row(patients, lakeside.patient), row(phones, lakeside.contact)
    assert (patient["name_sealed"], patient["clinic_ref_sealed"], patient["first_initial"]) == (None, None, "")
    assert (contact["phone_sealed"], phone in contact["phone"]) == (None, False)
    assert row(replies, lakeside.reply)["words_sealed"] is None
    assert row(deliveries, lakeside.delivery)["fields"] == "{}"
    with database.read() as c:
        assert people.find_patient(c, privacy, lakeside.clinic, "MRN1") is None
        # That the phone said STOP is still known.
        assert optouts.is_stopped(c, lakeside.clinic, phone)


def test_a_phone_of_two_people_stays_for_the_other(database, privacy, lakeside, row):
    with database.write() as c:
        wife = people.save_patient(c, privacy, lakeside.clinic, "MRN2", "Eva Ruiz", "E", NOW)
        contacts.link(c, lakeside.clinic, wife, lakeside.contact, "E")
        assert erase.erase_patient(c, lakeside.clinic, lakeside.patient, "Ruth", NOW).shared_phones == 1
        assert contacts.number_of(c, privacy, lakeside.clinic, lakeside.contact) == NUMBER
        assert contacts.patients_of(c, lakeside.clinic, lakeside.contact) == [wife]


@on_both_databases
def test_words_with_an_open_task_stay_however_old(database, lakeside, row):
    with database.write() as c:
        assert purge.purge(c, lakeside.clinic, NOW + 400 * DAY).replies == 0
    assert row(replies, lakeside.reply)["words_sealed"] is not None


@on_both_databases
def test_closed_words_are_listed_once_a_week_before_they_go(database, lakeside, row):
    with database.write() as c:
        c.execute(update(tasks).values(closed_at=NOW, outcome="reached"))
        assert purge.leaving_soon(c, lakeside.clinic, NOW + 20 * DAY) == []
        assert purge.purge(c, lakeside.clinic, NOW + 31 * DAY).replies == 0, "nobody has seen the list yet"
        (listed,) = purge.leaving_soon(c, lakeside.clinic, NOW + 24 * DAY, mark=True)
        assert (listed.reply_id, listed.goes_at) == (lakeside.reply, NOW + 30 * DAY)
        assert purge.leaving_soon(c, lakeside.clinic, NOW + 24 * DAY, mark=True) == []
        assert purge.leaving_soon(c, lakeside.clinic, NOW + 29 * DAY) == [listed], "staff see it until it goes"
        assert purge.purge(c, lakeside.clinic, NOW + 29 * DAY).replies == 0
        assert purge.purge(c, lakeside.clinic, NOW + 31 * DAY).replies == 1
    assert row(replies, lakeside.reply)["words_sealed"] is None


def test_a_clinic_that_keeps_words_for_two_weeks_has_them_listed_after_one(database, lakeside, row):
    with database.write() as c:
        c.execute(update(tasks).values(closed_at=NOW))
        change_retention(c, lakeside.clinic, Retention(14, 365), "Ruth", NOW)
        assert purge.leaving_soon(c, lakeside.clinic, NOW + 6 * DAY) == []
        assert purge.leaving_soon(c, lakeside.clinic, NOW + 8 * DAY, mark=True)[0].goes_at == NOW + 14 * DAY
        assert purge.purge(c, lakeside.clinic, NOW + 13 * DAY).replies == 0
        assert purge.purge(c, lakeside.clinic, NOW + 16 * DAY).replies == 1


def test_a_year_of_messages_is_kept_where_a_clinic_chose_that(database, lakeside):
    with database.write() as c:
        c.execute(update(tasks).values(closed_at=NOW))
        c.execute(update(deliveries).values(state="delivered", final_at=NOW))
        change_retention(c, lakeside.clinic, Retention(30, 365), "Ruth", NOW)
        assert purge.purge(c, lakeside.clinic, NOW + 364 * DAY).deliveries == 0
        assert purge.purge(c, lakeside.clinic, NOW + 366 * DAY).deliveries == 1


def test_words_copied_to_the_chart_need_no_list(database, lakeside):
    with database.write() as c:
        c.execute(update(tasks).values(closed_at=NOW, copied_at=NOW))
        assert purge.leaving_soon(c, lakeside.clinic, NOW + 24 * DAY) == []
        assert purge.purge(c, lakeside.clinic, NOW + 31 * DAY).replies == 1


@pytest.mark.parametrize(
    ("state", "gone"), [("delivered", 1), ("cancelled", 1), ("unknown", 0), ("queued", 0), ("accepted", 0)]
)
def test_deliveries_go_after_half_a_year_but_no_open_one(database, lakeside, state, gone):
    with database.write() as c:
        c.execute(update(tasks).values(closed_at=NOW))
        c.execute(update(deliveries).values(state=state, final_at=NOW))
        assert purge.purge(c, lakeside.clinic, NOW + 179 * DAY).deliveries == 0
        assert purge.purge(c, lakeside.clinic, NOW + 181 * DAY).deliveries == gone
        assert len(c.execute(select(deliveries.c.id)).all()) == 1 - gone


def test_the_worker_lists_what_goes_before_it_lets_go(database, privacy, lakeside, row, tmp_path):
    with database.write() as c:
        c.execute(update(tasks).values(closed_at=NOW, outcome="reached"))
    for day, still_kept in ((24, True), (29, True), (32, False)):
        jobs.let_go(work_at(NOW + day * DAY, database, privacy, tmp_path))
        assert (row(replies, lakeside.reply)["words_sealed"] is not None) == still_kept


def work_at(now, database, privacy, folder):
    carrier = OutboxCarrier(database, lambda: now)
    post = Post(database, privacy, carrier, "http://localhost", lambda: now)
    return jobs.Work(post, Lists(database, privacy, carrier, lambda: now), lambda: now, folder)
