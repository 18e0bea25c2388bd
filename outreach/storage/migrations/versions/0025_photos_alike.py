"""A photo of a hazard names another hazard whose photo looks the same."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("hazard_photos", sa.Column("like_hazard_id", BIG, nullable=True))


def downgrade() -> None:
    """The hints go: `hazard_photos.like_hazard_id`."""
    with op.batch_alter_table("hazard_photos") as table:
        table.drop_column("like_hazard_id")
