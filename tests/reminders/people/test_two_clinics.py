"""Two clinics in one installation: whatever one does, even with the other's ids, it neither sees nor changes them."""

from __future__ import annotations

import inspect

import pytest
from databases import on_both_databases
from made_clinics import DAY, NOW, NUMBER
from sqlalchemy import select, update

from service.languages import Language
from service.reminders import (
    at_the_desk,
    audit,
    call_log,
    clinics,
    consent,
    contacts,
    desk_consent,
    died,
    erase,
    join,
    left,
    optouts,
    people,
    purge,
    retention,
    staff,
    visits,
    waiting,
)
from service.reminders.imports import columns, loading
from service.reminders.imports import consents as consent_list
from service.reminders.imports import optouts as optout_list
from service.reminders.imports import patients as patient_list
from service.reminders.imports import phones as phone_list
from service.reminders.imports import visits as visit_list
from service.reminders.imports.bookings import Booking
from service.reminders.imports.cells import Status
from service.reminders.imports.columns import Kind, Match
from service.reminders.imports.persons import Person
from service.reminders.imports.tally import Tally
from service.reminders.refused import Refused
from service.storage import reminder_tables
from service.storage.database import StorageDown

AGREED = consent.Consent(consent.Channel.TEXT, "words", "1", "paper", NOW, "Carla")
PERSON = Person(2, "MRN1", "Mallory", "M", (contacts.NewContact(NUMBER, never_call=True),), Status.DIED)
BOOKING = Booking(2, "visit:V1", PERSON, NOW + 2 * DAY, "2026-11-20", None, Status.CANCELLED, True)
COVERED = visit_list.Covered("2026-01-01", "2027-01-01", frozenset({None}))

FAX = "+15025550177"
GIVEN = consent_list.Given(2, FAX, "", (consent.Channel.TEXT,), NOW, "w", "s", "paper", "patient")

EVERY = reminder_tables.deliveries.c.id > 0
REFUSED = "it is refused, by us or by the database"
OWN_WORK = "it does its work, for its own clinic"

