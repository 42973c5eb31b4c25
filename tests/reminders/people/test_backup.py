"""A backup holds everything of one moment, comes back into either database, and a damaged one touches nothing."""

from __future__ import annotations

import gzip
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from databases import on_both_databases
from made_clinics import DAY, NOW
from sqlalchemy import func, insert, select, update

from service.cli import main
from service.reminders import audit
from service.reminders.clinics import clinic
from service.reminders.privacy import Privacy
from service.reminders.refused import Refused
from service.reminders.restoring import back_up, looked_at, refuse_unfit, restore
from service.storage import migrate, snapshot
from service.storage.database import Database
from service.storage.reminder_tables import broadcasts, column_matches, contacts, deliveries, files, patients
from service.storage.tables import metadata, opt_outs
from service.storage.vault import Vault

LATER = NOW + DAY


@pytest.fixture
def second(tmp_path: Path):
    """A new, empty SQLite database that no migration was run in."""
    database = Database(f"sqlite:///{tmp_path / 'second.db'}")
    yield database
    database.close()


@pytest.fixture
def copy(database: Database, privacy: Privacy, make_clinic, tmp_path: Path) -> Path:
    """A backup of a database with two clinics, an opt-out, and JSON, truths and sealed values."""
    own = make_clinic("Lakeside")
    make_clinic("Hilltop")
    with database.write() as c:
        c.execute(insert(opt_outs).values(phone="abc", since=NOW, how="text"))
        columns = {"clinic_id": own.clinic, "kind": "visits", "name": "Épico", "columns": {"phone": ["Teléfono"]}}
        c.execute(insert(column_matches).values(**columns, made_at=NOW, made_by="Ruth"))
        c.execute(insert(files).values(clinic_id=own.clinic, kind="numbers", sha256="0", name="n", loaded_at=NOW))
        c.execute(update(broadcasts).values(state="approved"))
    path = tmp_path / "clearline.backup"
    back_up(database, privacy, path, NOW)
    return path


def contents(database: Database) -> dict[str, list[tuple]]:
    """Every row of every table."""
    with database.read() as c:
        rows = {kept.name: [tuple(row) for row in c.execute(select(kept))] for kept in metadata.sorted_tables}
    return {name: sorted(found, key=repr) for name, found in rows.items()}


@on_both_databases
def test_everything_comes_back_as_it_was(database, copy, second):
    head, tail = looked_at(copy)
    restore(second, copy, head, LATER, replace=False, as_it_was=True)
    before, after = contents(database), contents(second)
    assert {name for name in before if before[name] != after[name]} == {"audit"}
    assert sum(tail.rows.values()) == sum(map(len, before.values()))
    with second.read() as c:
        clinics = c.execute(select(patients.c.clinic_id).distinct()).scalars().all()
        assert [audit.first_broken(c, one) for one in clinics] == [None, None]


@on_both_databases
def test_each_kind_of_database_takes_what_the_other_wrote_and_ids_go_on_from_there(
    database, copy, second, privacy, tmp_path
):
    """There and back again, so that each kind of database once takes what the other wrote."""
    head, _ = looked_at(copy)
    restore(second, copy, head, LATER, replace=False, as_it_was=True)
    again = tmp_path / "again.backup"
    back_up(second, privacy, again, LATER)
    restore(database, again, looked_at(again)[0], LATER, replace=True, as_it_was=True)
    with database.write() as c:
        highest = c.execute(select(func.max(contacts.c.id))).scalar_one()
        row = dict(c.execute(select(contacts).limit(1)).mappings().one()) | {"phone": "another"}
        del row["id"]
        assert c.execute(insert(contacts).values(row).returning(contacts.c.id)).scalar_one() == highest + 1


@on_both_databases
def test_nothing_that_we_remember_is_left_out(database):
    with database.read() as c:
        found = {kept.name: set(kept.c.keys()) for kept in snapshot.tables(c)}
    assert found == {kept.name: set(kept.c.keys()) for kept in metadata.sorted_tables}


@on_both_databases
def test_a_full_database_is_left_alone_unless_told(database, copy):
    before = contents(database)
    with pytest.raises(Refused, match="--replace"):
        restore(database, copy, looked_at(copy)[0], LATER, replace=False, as_it_was=True)
    assert contents(database) == before


def test_until_a_person_looked_nothing_goes_out(copy, second):
    restore(second, copy, looked_at(copy)[0], LATER, replace=False, as_it_was=False)
    with second.read() as c:
        assert set(c.execute(select(broadcasts.c.state)).scalars()) == {"paused"}
        for one in set(c.execute(select(deliveries.c.clinic_id)).scalars()):
            assert clinic(c, one).may_not_send


