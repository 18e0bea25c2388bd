"""A file that Telegram has is not uploaded again."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("bot_id", BIG, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=255), nullable=False),
        sa.Column("recipe", sa.String(length=128), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "kind", "digest", name="pk_uploads"),
    )
    op.create_index("ix_uploads_kept_at", "uploads", ["kept_at"])


def downgrade() -> None:
    """What Telegram has goes, so each file is uploaded once more: `uploads`."""
    op.drop_index("ix_uploads_kept_at", table_name="uploads")
    op.drop_table("uploads")
