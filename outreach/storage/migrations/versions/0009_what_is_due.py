"""Indexes of what waits and nothing else, so that a look at the clock costs what is due and not what exists."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FOLDED = sa.text("state = 'queued' AND reason = 'digest'")
WAITING = sa.text("state = 'waiting'")
OPEN = sa.text("state = 'open'")
PARTIAL = (
    ("ix_deliveries_folded", "deliveries", ["due_at"], FOLDED),
    ("ix_deliveries_folded_for", "deliveries", ["contact_id"], FOLDED),
    ("ix_reminders_waiting_for", "reminders", ["contact_id", "next_look_at"], WAITING),
    ("ix_occurrences_asked", "occurrences", ["plan_id", "occurs_on"], OPEN),
)


def upgrade() -> None:
    for name, table, columns, where in PARTIAL:
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_quarantine_at", "quarantine", ["at"])


def downgrade() -> None:
    op.drop_index("ix_quarantine_at", "quarantine")
    for name, table, _, _ in reversed(PARTIAL):
        op.drop_index(name, table)
