"""A plan may ask around a date, and remind only who holds one role."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("plans", sa.Column("about_on", sa.Date(), nullable=True))
    op.add_column("plans", sa.Column("about_days", BIG, nullable=False, server_default="0"))
    op.add_column("plans", sa.Column("reminded", sa.String(length=64), nullable=False, server_default="responsible"))


def downgrade() -> None:
    """Plans stay, without their date and whom they remind: `plans.about_on`, `plans.about_days`, `plans.reminded`."""
    op.drop_column("plans", "reminded")
    op.drop_column("plans", "about_days")
    op.drop_column("plans", "about_on")
