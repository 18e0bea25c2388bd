"""Processes that speak through one bot share its limit."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "speakers",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("held", BIG, nullable=False),
        sa.Column("wanted", BIG, nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_speakers"),
    )


def downgrade() -> None:
    """The loans of processes go; each asks again when it starts: `speakers`."""
    op.drop_table("speakers")
