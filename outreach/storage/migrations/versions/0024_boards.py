"""Boards on which enterprises show their staff the hazards of a month, approved by their principal."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "boards",
        sa.Column("id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("asked_by", BIG, nullable=False),
        sa.Column("approved_by", BIG, nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["contacts.id"], name=op.f("fk_boards_asked_by_contacts")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_boards_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boards")),
    )
    op.create_index(op.f("ix_boards_asked_by"), "boards", ["asked_by"])
    op.create_index(op.f("ix_boards_enterprise_id"), "boards", ["enterprise_id"])


def downgrade() -> None:
    """Every board goes, with who approved it: `boards`."""
    op.drop_table("boards")
