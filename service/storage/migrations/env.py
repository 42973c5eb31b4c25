"""How Alembic runs our migrations: on the connection that `migrate.upgrade` hands over."""

from alembic import context

from service.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=True, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
