"""Alembic's door: the connection is handed in by `outreach.storage.migrating`."""

from alembic import context

from outreach.storage.base import as_on_postgresql
from outreach.storage.records import Record

connection = context.config.attributes["connection"]
is_sqlite = connection.dialect.name == "sqlite"
context.configure(
    connection=connection,
    target_metadata=Record.metadata if is_sqlite else as_on_postgresql(Record.metadata),
    render_as_batch=is_sqlite,
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