@pytest.mark.parametrize(
    "harm", ["cut", "changed", "emptied", "a row taken out", "another file", "text after the end"]
)
def test_a_damaged_file_is_refused_before_anything_is_touched(harm, copy):
    whole = copy.read_bytes()
    lines = gzip.decompress(whole).splitlines(keepends=True)
    harmed = {
        "cut": whole[:-200],
        "changed": whole[:300] + bytes([whole[300] ^ 1]) + whole[301:],
        "emptied": b"",
        "a row taken out": gzip.compress(b"".join(lines[:2] + lines[3:])),
        "another file": b"name,phone\nAna,+12025550134\n",
        "text after the end": gzip.compress(b"".join([*lines, b"{}\n"])),
    }[harm]
    copy.write_bytes(harmed)
    with pytest.raises(Refused, match="not a whole backup"):
        looked_at(copy)


def test_no_changed_byte_goes_unseen(copy):
    """Wherever a disk lies, the file is refused, or (where the wrapping says nothing of use) reads the same."""
    whole, told = copy.read_bytes(), looked_at(copy)
    refused = 0
    for place in range(0, len(whole), len(whole) // 50):
        copy.write_bytes(whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :])
        try:
            assert looked_at(copy) == told, place
        except Refused:
            refused += 1
    assert refused >= 48


def test_what_our_keys_would_not_open_is_refused_with_the_ids_they_need(copy, privacy):
    head, tail = looked_at(copy)
    assert tail.keys == ["k1"]
    refuse_unfit(head, tail, ["k2", "k1"], privacy)
    with pytest.raises(Refused, match=r"DATA_KEYS k1; lacking here: k1\."):
        refuse_unfit(head, tail, ["k2"], privacy)
    with pytest.raises(Refused, match="SECRET_KEY"):
        refuse_unfit(head, tail, ["k1"], Privacy(Vault([("k1", b"1" * 32)]), b"phone-index:other"))
    with pytest.raises(Refused, match="newer release"):
        refuse_unfit(replace(head, revision="9999"), tail, ["k1"], privacy)


def test_tables_of_another_shape_are_refused(copy, second):
    head, _ = looked_at(copy)
    migrate.upgrade(second, "0002")
    with pytest.raises(Refused, match="shape 0002"):
        restore(second, copy, head, LATER, replace=True, as_it_was=True)


def test_a_backup_of_an_older_release_is_brought_to_todays_shape(tmp_path, privacy, second):
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    migrate.upgrade(old, "0003")
    with old.write() as c:
        values = "VALUES ('Old', 'Old', 'America/Chicago', 0, 1)"
        c.exec_driver_sql(f"INSERT INTO clinics (name, name_in_texts, zone, moving, created_at) {values}")
    path = tmp_path / "old.backup"
    back_up(old, privacy, path, NOW)
    old.close()
    restore(second, path, looked_at(path)[0], LATER, replace=False, as_it_was=True)
    assert migrate.is_current(second)
    with second.read() as c:
        assert clinic(c, 1).name == "Old"


def test_the_file_is_for_its_owner_alone_and_shows_no_name_or_number(copy):
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    plain = gzip.decompress(copy.read_bytes())
    assert b"Ana" not in plain
    assert b"5550134" not in plain
    assert not copy.with_name(copy.name + ".part").exists()


def test_the_two_commands_at_a_terminal(tmp_path):
    env = {"CLEARLINE_VAR": str(tmp_path / "var"), "TWILIO_ACCOUNT_SID": None, "DATABASE_URL": None}

    def clearline(*words: str, fails: bool = False) -> str:
        done = CliRunner().invoke(main, list(words), env=env)
        assert (done.exit_code != 0) is fails, done.output
        return done.output

    file = str(tmp_path / "monday.backup")
    assert "never set up" in clearline("backup", file, fails=True)
    made = ("--texts-as", "Lakeside Clinic", "--zone", "America/Chicago", "--administrator", "Ruth")
    clearline("clinic", "create", "Lakeside", *made)
    assert "DATA_KEYS" in clearline("backup", file)
    assert "there already" in clearline("backup", file, fails=True)
    assert "Our keys fit." in clearline("restore", file, "--check")
    assert "--replace" in clearline("restore", file, fails=True)
    assert "Nothing goes out yet" in clearline("restore", file, "--replace")
    assert "load its opt-outs first" in clearline("clinic", "show")
