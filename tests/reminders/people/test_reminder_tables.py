"""The migrations make exactly the tables that the code speaks of, on either database."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from databases import on_both_databases
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from service.storage import reminder_tables
from service.storage.database import StorageDown
from service.storage.tables import metadata

TABLES = {reminder_tables.__dict__[name] for name in reminder_tables.__all__}
NAMES = {table.name for table in TABLES}


@on_both_databases
def test_migrations_make_the_tables_of_the_code(database):
    def is_ours(_, name, kind, *__):
        return kind != "table" or name in NAMES

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_ours})
        assert compare_metadata(context, metadata) == []


@on_both_databases
def test_the_database_itself_refuses_a_link_between_two_clinics(database, make_clinic):
    one, other = make_clinic("One"), make_clinic("Other")
    values = {"clinic_id": one.clinic, "patient_id": one.patient, "contact_id": other.contact}
    with pytest.raises(StorageDown) as refused, database.write() as connection:
        connection.execute(insert(reminder_tables.patient_contacts).values(values))
    assert isinstance(refused.value.__cause__, IntegrityError)


def test_no_column_says_what_anybody_has():
    words = ("diagn", "disease", "cancer", "stage", "drug", "treatment", "topic")
    columns = [f"{t.name}.{c.name}" for t in TABLES for c in t.columns]
    assert [name for name in columns if any(word in name for word in words)] == []
