"""A notice too long for one message has a row for each part."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("part", BIG, nullable=False, server_default="1"))


def downgrade() -> None:
    """Which part of a notice a row is goes; each row stays: `deliveries.part`."""
    op.drop_column("deliveries", "part")
