"""A flood for which Telegram names no number of seconds is waited for longer each time."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("pauses", sa.Column("untold_seconds", BIG, nullable=False, server_default="0"))


def downgrade() -> None:
    """How long the last flood without a number lasted goes: `pauses.untold_seconds`."""
    op.drop_column("pauses", "untold_seconds")
