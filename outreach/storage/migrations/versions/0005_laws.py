"""Laws that a bureau imports to look them up."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "laws",
        sa.Column("id", BIG, nullable=False),
        sa.Column("short", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_laws"),
        sa.UniqueConstraint("short", name="uq_laws_short"),
    )
    op.create_table(
        "law_articles",
        sa.Column("id", BIG, nullable=False),
        sa.Column("law_id", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["law_id"], ["laws.id"], name="fk_law_articles_law_id_laws", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_law_articles"),
        sa.UniqueConstraint("law_id", "number", name="uq_law_articles_law_id_number"),
    )
    op.create_index("ix_law_articles_law_id", "law_articles", ["law_id"])


def downgrade() -> None:
    """The imported laws go, to be imported again: `laws`, `law_articles`."""
    op.drop_table("law_articles")
    op.drop_table("laws")
