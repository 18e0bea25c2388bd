"""When what must go on last did, and the indexes by which the whole is counted."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
URGENT_WAITING = sa.text("state IN ('queued', 'retry') AND is_urgent")
SETTLED = sa.text("settled_at IS NOT NULL")
UNREPLAYED = sa.text("replayed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "pulses",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_pulses"),
    )
    op.create_index(
        "ix_deliveries_urgent", "deliveries", ["due_at"], sqlite_where=URGENT_WAITING, postgresql_where=URGENT_WAITING
    )
    op.create_index(
        "ix_deliveries_settled", "deliveries", ["state", "settled_at", "reason"], sqlite_where=SETTLED,
        postgresql_where=SETTLED,
    )  # fmt: skip
    op.create_index(
        "ix_quarantine_unreplayed", "quarantine", ["at"], sqlite_where=UNREPLAYED, postgresql_where=UNREPLAYED
    )


def downgrade() -> None:
    """When what must go on last did is not known then: `pulses`."""
    op.drop_index("ix_quarantine_unreplayed", "quarantine")
    op.drop_index("ix_deliveries_settled", "deliveries")
    op.drop_index("ix_deliveries_urgent", "deliveries")
    op.drop_table("pulses")
