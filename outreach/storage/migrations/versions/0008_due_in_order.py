"""What waits to be sent, indexed in the order in which it is claimed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('queued', 'retry') AND reason <> 'digest'")
URGENT_WAITING = sa.text("state IN ('queued', 'retry') AND is_urgent")
WAITED = sa.text("state IN ('queued', 'retry')")


def upgrade() -> None:
    op.drop_index("ix_deliveries_waiting", "deliveries")
    op.drop_index("ix_deliveries_urgent", "deliveries")
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["is_urgent", "due_at", "id"],
        unique=False,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_due", "deliveries")
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=WAITED,
        postgresql_where=WAITED,
    )
    op.create_index(
        "ix_deliveries_urgent",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=URGENT_WAITING,
        postgresql_where=URGENT_WAITING,
    )
