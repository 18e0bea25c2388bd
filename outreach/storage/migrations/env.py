"""Alembic's door: the connection is handed in by `outreach.storage.migrating`."""

from alembic import context

from outreach.storage.records import Record

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Record.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
