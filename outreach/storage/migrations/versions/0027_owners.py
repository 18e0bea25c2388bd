"""Owners of enterprises by area and by trade, and those that a hazard had when it was opened."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
IN_FORCE = sa.text("ended_at IS NULL")
OWNERS = ("area_owner_id", "trade_owner_id")


def upgrade() -> None:
    op.create_table(
        "ownerships",
        sa.Column("id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("set_by", BIG, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_ownerships_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownerships")),
    )
    op.create_index(op.f("ix_ownerships_enterprise_id"), "ownerships", ["enterprise_id"])
    op.create_index(
        "uq_ownerships_in_force", "ownerships", ["enterprise_id", "kind"], unique=True,
        sqlite_where=IN_FORCE, postgresql_where=IN_FORCE,
    )  # fmt: skip
    for name in OWNERS:
        op.add_column("hazards", sa.Column(name, BIG, nullable=True))


def downgrade() -> None:
    """Who was named goes, and who it was when a hazard was opened: `ownerships`, `hazards.area_owner_id`,
    `hazards.trade_owner_id`.
    """
    # Not as a batch, which would make the table anew: the steps of hazards point at it.
    for name in OWNERS:
        op.drop_column("hazards", name)
    op.drop_table("ownerships")
