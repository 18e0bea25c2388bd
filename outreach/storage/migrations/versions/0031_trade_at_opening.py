"""A hazard keeps the industries of its enterprise; those that are there take them from today's register."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hazards", sa.Column("industries", sa.JSON(), nullable=False, server_default="[]"))
    op.execute(
        "UPDATE hazards SET industries ="
        " (SELECT enterprises.industries FROM enterprises WHERE enterprises.id = hazards.enterprise_id)"
        " WHERE enterprise_id IS NOT NULL"
    )


def downgrade() -> None:
    """The industries of then go; up again, a hazard takes today's: `hazards.industries`."""
    op.drop_column("hazards", "industries")
