"""The audit notices a changed or missing row; a new key can be brought in, even by runs that are broken off."""

import itertools

import pytest
from databases import on_both_databases
from made_clinics import NOW, NUMBER
from sqlalchemy import delete, select, update

from service.reminders import audit, contacts
from service.reminders.privacy import Privacy
from service.reminders.rotate import rotate
from service.storage.reminder_tables import audit as rows
from service.storage.vault import Vault


def _third(connection, clinic):
    ids = connection.execute(select(rows.c.id).where(rows.c.clinic_id == clinic).order_by(rows.c.id)).scalars().all()
    return ids[2], ids[3]


@on_both_databases
def test_an_untouched_audit_holds_together(database, make_clinic):
    one, other = make_clinic("One"), make_clinic("Other")
    with database.write() as c:
        audit.note(c, one.clinic, "Ruth", "looked", "patient 1", NOW)
        assert [audit.first_broken(c, own.clinic) for own in (one, other)] == [None, None]


@pytest.mark.parametrize("column", ["who", "what", "about", "at"])
def test_a_changed_row_is_noticed(database, lakeside, column):
    with database.write() as c:
        third, _ = _third(c, lakeside.clinic)
        c.execute(update(rows).where(rows.c.id == third).values({column: 7 if column == "at" else "else"}))
        assert audit.first_broken(c, lakeside.clinic) == third


def test_a_missing_row_is_noticed(database, lakeside):
    with database.write() as c:
        third, fourth = _third(c, lakeside.clinic)
        c.execute(delete(rows).where(rows.c.id == third))
        assert audit.first_broken(c, lakeside.clinic) == fourth


OLD, NEW = ("k1", b"1" * 32), ("k2", b"2" * 32)


@on_both_databases
@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_a_broken_off_rotation_is_simply_begun_again(database, privacy, make_clinic, steps):
    one, other = make_clinic("One"), make_clinic("Other", "+15025550177")
    both = Vault([NEW, OLD])
    list(itertools.islice(rotate(database, both, at_once=1), steps))
    list(rotate(database, both, at_once=1))
    assert sum(step.renewed for step in rotate(database, both)) == 0
    new_only = Privacy(Vault([NEW]), privacy.phone_key)
    with database.read() as c:
        numbers = [contacts.number_of(c, new_only, own.clinic, own.contact) for own in (one, other)]
    assert numbers == [NUMBER, "+15025550177"]
