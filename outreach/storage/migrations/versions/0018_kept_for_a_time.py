"""Polls and notices to other addresses are found by their age, to be dropped."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SETTLED = sa.text("settled_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_polls_asked_at", "polls", ["asked_at"])
    op.create_index("ix_fallbacks_settled", "fallbacks", ["settled_at"], sqlite_where=SETTLED, postgresql_where=SETTLED)


def downgrade() -> None:
    op.drop_index("ix_fallbacks_settled", "fallbacks")
    op.drop_index("ix_polls_asked_at", "polls")
