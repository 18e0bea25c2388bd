"""Reports of a week and of a month: their frozen figures, and what they ask of whom until when."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def _line(name: str, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(length=255), nullable=False, server_default=default)


def upgrade() -> None:
    op.create_table(
        "roundups",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        _line("street"),
        _line("grid"),
        _line("trades"),
        sa.Column("drafted_on", sa.Date(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False, server_default=""),
        sa.Column("to_officials", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("to_units", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("state", sa.String(length=64), nullable=False, server_default="draft"),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.Column("released_by", BIG, nullable=True),
        _line("released_as"),
        sa.Column("body", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roundups")),
        sa.UniqueConstraint("number", name=op.f("uq_roundups_number")),
        sa.UniqueConstraint(
            "kind",
            "street",
            "grid",
            "trades",
            "drafted_on",
            name=op.f("uq_roundups_kind_street_grid_trades_drafted_on"),
        ),
    )
    op.create_index(op.f("ix_roundups_released_at"), "roundups", ["released_at"])
    op.create_table(
        "roundup_asks",
        sa.Column("id", BIG, nullable=False),
        sa.Column("roundup_id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=True),
        sa.Column("hazard_id", BIG, nullable=True),
        _line("unit", None),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False, server_default="open"),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("carried_from", BIG, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_roundup_asks_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(["roundup_id"], ["roundups.id"], name=op.f("fk_roundup_asks_roundup_id_roundups")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roundup_asks")),
    )
    op.create_index(op.f("ix_roundup_asks_enterprise_id"), "roundup_asks", ["enterprise_id"])
    op.create_index(op.f("ix_roundup_asks_roundup_id"), "roundup_asks", ["roundup_id"])


def downgrade() -> None:
    """Everything of them goes: `roundups`, `roundup_asks`."""
    op.drop_table("roundup_asks")
    op.drop_table("roundups")