# Every function with a clinic is called for clinic One. What it takes is filled in by name, every id from the *other*
# clinic (see `arguments`); here stand only further arguments, and what must come of it.
CALLS = {
    audit.note: ({"what": "x", "about": "y"}, None),
    audit.first_broken: ({}, None),
    clinics.clinic: ({}, OWN_WORK),
    clinics.set_moving: ({"moving": True}, None),
    clinics.add_site: ({"site": clinics.Site("North", "America/Chicago")}, OWN_WORK),
    clinics.change_site: ({"site_id": 1, "site": clinics.Site("North", "America/Chicago")}, REFUSED),
    clinics.sites_of: ({}, []),
    clinics.add_sender: ({"sender": clinics.Sender(NUMBER)}, OWN_WORK),
    clinics.senders_of: ({}, []),
    clinics.shares_sender: ({}, False),
    staff.add_staff: ({"name": "Mallory", "role": "desk"}, OWN_WORK),
    staff.staff_of: ({}, OWN_WORK),
    staff.find_staff: ({"name": "Olga"}, REFUSED),
    staff.hand_over: ({"name": "Ruth", "to": "Omar"}, OWN_WORK),
    people.save_patient: ({"clinic_ref": "MRN1", "name": "Mallory", "initial": "M"}, OWN_WORK),
    people.find_patient: ({"clinic_ref": "OTHER"}, None),
    people.patient: ({}, REFUSED),
    people.show: ({}, REFUSED),
    people.rename: ({"name": "Mallory", "initial": "M"}, None),
    at_the_desk.add_phone: ({"number": NUMBER, "wishes": at_the_desk.Wishes()}, REFUSED),
    at_the_desk.phone_of: ({}, REFUSED),
    at_the_desk.change_wishes: ({"wishes": at_the_desk.Wishes(never_call=True)}, REFUSED),
    at_the_desk.take_away: ({}, None),
    at_the_desk.stop_for_them: ({}, None),
    at_the_desk.mark_good: ({}, None),
    contacts.save_contact: ({"new": contacts.NewContact(NUMBER, never_call=True)}, OWN_WORK),
    contacts.find_contact: ({"phone": "an index of the other"}, None),
    contacts.fill_in: ({"new": PERSON.phones[0]}, None),
    contacts.contacts_of: ({}, []),
    contacts.patients_of: ({}, []),
    contacts.link: ({}, REFUSED),
    contacts.change_contact: ({"fewer": "changes"}, REFUSED),
    contacts.mark_bad: ({"why": "x"}, None),
    contacts.number_of: ({}, ""),
    consent.record_consent: ({"consent": AGREED}, REFUSED),
    consent.end_consents: ({"why": "x"}, 0),
    consent.in_force: ({}, frozenset()),
    consent.history: ({}, []),
    consent.to_ask_again: ({"now": NOW + 400 * DAY}, []),
    optouts.carry_over: ({"phones": [("an index of both", NOW)], "how": "x"}, 1),
    optouts.lift: ({"phone": "an index of the other"}, None),
    optouts.is_stopped: ({"phone": "an index of the other"}, False),
    optouts.stopped: ({"phone": "an index of the other"}, OWN_WORK),
    optouts.unlock: ({}, None),
    visits.held_visits: ({}, []),
    visits.visits_of: ({}, []),
    visits.decide: ({"decision": visits.Decision.CANCELLED}, REFUSED),
    died.record_death: ({}, REFUSED),
    died.revive: ({}, REFUSED),
    erase.erase_patient: ({}, REFUSED),
    left.record_leaving: ({}, REFUSED),
    left.record_return: ({}, REFUSED),
    desk_consent.agree: (
        {"channel": consent.Channel.TEXT, "medium": "paper", "given_by": "patient", "given_at": NOW},
        REFUSED,
    ),
    desk_consent.withdraw: ({"channel": consent.Channel.TEXT}, False),
    call_log.listed: ({}, []),
    call_log.find: ({"call_id": 1}, None),
    call_log.of_phones: ({"phones": ["phone of a caller"]}, []),
    call_log.look: ({"staff_id": 1}, OWN_WORK),
    call_log.where_left: ({"since": 0}, []),
    call_log.forget: ({"phone": "phone of a caller"}, 0),
    call_log.purge_calls: ({"before": NOW + DAY}, 0),
    purge.leaving_soon: ({"now": NOW + 400 * DAY, "mark": True}, []),
    purge.purge: ({"now": NOW + 4000 * DAY}, OWN_WORK),
    retention.retention: ({}, OWN_WORK),
    retention.change_retention: ({"chosen": retention.Retention(14, 365)}, OWN_WORK),
    join.prepare_card: ({"chance": lambda n: 7}, REFUSED),
    waiting.cancel_of_patient: ({"reason": "x"}, 0),
    waiting.cancel_of_contacts: ({"reason": "x"}, 0),
    waiting.cancel_of_visits: ({"reason": "x"}, 0),
    waiting.hold_of_visits: ({"reason": "x"}, 0),
    waiting.cancel_matching: ({"which": EVERY, "reason": "x"}, OWN_WORK),
    waiting.count_waiting: ({"which": EVERY}, OWN_WORK),
    visits.death_was_mistaken: ({}, 0),
    waiting.release_of_visits: ({"reason": "x"}, 0),
    columns.recall: ({"kind": Kind.PATIENTS, "header": ["MRN"]}, None),
    columns.keep: ({"kind": Kind.PATIENTS, "match": Match({"ref": ("MRN",)}), "name": "theirs"}, OWN_WORK),
    loading.loaded_before: ({"sha256": "sha of the other"}, None),
    patient_list.find_people: ({"refs": ["OTHER"]}, {}),
    patient_list.keep_people: ({"people": [PERSON]}, OWN_WORK),
    phone_list.keep_phones: ({"people": [PERSON]}, OWN_WORK),
    phone_list.link_phones: ({}, REFUSED),
    visit_list.keep_visits: ({"file_id": 1, "bookings": [BOOKING], "changes": visit_list.Changes()}, None),
    visit_list.follow: ({}, 0),
    visit_list.hold_unlisted: ({"file_id": 99, "covered": COVERED}, OWN_WORK),
    optout_list.keep_optouts: ({"batch": [optout_list.OptOut(2, (NUMBER,), NOW)], "source": "x"}, None),
    consent_list.keep_consents: ({"batch": [GIVEN], "evidence": consent_list.Evidence("x", "Ruth")}, None),
}


def arguments(function, connection, privacy, me, other):
    """What `function` takes, by name: the clinic is One, everything else belongs to the other."""
    known = {
        "connection": connection,
        "privacy": privacy,
        "clinic_id": me.clinic,
        "patient_id": other.patient,
        "contact_id": other.contact,
        "patient_ids": [other.patient],
        "contact_ids": [other.contact],
        "visit_id": other.visit,
        "visit_ids": [other.visit],
        "known": contacts.contacts_of(connection, other.clinic, other.patient)[0],
        "contact": contacts.contacts_of(connection, other.clinic, other.patient)[0],
        "card": join.Card(other.patient),
        "changes": visit_list.Changes([other.visit], [other.visit], [other.visit]),
        "who": "Omar",
        "now": NOW,
        "tally": Tally(),
        **CALLS[function][0],
    }
    if "an index of the other" in known.values():
        known["phone"] = privacy.phone(FAX)
    if function is phone_list.link_phones:
        known |= {"people": {other.patient: PERSON}, "phones": {NUMBER: me.contact}}
    if function is optouts.carry_over:
        known["phones"] = [(privacy.phone(NUMBER), NOW)]
    wanted = inspect.signature(function).parameters
    return {name: value for name, value in known.items() if name in wanted}


