"""Where alerts stand, their words for the second path, and the index by which newcomers are found."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
UNSAID = sa.text("state IN ('queued', 'claimed')")


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("figure", sa.Double(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=True),
        sa.Column("bad_since", INSTANT, nullable=True),
        sa.Column("fine_since", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_alerts"),
    )
    op.create_table(
        "alert_words",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("way", BIG, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_words"),
    )
    op.create_index("ix_alert_words_unsaid", "alert_words", ["due_at"], sqlite_where=UNSAID, postgresql_where=UNSAID)
    op.create_index("ix_posts_since", "posts", ["since_at"])


def downgrade() -> None:
    """Where alerts stand goes, so what is wrong still is told of anew: `alerts`, `alert_words`."""
    op.drop_index("ix_posts_since", "posts")
    op.drop_index("ix_alert_words_unsaid", "alert_words")
    op.drop_table("alert_words")
    op.drop_table("alerts")
