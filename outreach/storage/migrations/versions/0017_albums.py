"""A notice may hold an album and take several messages."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("broadcasts", sa.Column("photos", sa.Text(), nullable=False, server_default=""))
    op.add_column("broadcasts", sa.Column("parts", BIG, nullable=False, server_default="1"))
    op.drop_column("broadcasts", "media_album")


def downgrade() -> None:
    """Of an album the photos beside the first go: `broadcasts.photos`, `broadcasts.parts`."""
    op.add_column("broadcasts", sa.Column("media_album", sa.String(length=255), nullable=False, server_default=""))
    op.drop_column("broadcasts", "parts")
    op.drop_column("broadcasts", "photos")
