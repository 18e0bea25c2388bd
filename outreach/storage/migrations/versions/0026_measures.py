"""Measures that officials ordered about a hazard, until they are lifted."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
IN_FORCE = sa.text("lifted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "hazard_measures",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hazard_id", BIG, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("number", sa.String(255), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("set_by", BIG, nullable=False),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.Column("lifted_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_hazard_measures_hazard_id_hazards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard_measures")),
    )
    op.create_index(op.f("ix_hazard_measures_hazard_id"), "hazard_measures", ["hazard_id"])
    op.create_index(
        "uq_hazard_measures_in_force", "hazard_measures", ["hazard_id", "kind"], unique=True,
        sqlite_where=IN_FORCE, postgresql_where=IN_FORCE,
    )  # fmt: skip


def downgrade() -> None:
    """Every measure goes, in force or lifted; the journal still tells of it: `hazard_measures`."""
    op.drop_table("hazard_measures")
