"""A claim takes what may go now and nothing else; a try is written down first; STOP is looked for last."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from databases import on_both_databases
from sqlalchemy import insert, select, update

from service.reminders import stored
from service.reminders.beginning import begin, stopped_since
from service.reminders.claiming import Claim, claim, release, zones_due
from service.reminders.holding_back import hold_back
from service.reminders.leases import recover
from service.reminders.optouts import stop_phone
from service.storage.reminder_tables import (
    attempts,
    broadcasts,
    clinics,
    contacts,
    deliveries,
    patients,
    senders,
    visits,
)
from service.storage.talks import opt_out
from tests.reminders.sending.sample_clinic import DAY, Sample, phone_of, queue

Clinic = Callable[..., Sample]
HOUR = 3600


def wanted(sample: Sample, now: int | None = None, worker: str = "w1", sender: int = 0) -> Claim:
    return Claim(sample.clinic_id, sample.sender_ids[sender], worker, now or sample.now)


def claimed(sample: Sample, now: int | None = None, most: int = 100, worker: str = "w1") -> list[int]:
    """Contacts whose delivery a claim took."""
    when = now or sample.now
    with sample.database.write() as connection:
        zones = zones_due(connection, sample.clinic_id, when)
        ids = claim(connection, wanted(sample, when, worker), zones, most)
        found = select(deliveries.c.contact_id).where(deliveries.c.id.in_(ids)).order_by(deliveries.c.contact_id)
        return list(connection.execute(found).scalars())


def held(sample: Sample, now: int | None = None) -> dict[int, tuple[str, str]]:
    """State and reason by contact, after what may not go was held back."""
    when = now or sample.now
    with sample.database.write() as connection:
        hold_back(connection, sample.clinic_id, when, zones_due(connection, sample.clinic_id, when))
        rows = connection.execute(select(deliveries.c.contact_id, deliveries.c.state, deliveries.c.reason))
        return {row[0]: (row[1], row[2]) for row in rows}


def change(sample: Sample, table: object, row: int, **values: object) -> None:
    with sample.database.write() as connection:
        connection.execute(update(table).where(table.c.id == row).values(values))  # type: ignore[attr-defined]


@on_both_databases
def test_what_is_due_is_claimed_once(clinic: Clinic) -> None:
    sample = clinic(5)
    queue(sample, range(1, 6))
    assert claimed(sample, most=3) == [1, 2, 3]
    assert claimed(sample, worker="w2") == [4, 5]
    assert claimed(sample, worker="w3") == []


HINDRANCES = {
    "stopped by text": lambda s: _stop(s, 2),
    "died": lambda s: change(s, patients, 2, state="died"),
    "never texts": lambda s: change(s, contacts, 2, never_text=True),
    "landline": lambda s: change(s, contacts, 2, line_kind="landline"),
    "bad number": lambda s: change(s, contacts, 2, state="bad"),
    "paused": lambda s: change(s, contacts, 2, paused_until=s.now + DAY),
    "no zone": lambda s: change(s, contacts, 2, zones=""),
    "wants only changes": lambda s: change(s, contacts, 2, fewer="changes"),
    "visit cancelled": lambda s: change(s, visits, 2, state="cancelled"),
    "visit no longer listed": lambda s: change(s, visits, 2, state="held"),
    "visit moved": lambda s: change(s, visits, 2, starts_at=s.now + 3 * DAY),
    "visit over": lambda s: change(s, visits, 2, starts_at=s.now - 60),
    "too late": lambda s: change(s, deliveries, 2, not_after=s.now),
}
SHOWN = {
    "stopped by text": (stored.CANCELLED, "held.stopped"),
    "died": (stored.CANCELLED, "held.died"),
    "never texts": (stored.HELD, "held.never_text"),
    "landline": (stored.HELD, "held.landline"),
    "bad number": (stored.HELD, "held.phone_bad"),
    "paused": (stored.HELD, "held.paused"),
    "no zone": (stored.HELD, "held.no_zone"),
    "wants only changes": (stored.HELD, "held.fewer"),
    "visit cancelled": (stored.CANCELLED, "held.visit_cancelled"),
    "visit no longer listed": (stored.HELD, "held.visit_held"),
    "visit moved": (stored.CANCELLED, "held.visit_moved"),
    "visit over": (stored.EXPIRED, "held.visit_over"),
    "too late": (stored.EXPIRED, "held.too_late"),
}


def _stop(sample: Sample, person: int) -> None:
    with sample.database.write() as connection:
        # As the information line does it, which knows no clinic.
        opt_out(connection, sample.privacy.phone(phone_of(person)), "text", sample.now)


@on_both_databases
@pytest.mark.parametrize("hindrance", HINDRANCES)
def test_what_may_not_go_is_left_with_its_reason(clinic: Clinic, hindrance: str) -> None:
    sample = clinic(3)
    queue(sample, range(1, 4))
    HINDRANCES[hindrance](sample)
    assert claimed(sample) == [1, 3]
    assert held(sample)[2] == SHOWN[hindrance]


@on_both_databases
def test_a_stop_ends_the_consent_and_the_queue(clinic: Clinic) -> None:
    sample = clinic(2)
    queue(sample, [1, 2])
    with sample.database.write() as connection:
        stop_phone(connection, sample.privacy.phone(phone_of(1)), "text", sample.now)
    assert claimed(sample) == [2]
    assert held(sample)[1][0] == stored.CANCELLED


def test_nothing_is_claimed_at_night_and_nothing_is_lost(clinic: Clinic) -> None:
    sample = clinic(2)
    queue(sample, [1, 2], life=3 * DAY)
    night = sample.now + 10 * HOUR
    assert claimed(sample, night) == []
    assert {state for state, _ in held(sample, night).values()} == {stored.QUEUED}
    assert claimed(sample, sample.now + 22 * HOUR) == [1, 2]


def test_who_may_be_in_two_zones_is_reached_when_both_are_awake(clinic: Clinic) -> None:
    sample = clinic(1)
    queue(sample, [1], life=3 * DAY)
    change(sample, contacts, 1, zones="America/Los_Angeles America/New_York|")
    # 9:30 in New York is 6:30 in Los Angeles.
    assert claimed(sample, sample.now + int(21.5 * HOUR)) == []
    assert claimed(sample, sample.now + 24 * HOUR) == [1]


def test_nothing_before_the_hour_that_a_person_asked_for(clinic: Clinic) -> None:
    sample = clinic(1)
    queue(sample, [1])
    change(sample, contacts, 1, not_before=13 * 60)
    assert claimed(sample) == []
    assert claimed(sample, sample.now + HOUR) == [1]


@on_both_databases
def test_one_message_a_day_to_a_phone(clinic: Clinic) -> None:
    sample = clinic(1)
    queue(sample, [1])
    queue(sample, [1], kind="broadcast")
    with sample.database.write() as connection:
        zones = zones_due(connection, sample.clinic_id, sample.now)
        ids = claim(connection, wanted(sample), zones, 10)
        assert len(ids) == 1
        assert begin(connection, wanted(sample), ids, zones) == ids
    assert claimed(sample, worker="w2") == []
    with sample.database.write() as connection:
        hold_back(connection, sample.clinic_id, sample.now, zones)
        states = select(deliveries.c.state, deliveries.c.reason).order_by(deliveries.c.id)
        assert [tuple(row) for row in connection.execute(states)] == [
            (stored.CLAIMED, ""),
            (stored.HELD, "held.capped_day"),
        ]


@on_both_databases
def test_two_claims_for_one_phone_begin_one_message(clinic: Clinic) -> None:
    sample = clinic(1, send_numbers=2)
    for sender in (0, 1):
        run = queue(sample, [1])
        with sample.database.write() as connection:
            mine = update(deliveries).where(deliveries.c.broadcast_id == run)
            connection.execute(mine.values(sender_id=sample.sender_ids[sender]))
    begun = []
    with sample.database.write() as connection:
        zones = zones_due(connection, sample.clinic_id, sample.now)
        claims = [wanted(sample, worker=f"w{n}", sender=n) for n in (0, 1)]
        taken = [claim(connection, one, zones, 10) for one in claims]
        assert [len(ids) for ids in taken] == [1, 1]
        for one, ids in zip(claims, taken, strict=True):
            begun += begin(connection, one, ids, zones)
    assert len(begun) == 1


@on_both_databases
def test_a_stop_after_the_claim_is_seen_before_the_request(clinic: Clinic) -> None:
    sample = clinic(2)
    queue(sample, [1, 2])
    with sample.database.write() as connection:
        zones = zones_due(connection, sample.clinic_id, sample.now)
        ids = claim(connection, wanted(sample), zones, 10)
    _stop(sample, 1)
    with sample.database.write() as connection:
        begun = begin(connection, wanted(sample), ids, zones)
        assert begun == ids[1:]
    _stop(sample, 2)
    with sample.database.read() as connection:
        assert stopped_since(connection, sample.clinic_id, begun) == set(begun)


@on_both_databases
def test_a_worker_that_is_gone_leaves_nothing_forgotten(clinic: Clinic) -> None:
    sample = clinic(3)
    queue(sample, range(1, 4))
    with sample.database.write() as connection:
        zones = zones_due(connection, sample.clinic_id, sample.now)
        ids = claim(connection, wanted(sample), zones, 2)
        begin(connection, wanted(sample), ids[:1], zones)
        assert recover(connection, sample.clinic_id, sample.now + 60) == (0, 0)
        assert recover(connection, sample.clinic_id, sample.now + 121) == (1, 1)
        rows = connection.execute(select(deliveries.c.id, deliveries.c.state).order_by(deliveries.c.id)).all()
        assert [tuple(row) for row in rows] == [(1, stored.UNKNOWN), (2, stored.QUEUED), (3, stored.QUEUED)]
        assert connection.execute(select(attempts.c.outcome)).scalars().all() == ["unknown"]


def test_a_worker_whose_lease_is_over_begins_nothing(clinic: Clinic) -> None:
    sample = clinic(1)
    queue(sample, [1])
    with sample.database.write() as connection:
        zones = zones_due(connection, sample.clinic_id, sample.now)
        ids = claim(connection, wanted(sample), zones, 2)
        assert begin(connection, wanted(sample, sample.now + 121), ids, zones) == []
        assert begin(connection, wanted(sample, worker="another"), ids, zones) == []
        release(connection, wanted(sample), ids)
    assert claimed(sample, worker="w2") == [1]


@pytest.mark.parametrize(
    "table_and_values",
    [
        (broadcasts, {"state": "paused"}),
        (broadcasts, {"state": "waiting"}),
        (broadcasts, {"undo_until": 2**40}),
        (senders, {"halted_at": 1}),
        (clinics, {"moving": True}),
        (deliveries, {"next_try_at": 2**40}),
    ],
    ids=["paused", "not approved", "may be undone", "sender halted", "moving clinic", "waits for its next try"],
)
def test_nothing_is_claimed_while(clinic: Clinic, table_and_values: tuple[object, dict[str, object]]) -> None:
    sample = clinic(1)
    queue(sample, [1])
    change(sample, table_and_values[0], 1, **table_and_values[1])
    assert claimed(sample) == []


@on_both_databases
def test_no_clinic_claims_anothers(clinic: Clinic) -> None:
    sample = clinic(2)
    queue(sample, [1, 2])
    with sample.database.write() as connection:
        other = connection.execute(
            insert(clinics)
            .values(name="Other", name_in_texts="Other", zone="America/New_York")
            .returning(clinics.c.id)
        ).scalar_one()
        zones = zones_due(connection, sample.clinic_id, sample.now)
        stranger = Claim(other, sample.sender_ids[0], "w1", sample.now)
        assert zones_due(connection, other, sample.now) == []
        assert claim(connection, stranger, zones, 10) == []
        ids = claim(connection, wanted(sample), zones, 10)
        assert begin(connection, stranger, ids, zones) == []
        assert stopped_since(connection, other, ids) == set()
        assert recover(connection, other, sample.now + 999) == (0, 0)
        assert hold_back(connection, other, sample.now + DAY, zones) == 0