def _takes_a_clinic(function, module):
    mine = inspect.isfunction(function) and function.__module__ == module.__name__
    return mine and not function.__name__.startswith("_") and "clinic_id" in inspect.signature(function).parameters


def test_every_function_with_a_clinic_is_in_the_table():
    modules = {inspect.getmodule(function) for function in CALLS}
    found = {one for module in modules for one in vars(module).values() if _takes_a_clinic(one, module)}
    assert found == set(CALLS)


@pytest.fixture
def two(database, privacy, make_clinic):
    """Clinic One and clinic Other: the same phone and the same ids of their own, and one more of each in Other."""
    me, other = make_clinic("One"), make_clinic("Other")
    with database.write() as c:
        staff.add_staff(c, other.clinic, "Olga", "desk", "Ruth", NOW)
        called = reminder_tables.calls.insert().values(clinic_id=other.clinic, call_sid="CA1", began_at=NOW - DAY)
        c.execute(called.values(phone="phone of a caller", left_by="hung up", ended_at=NOW))
        people.save_patient(c, privacy, other.clinic, "OTHER", "Olga Ray", "O", NOW)
        contacts.save_contact(c, privacy, other.clinic, contacts.NewContact(FAX), NOW)
        optouts.carry_over(c, other.clinic, [(privacy.phone(FAX), NOW)], "x", NOW)
        clinics.add_site(c, other.clinic, clinics.Site("South", "America/Chicago"), "Ruth", NOW)
        clinics.add_sender(c, other.clinic, clinics.Sender("+15555550100"), "Ruth", NOW)
        columns.keep(c, other.clinic, Kind.PATIENTS, Match({"ref": ("MRN",)}), "theirs", "Ruth", NOW)
        seen = {"clinic_id": other.clinic, "kind": "visits", "sha256": "sha of the other", "loaded_at": NOW}
        c.execute(reminder_tables.files.insert().values(seen))
        their_visits = reminder_tables.visits.c.clinic_id == other.clinic
        c.execute(update(reminder_tables.visits).where(their_visits).values(state="held"))
        theirs = reminder_tables.tasks.c.clinic_id == other.clinic
        c.execute(update(reminder_tables.tasks).where(theirs).values(closed_at=NOW, outcome="reached"))
        old = consent.Consent(consent.Channel.TEXT, "old", "", "paper", NOW, "x", carried_over=True)
        consent.record_consent(c, other.clinic, other.contact, old, NOW)
    return me, other


def everything_of(database, clinic_id):
    """All rows of one clinic, in every table that has a clinic."""
    found = {}
    with database.read() as c:
        for name in reminder_tables.__all__:
            table = vars(reminder_tables)[name]
            key = table.c.id if name == "clinics" else table.c.get("clinic_id")
            if key is not None:
                rows = c.execute(select(table).where(key == clinic_id)).all()
                found[name] = sorted((tuple(row) for row in rows), key=repr)
    return found


@on_both_databases
@pytest.mark.parametrize("function", CALLS, ids=lambda function: f"{function.__module__}.{function.__name__}")
def test_one_clinic_neither_sees_nor_changes_the_other(database, privacy, two, function):
    me, other = two
    before = everything_of(database, other.clinic)
    _, expected = CALLS[function]
    with database.read() as c:
        given = arguments(function, c, privacy, me, other)
    if expected is REFUSED:
        with pytest.raises((Refused, StorageDown)), database.write() as c:
            function(**given | ({"connection": c} if "connection" in given else {}))
    else:
        with database.write() as c:
            got = function(**given | ({"connection": c} if "connection" in given else {}))
        assert expected is OWN_WORK or got == expected
    assert everything_of(database, other.clinic) == before


@on_both_databases
def test_two_clinics_may_use_the_same_numbers_and_visit_ids(database, privacy, two):
    me, other = two
    assert (me.patient, me.contact, me.visit) != (other.patient, other.contact, other.visit)
    with database.read() as c:
        hashes = c.execute(select(reminder_tables.patients.c.clinic_ref)).scalars().all()
    assert len(set(hashes)) == len(hashes), "the same clinic number is another hash in another clinic"


def test_a_card_of_one_clinic_joins_that_clinic_only(database, privacy, two):
    me, other = two
    before = everything_of(database, other.clinic)
    with database.write() as c:
        code = join.prepare_card(c, privacy, me.clinic, join.Card(me.patient), "Ruth", NOW, lambda n: 1234)
        asked = join.ask(c, privacy, code, "+13175550123", consent.Channel.TEXT, Language.ENGLISH, NOW)
        joined = join.join(c, privacy, "+13175550123", NOW)
    assert (asked.clinic_id, joined.clinic_id) == (me.clinic, me.clinic)
    assert everything_of(database, other.clinic) == before
