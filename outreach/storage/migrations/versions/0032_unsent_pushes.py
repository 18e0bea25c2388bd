"""An index of the pushes that wait to be sent, by person: what has not left is said with what comes due."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

UNSENT = sa.text("state IN ('queued', 'retry') AND reason <> 'digest' AND is_push")


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_unsent_for", "deliveries", ["contact_id"], sqlite_where=UNSENT, postgresql_where=UNSENT
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_unsent_for", "deliveries")
