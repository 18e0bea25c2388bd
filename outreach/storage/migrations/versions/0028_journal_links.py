"""Stretches of the journal that are closed, each with the digest of itself and of the one before."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
BROKEN = sa.text("broken_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "journal_links",
        sa.Column("id", BIG, nullable=False),
        sa.Column("through_id", BIG, nullable=False),
        sa.Column("lines", BIG, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("broken_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_links")),
        sa.UniqueConstraint("through_id", name=op.f("uq_journal_links_through_id")),
    )
    op.create_index("ix_journal_links_broken", "journal_links", ["id"], sqlite_where=BROKEN, postgresql_where=BROKEN)


def downgrade() -> None:
    """The chain goes, so what is changed in the journal until it is closed anew is not noticed: `journal_links`."""
    op.drop_table("journal_links")
