"""The preview counts everybody who is left out, each with the reason, before anything goes out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from databases import on_both_databases
from sqlalchemy import Connection, insert, update

from service.languages import Language
from service.reminders import stored, why
from service.reminders.broadcast import plan_broadcast
from service.reminders.optouts import stop_phone
from service.reminders.planning import plan_day
from service.reminders.preview import Preview, preview
from service.storage.reminder_tables import (
    broadcasts,
    clinics,
    consents,
    contacts,
    deliveries,
    patient_contacts,
    patients,
    senders,
    visits,
)
from tests.reminders.sending.planned_clinic import TODAY, TOMORROW, Clinic, approve_all, book
from tests.reminders.sending.sample_clinic import DAY, Sample, phone_of, queue

Change = Callable[[Connection, Sample], object]
FACTS = {"clinic": "Lakeside Clinic", "phone": "+15550100100"}


def of_second(**values: object) -> Change:
    """The phone of the second person is changed so."""
    return lambda c, s: c.execute(update(contacts).where(contacts.c.id == 2).values(values))


def alike(c: Connection, s: Sample) -> None:
    c.execute(insert(patients).values(id=9, clinic_id=s.clinic_id, clinic_ref="ref-9"))
    c.execute(insert(patient_contacts).values(patient_id=9, contact_id=2, clinic_id=s.clinic_id))


def no_text(c: Connection, s: Sample) -> None:
    c.execute(update(consents).where(consents.c.contact_id == 2).values(superseded_at=1))


def had_three(c: Connection, s: Sample, days: int = 3, first: int = 1) -> None:
    """The second person got something on each of the last days."""
    for ago in range(first, first + days):
        values = {"clinic_id": s.clinic_id, "kind": "broadcast", "state": "done"}
        run = c.execute(insert(broadcasts).values(values).returning(broadcasts.c.id)).scalar_one()
        at = s.now - ago * DAY
        sent = {"state": stored.DELIVERED, "due_at": at, "accepted_at": at, "zones": "America/New_York|"}
        c.execute(insert(deliveries).values(clinic_id=s.clinic_id, broadcast_id=run, contact_id=2, **sent))


LEFT_OUT: dict[str, Change] = {
    "held.no_consent": no_text,
    "held.stopped": lambda c, s: stop_phone(c, s.privacy.phone(phone_of(2)), "text", s.now),
    "held.landline": of_second(line_kind="landline"),
    "held.never_text": of_second(never_text=True),
    "held.phone_bad": of_second(state="bad"),
    "held.paused": of_second(paused_until=1_900_000_000),
    "held.no_zone": of_second(zones=""),
    "held.fewer": of_second(fewer="changes"),
    "held.outside_hours": of_second(not_before=21 * 60),
    "held.capped_day": lambda c, s: had_three(c, s, days=1, first=0),
    "held.capped_week": had_three,
    "held.duplicate": alike,
}


def drafted(sample: Sample, **more: object) -> Preview:
    with sample.database.write() as connection:
        run = plan_broadcast(connection, sample.clinic_id, "follow_up", FACTS, "Ana", sample.now, **more)  # type: ignore[arg-type]
        assert run
        return preview(connection, sample.clinic_id, run.id, sample.now)


@on_both_databases
@pytest.mark.parametrize("reason", LEFT_OUT)
def test_who_gets_nothing_of_a_broadcast_is_counted_with_the_reason(clinic: Clinic, reason: str) -> None:
    sample = clinic(3)
    approve_all(sample)
    with sample.database.write() as connection:
        LEFT_OUT[reason](connection, sample)
    shown = drafted(sample)
    assert shown.left_out == {reason: 1}
    assert shown.going == shown.texts == (3 if reason == "held.duplicate" else 2)
    assert shown.estimate
    assert shown.estimate.texts == shown.texts
    for language in Language:
        assert why.told(reason, language) != reason


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("held.moving", lambda c, s: c.execute(update(clinics).values(moving=True))),
        ("held.no_sender", lambda c, s: c.execute(update(senders).values(role="line"))),
    ],
)
def test_what_keeps_a_clinic_from_sending_keeps_everybody(clinic: Clinic, reason: str, change: Change) -> None:
    sample = clinic(3)
    approve_all(sample)
    with sample.database.write() as connection:
        change(connection, sample)
    assert drafted(sample).left_out == {reason: 3}


def test_a_phone_that_was_listed_twice_gets_one_message(clinic: Clinic) -> None:
    sample = clinic(3)
    approve_all(sample)
    phones = [sample.privacy.phone(phone_of(n)) for n in (1, 1, 2)]
    shown = drafted(sample, only=phones)
    assert (shown.going, shown.left_out) == (2, {"held.duplicate": 1})


@on_both_databases
@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("held.visit_held", lambda c, s: c.execute(update(visits).where(visits.c.id == 2).values(state="held"))),
        ("held.site_unknown", lambda c, s: c.execute(update(visits).where(visits.c.id == 2).values(site_id=None))),
        ("held.capped_day", lambda c, s: had_three(c, s, days=1, first=0)),
        ("held.outside_hours", of_second(not_before=21 * 60)),
        ("held.no_consent", no_text),
    ],
)
def test_whose_reminder_does_not_go_is_counted_with_the_reason(clinic: Clinic, reason: str, change: Change) -> None:
    sample = clinic(2)
    approve_all(sample)
    with sample.database.write() as connection:
        for person in (1, 2):
            book(connection, sample, person, TOMORROW, "14:30")
        change(connection, sample)
        run = plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now)
        assert run
        shown = preview(connection, sample.clinic_id, run.id, sample.now)
    assert (shown.going, shown.left_out) == (1, {reason: 1})


def test_a_visit_that_waits_for_a_decision_hides_no_other_of_its_day(clinic: Clinic) -> None:
    sample = clinic(1)
    approve_all(sample)
    with sample.database.write() as connection:
        book(connection, sample, 1, TOMORROW, "14:30", "held")
        book(connection, sample, 1, TOMORROW, "16:00")
        run = plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now)
        assert run
        shown = preview(connection, sample.clinic_id, run.id, sample.now)
        assert plan_day(connection, sample.clinic_id, TODAY, "plan", sample.now) is None
    assert shown.left_out == {"held.visit_held": 1}
    assert [sample.text.split("\n")[0] for sample in shown.samples] == [
        "Lakeside Clinic: visit Thursday Dec 3, 4 PM."
    ]


def test_answers_count_against_no_cap(clinic: Clinic) -> None:
    sample = clinic(1)
    approve_all(sample)
    run = queue(sample, [1], kind="answer")
    with sample.database.write() as connection:
        mine = update(deliveries).where(deliveries.c.broadcast_id == run)
        connection.execute(mine.values(state=stored.DELIVERED, accepted_at=sample.now))
    assert drafted(sample).left_out == {}
